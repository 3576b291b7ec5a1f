"""Tiny random encoder-decoders of the T5 families, as files and as reference values: for
test/parity/encoder-decoders.test.ts and the claim `models`.

Run from the repository's root:   python scripts/reference/encoder_decoders.py [FAMILY ...]
Made with Python 3.11, torch 2.13.0 (CPU), transformers 5.24.0, sentencepiece 0.2.3, safetensors 0.8.0. Everything it writes is
committed: test/parity/reference/encoder-decoders/FAMILY/
  folder/            what transformers' save_pretrained writes: config.json, tokenizer.json, weights in shards
  reference.json     token ids, places, targets and losses, in the form of smollm2.json; answerStart: how many of the
                     tokens the encoder reads, the others are the decoder's behind its start token
  reference.safetensors  logits.NAME [positions, vocabulary]; top.NAME [positions, 5]; gradient.CASE.prompt

As in families.py, weights are drawn with a fixed seed and rounded to bfloat16, and the values are computed in float64,
one sequence at a time. Few buckets and a short largest distance let every bucket of the relative positions occur in
sequences of 30 tokens; encoder and decoder have different numbers of layers. transformers 5 ties lm_head to the
embeddings in every new T5; published Flan-T5 and mT5 have one of their own and say so by "tie_word_embeddings": false,
which is written into config.json here and read back by transformers.
"""

import copy
import json
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers as hf

from reference_values import VIRTUAL_TOKENS, mean_rows, new_index, write_reference
from smollm2 import embed, joined, leaves, soft, words
from unigram import tiny_tokenizer

OUT = Path(__file__).parents[2] / "test/parity/reference/encoder-decoders"
END = 1
TOKENIZER = tiny_tokenizer()

COMMON = dict(vocab_size=len(TOKENIZER) + 3, d_model=32, d_kv=8, num_heads=4, d_ff=48, num_layers=3, num_decoder_layers=2, relative_attention_num_buckets=8, relative_attention_max_distance=20, decoder_start_token_id=0, attn_implementation="eager")

# By family: configuration, model, type of the safetensors' floats, whether lm_head is a matrix of its own.
CONFIGURATIONS = {
    "t5": (lambda: hf.T5Config(**COMMON, feed_forward_proj="relu"), hf.T5ForConditionalGeneration, torch.bfloat16, False),
    "flan-t5": (lambda: hf.T5Config(**COMMON, feed_forward_proj="gated-gelu", tie_word_embeddings=False), hf.T5ForConditionalGeneration, torch.float32, True),
    "mt5": (lambda: hf.MT5Config(**COMMON, feed_forward_proj="gated-gelu", tie_word_embeddings=False), hf.MT5ForConditionalGeneration, torch.float16, True),
    "umt5": (lambda: hf.UMT5Config(**COMMON, feed_forward_proj="gated-gelu", tie_word_embeddings=False), hf.UMT5ForConditionalGeneration, torch.bfloat16, True),
}


def random_model(family, seed):
    configure, kind, _, own_output = CONFIGURATIONS[family]
    model = kind(configure()).eval()
    if own_output:
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.lm_head.weight))
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        draw = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim == 1:
            values = 1 + 0.3 * draw
        elif name.startswith("shared"):
            values = draw
        elif "relative_attention_bias" in name:
            values = 0.7 * draw
        else:
            values = (0.5 if ".q." in name else 1.2) * parameter.shape[-1] ** -0.5 * draw
        parameter.data = values.bfloat16().float()
        parameter.requires_grad_(False)
    return model


def write_folder(folder, family, model):
    _, kind, dtype, own_output = CONFIGURATIONS[family]
    shutil.rmtree(folder, ignore_errors=True)
    copy.deepcopy(model).to(dtype).save_pretrained(folder, max_shard_size="40KB")
    TOKENIZER.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    config = json.loads((folder / "config.json").read_text())
    config["tie_word_embeddings"] = not own_output
    config.pop("scale_decoder_outputs", None)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    read = kind.from_pretrained(folder, dtype=torch.float32)
    assert getattr(read.config, "scale_decoder_outputs", None) == getattr(model.config, "scale_decoder_outputs", None)
    right = dict(model.named_parameters())
    found = dict(read.named_parameters())
    assert found.keys() == right.keys(), found.keys() ^ right.keys()
    return max((found[name] - right[name]).abs().max().item() for name in right)


def texts():
    generator = torch.Generator().manual_seed(11)
    return [[*torch.randint(3, len(TOKENIZER), (length,), generator=generator).tolist(), END] for length in (30, 5, 17)]


def answers():
    generator = torch.Generator().manual_seed(12)
    return [torch.randint(3, len(TOKENIZER), (length,), generator=generator).tolist() for length in (6, 1, 3)]


