"""One contestant of `npm run bench`: prompt tuning with the real peft and torch on the CPU, in float32.

  python peft_step.py --gguf MODEL.gguf --threads 2 --batch BATCH.json

The model is the same GGUF file, dequantised by transformers; peft's get_peft_model with PROMPT_TUNING, the forward
pass with `labels` (as every PEFT example does), AdamW over the prompt. For every line "step" on standard input one
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with open(arguments.batch, encoding="utf-8") as file:
        batch = json.load(file)

    folder, name = os.path.split(os.path.abspath(arguments.gguf))
    frozen = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=len(batch["promptIds"]), prompt_tuning_init=PromptTuningInit.RANDOM)
    model = get_peft_model(frozen, config)
    trainables = [parameter for parameter in model.parameters() if parameter.requires_grad]
    with torch.no_grad():
        trainables[0].copy_(frozen.get_input_embeddings().weight[batch["promptIds"]])
    optimizer = torch.optim.AdamW(trainables, lr=0.001, weight_decay=0)
    ids = torch.tensor(batch["texts"])
    labels = torch.full_like(ids, -100)
    labels[:, -1] = ids[:, -1]
    mask = torch.ones_like(ids)
    loaded = peak_mb()
    forget_peak()
    for line in sys.stdin:
        if line.strip() != "step":
            break
        began = time.perf_counter()
        optimizer.zero_grad()
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        optimizer.step()
        report = {"seconds": time.perf_counter() - began, "loss": loss.item(), "peakMB": peak_mb(), "loadedMB": loaded}
        print(json.dumps(report), flush=True)


main()
