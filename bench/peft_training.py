"""A contestant of the claim time-to-accuracy: a whole prompt tuning with the real peft and torch on the CPU.

  python peft_training.py --gguf MODEL.gguf --threads 2 --work WORK.json --dtype float32

WORK holds token ids, the first vectors, the learning rate of each step and the rows of the evaluations. Every evaluation
is a line of JSON on standard output: step, seconds since the first step began, accuracy. Rows are evaluated in batches of
similar length, and the answer is the likelier one of the words.
"""

import argparse
import json
import time

import torch

from peft_step import load_model, padded


def accuracy_of(model, rows, words, batch_size):
    right = 0
    rows = sorted(rows, key=len)
    with torch.no_grad():
        for start in range(0, len(rows), batch_size):
            part = rows[start : start + batch_size]
            batch = padded([row[:-1] for row in part])
            del batch["labels"]
            logits = model(**batch).logits
            # The prompt stands in front; texts are padded at their end.
            last = logits.shape[1] - batch["attention_mask"].shape[1] + batch["attention_mask"].sum(dim=1) - 1
            scores = logits[torch.arange(len(part)), last][:, words]
            right += sum(words[best] == row[-1] for best, row in zip(scores.argmax(dim=1).tolist(), part))
    return right / len(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with open(arguments.work, encoding="utf-8") as file:
        work = json.load(file)
    model = load_model(arguments.gguf, arguments.dtype, work["virtualTokens"])
    trainables = [parameter for parameter in model.parameters() if parameter.requires_grad]
    with torch.no_grad():
        trainables[0].copy_(torch.tensor(work["prompt"]).view_as(trainables[0]))
    optimizer = torch.optim.AdamW(trainables, lr=1, weight_decay=0)
    steps = len(work["batches"])
    began = time.perf_counter()
    for step, (texts, learning_rate) in enumerate(zip(work["batches"], work["learningRates"]), start=1):
        optimizer.zero_grad()
        model(**padded(texts)).loss.backward()
        torch.nn.utils.clip_grad_norm_(trainables, work["clipNorm"])
        optimizer.param_groups[0]["lr"] = learning_rate
        optimizer.step()
        if step % work["evaluation"]["every"] == 0 or step == steps:
            accuracy = accuracy_of(model, work["validation"], work["words"], work["evaluation"]["batchSize"])
            print(json.dumps({"step": step, "seconds": time.perf_counter() - began, "accuracy": accuracy}), flush=True)


main()