def with_answer(encoder, answer, rows):
    """Rows count from the one behind the decoder's start token: (0, target) is the answer's first token."""
    whole = joined(encoder, words(answer))
    start = len(encoder[0])
    places = [{"row": start - 1 + row, "target": target} for row, target in rows]
    return {"tokens": whole[0], "virtualTokens": whole[1], "answerStart": start, "scored": places}


def gradient_cases():
    """Ragged batches of three sequences."""
    words_head = {"kind": "words", "tokenIds": [10, 20, 280]}
    places = {
        "prefix": lambda t: joined(soft(0, VIRTUAL_TOKENS), words(t)),
        "suffix": lambda t: joined(words(t[:-1]), soft(0, VIRTUAL_TOKENS), words(t[-1:])),
        "interleaved": lambda t: joined(words(t[:2]), soft(0, 2), words(t[2:]), soft(2, 2)),
    }
    cases = {f"{place}-words": {"head": words_head, "batch": [with_answer(make(t), [], [(0, i % 3)]) for i, t in enumerate(texts())]} for place, make in places.items()}
    for place in ("prefix", "interleaved"):
        # Every token of the answer and the end, as generation is trained.
        batch = [with_answer(places[place](t), a, list(enumerate([*a, END]))) for t, a in zip(texts(), answers())]
        cases[f"{place}-vocabulary"] = {"head": {"kind": "vocabulary"}, "batch": batch}
    return cases


def run(model, sequence, prompt, matrix):
    """Logits of the decoder's rows."""
    start = sequence["answerStart"]
    encoder = {name: sequence[name][:start] for name in ("tokens", "virtualTokens")}
    decoder = [model.config.decoder_start_token_id, *sequence["tokens"][start:]]
    return model(inputs_embeds=embed(encoder, prompt, matrix)[None], decoder_input_ids=torch.tensor([decoder])).logits[0]


def run_case(model, case, prompt, matrix):
    trainables = leaves({"prompt": prompt})
    total = 0.0
    for sequence in case["batch"]:
        logits = run(model, sequence, trainables["prompt"], matrix)
        loss = 0
        for place in sequence["scored"]:
            scores = logits[place["row"] - sequence["answerStart"] + 1]
            if case["head"]["kind"] == "words":
                scores = scores[case["head"]["tokenIds"]]
            loss = loss + torch.nn.functional.cross_entropy(scores, torch.tensor(place["target"]))
        loss = loss / len(case["batch"])
        loss.backward()
        total += loss.item()
    return total, {"prompt": trainables["prompt"].grad}


def make(family, seed):
    folder = OUT / family
    folder.mkdir(parents=True, exist_ok=True)
    model = random_model(family, seed)
    print(f"{family}: weights read back by transformers: largest difference {write_folder(folder / 'folder', family, model):.1e}", flush=True)

    index = new_index(f"tiny random {family}, seed {seed}", len(TOKENIZER), {"ids": [[3, 4], [5, 6]], "bias": [0.0, 0.0]})

    def logits_of(text, answer, rows):
        with torch.no_grad():
            return model(input_ids=torch.tensor([text]), decoder_input_ids=torch.tensor([[0, *answer]])).logits[0, rows]

    def sequence(text, answer, rows):
        described = {"ids": [*text, *answer], "answerStart": len(text), "positions": [len(text) - 1 + row for row in rows]}
        return described, lambda: logits_of(text, answer, rows)

    def run_one(_, case, dtype):
        matrix = model.shared.weight.detach()
        return run_case(model, case, mean_rows(index["prompt"], matrix, dtype), matrix)

    given = {"long": (texts()[0], answers()[0], [0, 3, 6]), "short": (texts()[1], [], [0])}
    sequences = {name: sequence(*parts) for name, parts in given.items()}
    continuations = {name: lambda text=text, answer=answer: generated(model, text, answer) for name, (text, answer, _) in given.items()}
    write_reference(folder / "reference", model, index, sequences, gradient_cases(), run_one, continuations)


def generated(model, text, answer):
    """What transformers' own greedy generation goes on with, up to where two tokens are nearly equally likely."""
    most = 24
    with torch.no_grad():
        made = model.generate(input_ids=torch.tensor([text]), decoder_input_ids=torch.tensor([[0, *answer]]), max_new_tokens=most, min_new_tokens=most, do_sample=False, num_beams=1, eos_token_id=None)
    ids = made[0, 1 + len(answer) :].tolist()
    for length in range(len(ids)):
        with torch.no_grad():
            best = model(input_ids=torch.tensor([text]), decoder_input_ids=torch.tensor([[0, *answer, *ids[:length]]])).logits[0, -1].topk(2)
        assert best.indices[0].item() == ids[length]
        if best.values[0] - best.values[1] < 1e-3:
            return ids[:length]
    return ids


if __name__ == "__main__":
    for number, name in enumerate(CONFIGURATIONS):
        if len(sys.argv) < 2 or name in sys.argv[1:]:
            make(name, 200 + number)
