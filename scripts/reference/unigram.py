"""Small SentencePiece tokenizers of the kind Unigram, as T5 has them, made by sentencepiece and transformers.

Run from the repository's root:   python scripts/reference/unigram.py
"""

import io
import tempfile
from pathlib import Path

import sentencepiece
import transformers as hf

ROOT = Path(__file__).parents[2]
EXTRA_IDS = 10
# Normalisation of the tiny models: a few rules, so that their files stay small.
RULES = [("\u00a0", " "), ("\u2019", "'"), ("\ufb01", "fi"), ("A\u0301", "\u00c1")]


def train(vocabulary, **normalization):
    model = io.BytesIO()
    lines = [line for name in ("README.md", "CONTRIBUTING.md") for line in (ROOT / name).read_text().split("\n")]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, model_type="unigram", vocab_size=vocabulary, hard_vocab_limit=False,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, character_coverage=0.999, minloglevel=2, num_threads=1, **normalization,
    )
    return model.getvalue()


def as_t5_tokenizer(model):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spiece.model"
        file.write_bytes(model)
        return hf.T5Tokenizer.from_pretrained(folder, extra_ids=EXTRA_IDS)


def tiny_tokenizer():
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as rules:
        for source, target in RULES:
            rules.write(" ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n")
        rules.flush()
        return as_t5_tokenizer(train(320, normalization_rule_tsv=rules.name))


if __name__ == "__main__":
    made = tiny_tokenizer()
    print(len(made), made("Review: the fi\ufb01lm’s good\n{soft}").tokens())
    print(made._tokenizer.to_str()[:3000])
