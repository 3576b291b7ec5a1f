"""Reference ids for test/backbone/tokenizer/sentence-piece.test.ts, from the library sentencepiece itself.

Run from the repository's root:   python scripts/reference/sentence_piece.py
Made with Python 3.11, sentencepiece 0.2.3. The result is committed: test/backbone/tokenizer/reference/sentence-piece.json.

Two small models of the kind BPE with byte fallback, trained on this repository's README and CONTRIBUTING: one that puts
a space before a text (as Llama 2), one that does not and that defines runs of spaces (as Gemma). Pieces, scores and
types are written as llama.cpp's converter writes them (runs of spaces with spaces instead of marks), and digests of
the ids of 400 odd strings (see tokenizer.py).
"""

import io
import json
from pathlib import Path

import sentencepiece

from tokenizer import OUT, digest, odd_string

ROOT = Path(__file__).parents[2]
TEXTS = 400


def train(prefix, defined):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter("\n".join((ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md")).split("\n")),
        model_writer=model, model_type="bpe", vocab_size=900, byte_fallback=True, normalization_rule_name="identity",
        remove_extra_whitespaces=False, add_dummy_prefix=prefix, user_defined_symbols=defined, split_digits=True, character_coverage=0.999,
        hard_vocab_limit=False, minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def kind(processor, index):
    if processor.is_byte(index):
        return 6
    if processor.is_unknown(index):
        return 2
    if processor.is_control(index):
        return 3
    return 4 if processor.get_score(index) == 0 else 1


def main():
    kinds = list(json.loads((OUT / "odd-pieces.json").read_text()).values())
    texts = [odd_string(index, kinds) for index in range(TEXTS)]
    result = {}
    for name, prefix, defined in (("space-before", True, []), ("spaces-defined", False, ["\u2581" * n for n in range(2, 9)])):
        processor = train(prefix, defined)
        size = processor.get_piece_size()
        types = [4 if processor.id_to_piece(i) in defined else 1 if kind(processor, i) == 4 else kind(processor, i) for i in range(size)]
        pieces = [processor.id_to_piece(i) for i in range(size)]
        ids = [processor.encode(text) for text in texts]
        result[name] = {
            "tokens": [piece.replace("\u2581", " ") if types[i] == 4 else piece for i, piece in enumerate(pieces)],
            "scores": [processor.get_score(i) for i in range(size)],
            "types": types,
            "addSpacePrefix": prefix,
            "digests": [digest(text, each).hex() for text, each in zip(texts, ids)],
        }
        print(name, size, "pieces;", sum(map(len, ids)), "ids")
    (OUT / "sentence-piece.json").write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
