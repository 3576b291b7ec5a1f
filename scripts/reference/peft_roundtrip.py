"""Shows, with the real peft, torch and transformers, that soft prompts travel in both directions.

Two directions:

  load (default)  an adapter folder made by Prompt Tuning Lab is loaded with PeftModel.from_pretrained over the
                  frozen model, and the logits of the last position are written.
  --make          PEFT makes a soft prompt itself: it is initialised from the vocabulary with a fixed seed, trained
                  for a few steps in torch, saved with save_pretrained into the adapter folder, loaded again from
                  there, and the logits of the last position are written.

The frozen model is the GGUF file, dequantised to float32 by transformers, so that both sides use the same weights.

  python peft_roundtrip.py --gguf MODEL.gguf --adapter FOLDER --ids '[[1,2,3]]' --out OUT.json [--make]

--ids is JSON, or the path of a JSON file: a list of sequences of token ids (the text; the virtual tokens are put in
front by PEFT). The answer holds, for every sequence, the logits of every --stride-th vocabulary entry, the log of
the sum of all exponentials and the ten most likely ids.
"""

import argparse
import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")


def read_arguments():
    parser = argparse.ArgumentParser(description="Soft prompts between Prompt Tuning Lab and PEFT.")
    parser.add_argument("--gguf", required=True, help="the frozen model's GGUF file")
    parser.add_argument("--adapter", required=True, help="the adapter folder: read, or written with --make")
    parser.add_argument("--ids", required=True, help="JSON (or a file of it): a list of sequences of token ids")
    parser.add_argument("--out", required=True, help="the JSON file to write")
    parser.add_argument("--make", action="store_true", help="let PEFT make and train the adapter first")
    parser.add_argument("--virtual-tokens", type=int, default=20, help="with --make: length of the prompt")
    parser.add_argument("--steps", type=int, default=3, help="with --make: training steps")
    parser.add_argument("--base-name", default="HuggingFaceTB/SmolLM2-135M-Instruct",
                        help="with --make: base_model_name_or_path in the adapter's config")
    parser.add_argument("--stride", type=int, default=128, help="write the logits of every so many vocabulary entries")
    return parser.parse_args()


def read_sequences(argument):
    text = argument
    if os.path.isfile(argument):
        with open(argument, encoding="utf-8") as file:
            text = file.read()
    sequences = json.loads(text)
    if not isinstance(sequences, list) or not all(isinstance(s, list) and s for s in sequences):
        sys.exit("--ids must be a list of lists of token ids, none of them empty.")
    return sequences


def load_backbone(path):
    import torch
    from transformers import AutoModelForCausalLM

    folder, name = os.path.split(os.path.abspath(path))
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    return model.eval()


def make_adapter(arguments, sequences):
    """PEFT's own prompt, moved a little from its initialisation by AdamW, then saved by PEFT."""
    import torch
    from peft import PromptTuningConfig, PromptTuningInit, TaskType, get_peft_model

    torch.manual_seed(20)
    model = load_backbone(arguments.gguf)
    # PEFT writes this name into the config; the path of the local file would mean nothing elsewhere.
    model.name_or_path = arguments.base_name
    model.config._name_or_path = arguments.base_name
    config = PromptTuningConfig(
        task_type=TaskType.CAUSAL_LM,
        num_virtual_tokens=arguments.virtual_tokens,
        prompt_tuning_init=PromptTuningInit.SAMPLE_VOCAB,
    )
    tuned = get_peft_model(model, config)
    trainables = [parameter for parameter in tuned.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trainables, lr=0.01)
    losses = []
    for step in range(arguments.steps):
        ids = torch.tensor([sequences[step % len(sequences)]])
        loss = tuned(input_ids=ids, attention_mask=torch.ones_like(ids), labels=ids).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    tuned.save_pretrained(arguments.adapter)
    return losses


def score(arguments, sequences):
    """Logits at the last position of every sequence, the adapter loaded from its folder."""
    import torch
    from peft import PeftModel

    tuned = PeftModel.from_pretrained(load_backbone(arguments.gguf), arguments.adapter).eval()
    rows = []
    with torch.no_grad():
        for sequence in sequences:
            ids = torch.tensor([sequence])
            # Run in float32 with the whole sequence at once: no cache, no padding.
            logits = tuned(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -1].double()
            rows.append({
                "ids": sequence,
                "sample": [round(value, 6) for value in logits[:: arguments.stride].tolist()],
                "logSumExp": logits.logsumexp(0).item(),
                "top": logits.topk(10).indices.tolist(),
            })
    return rows, tuned


def main():
    arguments = read_arguments()
    sequences = read_sequences(arguments.ids)
    import peft
    import torch
    import transformers

    losses = make_adapter(arguments, sequences) if arguments.make else None
    rows, tuned = score(arguments, sequences)
    config = tuned.peft_config["default"]
    answer = {
        "made": bool(arguments.make),
        "trainingLosses": losses,
        "virtualTokens": config.num_virtual_tokens,
        "width": config.token_dim,
        "stride": arguments.stride,
        "versions": {"peft": peft.__version__, "torch": torch.__version__, "transformers": transformers.__version__},
        "sequences": rows,
    }
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump(answer, file)
        file.write("\n")
    print(f"{len(rows)} sequences, {config.num_virtual_tokens} virtual tokens of width {config.token_dim}: {arguments.out}")


if __name__ == "__main__":
    main()
