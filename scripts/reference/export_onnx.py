"""Exports causal language models with torch.onnx as plain operators, and writes reference losses and gradients by PyTorch.

    python export_onnx.py tiny FOLDER
        Two tiny models with random weights and the values to compare with:
        FOLDER/dynamo/model.onnx + model.onnx.data (today's exporter), FOLDER/torchscript/model.onnx (the older one,
        weights inside), each with reference.json.
    python export_onnx.py gguf FILE.gguf FOLDER
        A real model from a GGUF file: FOLDER/model.onnx + model.onnx.data + reference.json, with the tokenizer.json
        (SmolLM2's: single digits, then byte level) and the config.json that a folder of the hub holds beside them.

Needs torch, transformers, onnx, onnxscript (and gguf for the second form).
"""

import argparse
import json
import os
import warnings

import numpy
import onnx
import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

warnings.filterwarnings("ignore")


class LogitsOnly(torch.nn.Module):
    """What an export of a model without kept keys and values computes."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids, use_cache=False).logits


class LogitsWithoutPositions(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits


def tiny_llama(hidden, vocabulary, tied):
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=hidden, intermediate_size=hidden, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=vocabulary, max_position_embeddings=128, tie_word_embeddings=tied, initializer_range=0.15,
    )
    return LlamaForCausalLM(config).eval()


def export(model, folder, dynamo, positions):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.onnx")
    wrapped = (LogitsOnly if positions else LogitsWithoutPositions)(model)
    ids = torch.randint(0, model.config.vocab_size, (2, 9))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    order = torch.arange(9).repeat(2, 1)
    names = ["input_ids", "attention_mask"] + (["position_ids"] if positions else [])
    values = (ids, mask, order)[: len(names)]
    if dynamo:
        batch, time = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("time", min=2, max=8192)
        torch.onnx.export(
            wrapped, values, path, dynamo=True, external_data=True, input_names=names, output_names=["logits"],
            dynamic_shapes={name: {0: batch, 1: time} for name in names}, optimize=True, verbose=False,
        )
    else:
        torch.onnx.export(
            wrapped, values, path, dynamo=False, input_names=names, output_names=["logits"], opset_version=17,
            dynamic_axes={name: {0: "batch", 1: "time"} for name in names + ["logits"]},
        )
    return path


def without_stack_traces(path):
    """Drops what the exporters note about source lines: it is larger than the tiny models themselves."""
    model = onnx.load(path, load_external_data=False)
    for item in [*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer, model.graph, model]:
        item.ClearField("doc_string")
        item.ClearField("metadata_props")
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


def sequence(tokens, virtual, scored):
    return {"tokens": tokens, "virtualTokens": virtual, "scored": scored}


def make_batches(vocabulary, virtual_tokens, lengths, seed):
    """Batches of unlike lengths: prompt in front, prompt after the text, prompt in two pieces."""
    random = numpy.random.default_rng(seed)
    slot = list(range(virtual_tokens))
    none = lambda count: [-1] * count
    batches = {"prefix": [], "suffix": [], "interleaved": []}
    for length in lengths:
        text = [int(token) for token in random.integers(0, vocabulary, length)]
        total = length + virtual_tokens
        half = virtual_tokens // 2
        batches["prefix"].append(sequence(none(virtual_tokens) + text, slot + none(length), [total - 2, total - 1]))
        batches["suffix"].append(sequence(text[:-1] + none(virtual_tokens) + text[-1:], none(length - 1) + slot + none(1), [total - 1]))
        batches["interleaved"].append(sequence(none(half) + text[:2] + none(virtual_tokens - half) + text[2:],
                                               slot[:half] + none(2) + slot[half:] + none(length - 2), [total - 3, total - 1]))
    return batches


def evaluate(model, batch, prompt, head):
    """Loss as src/engine/program.ts documents it, log-probabilities and the gradient by the prompt."""
    prompt = prompt.clone().requires_grad_(True)
    longest = max(len(one["tokens"]) for one in batch)
    embeddings = model.get_input_embeddings()
    rows, mask = [], torch.zeros(len(batch), longest, dtype=torch.long)
    for index, one in enumerate(batch):
        parts = [prompt[v] if v >= 0 else embeddings.weight[t] for t, v in zip(one["tokens"], one["virtualTokens"])]
        parts += [embeddings.weight[0]] * (longest - len(parts))
        rows.append(torch.stack(parts))
        mask[index, : len(one["tokens"])] = 1
    logits = model(inputs_embeds=torch.stack(rows), attention_mask=mask, use_cache=False).logits
    loss = torch.zeros((), dtype=prompt.dtype)
    log_probabilities = []
    for index, one in enumerate(batch):
        rows = []
        for scored in one["scored"]:
            scores = logits[index, scored["row"]]
            if head["kind"] == "words":
                scores = scores[head["tokenIds"]]
            if "allowed" in scored:
                forbidden = torch.full_like(scores, float("-inf"))
                forbidden[scored["allowed"]] = 0
                scores = scores + forbidden
            logs = torch.log_softmax(scores, -1)
            loss = loss - scored.get("weight", 1) * logs[scored["target"]] / len(batch)
            rows.append([value if numpy.isfinite(value) else None for value in logs.detach().double().tolist()])
        log_probabilities.append(rows)
    loss.backward()
    return loss.item(), log_probabilities, prompt.grad


def rounded(tensor):
    return [float(f"{value:.9g}") for value in tensor.double().flatten().tolist()]


def reference(model, lengths, virtual_tokens, seed, keep_log_probabilities):
    hidden, vocabulary = model.config.hidden_size, model.config.vocab_size
    generator = torch.Generator().manual_seed(seed)
    scale = model.get_input_embeddings().weight.std().item()
    prompt = (torch.randn(virtual_tokens, hidden, generator=generator) * scale).to(torch.float32)
    words = [3, 17, 42, vocabulary - 1]
    cases = []
    for layout, plain in make_batches(vocabulary, virtual_tokens, lengths, seed).items():
        for head in ({"kind": "words", "tokenIds": words}, {"kind": "vocabulary"}):
            classes = len(words) if head["kind"] == "words" else vocabulary
            batch = []
            for index, one in enumerate(plain):
                scored = [{"row": row, "target": (index * 5 + place * 3) % classes, "weight": 1.0 if place == 0 else 0.5} for place, row in enumerate(one["scored"])]
                if head["kind"] == "words" and index == 0:
                    scored[0]["allowed"] = sorted({scored[0]["target"], 2})
                batch.append({**one, "scored": scored})
            loss, logs, gradient = evaluate(model, batch, prompt.to(next(model.parameters()).dtype), head)
            case = {"name": f"{layout}, {head['kind']}", "head": head, "batch": batch, "loss": loss, "gradient": rounded(gradient)}
            if keep_log_probabilities and head["kind"] == "words":
                case["logProbabilities"] = logs
            cases.append(case)
    return {"hiddenSize": hidden, "vocabularySize": vocabulary, "virtualTokens": virtual_tokens, "prompt": rounded(prompt), "cases": cases}


def greedy(model, tokens, count):
    ids = list(tokens)
    with torch.no_grad():
        for _ in range(count):
            ids.append(int(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
    return ids[len(tokens):]


def write(folder, content):
    with open(os.path.join(folder, "reference.json"), "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


def save_companions(model, gguf_file, folder):
    model.config.save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(os.path.dirname(os.path.abspath(gguf_file)), gguf_file=os.path.basename(gguf_file)).backend_tokenizer
    # transformers' conversion leaves out the step that splits digits.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.save(os.path.join(folder, "tokenizer.json"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    forms = parser.add_subparsers(dest="form", required=True)
    forms.add_parser("tiny").add_argument("folder")
    real = forms.add_parser("gguf")
    real.add_argument("file")
    real.add_argument("folder")
    arguments = parser.parse_args()

    if arguments.form == "tiny":
        for name, model, dynamo in (("dynamo", tiny_llama(64, 256, True), True), ("torchscript", tiny_llama(32, 96, False), False)):
            folder = os.path.join(arguments.folder, name)
            without_stack_traces(export(model, folder, dynamo, positions=dynamo))
            # The reference is computed in double precision, so that it is exact where float32 is compared with it.
            content = reference(model.double(), [5, 9, 7], 4, 1, True)
            content["greedy"] = {"tokens": [5, 11, 2, 90], "continuation": greedy(model, [5, 11, 2, 90], 8)}
            write(folder, content)
    else:
        model = AutoModelForCausalLM.from_pretrained(
            os.path.dirname(os.path.abspath(arguments.file)), gguf_file=os.path.basename(arguments.file), dtype=torch.float32,
        ).eval()
        write_to = arguments.folder
        export(model, write_to, dynamo=True, positions=True)
        write(write_to, reference(model, [12, 40, 25], 20, 1, False))
        save_companions(model, arguments.file, write_to)


if __name__ == "__main__":
    main()
