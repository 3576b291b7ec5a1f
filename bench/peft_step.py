"""A contestant of the claims about speed: prompt tuning with the real peft and torch on the CPU.

  python peft_step.py --gguf MODEL.gguf --threads 2 --texts TEXTS.json --dtype float32 [--compile]

The model is the same GGUF file, dequantised by transformers; peft's get_peft_model with PROMPT_TUNING, the forward
pass with `labels` (as every PEFT example does), AdamW over the prompt. Texts of different lengths are padded to the
longest of their batch. For every line "step" on standard input one
step is made and reported as a line of JSON on standard output, like the other contestants.
"""

import argparse
import json
import os
import resource
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from peft import PromptTuningConfig, PromptTuningInit, TaskType, get_peft_model
from transformers import AutoModelForCausalLM


def peak_mb():
    """Largest resident memory since the start, or since forget_peak."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def forget_peak():
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass


def padded(batch):
    longest = max(len(text) for text in batch)
    ids = torch.tensor([text + [0] * (longest - len(text)) for text in batch])
    mask = torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in batch])
    labels = torch.full_like(ids, -100)
    for row, text in enumerate(batch):
        labels[row, len(text) - 1] = text[-1]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def load_model(gguf, dtype, virtual_tokens):
    """The frozen model with a soft prompt in front."""
    folder, name = os.path.split(os.path.abspath(gguf))
    frozen = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=getattr(torch, dtype))
    config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=virtual_tokens, prompt_tuning_init=PromptTuningInit.RANDOM)
    return get_peft_model(frozen, config)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--texts", required=True)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with open(arguments.texts, encoding="utf-8") as file:
        texts = json.load(file)

    model = load_model(arguments.gguf, arguments.dtype, len(texts["promptIds"]))
    trainables = [parameter for parameter in model.parameters() if parameter.requires_grad]
    with torch.no_grad():
        trainables[0].copy_(model.get_base_model().get_input_embeddings().weight[texts["promptIds"]])
    optimizer = torch.optim.AdamW(trainables, lr=0.001, weight_decay=0)
    batches = [padded(batch) for batch in texts["batches"]]
    forward = torch.compile(model) if arguments.compile else model
    loaded = peak_mb()
    forget_peak()
    turn = 0
    for line in sys.stdin:
        if line.strip() != "step":
            break
        began = time.perf_counter()
        optimizer.zero_grad()
        loss = forward(**batches[turn % len(batches)]).loss
        turn += 1
        loss.backward()
        optimizer.step()
        report = {"seconds": time.perf_counter() - began, "loss": loss.item(), "peakMB": peak_mb(), "loadedMB": loaded}
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
