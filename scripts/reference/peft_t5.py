"""What PEFT computes with a soft prompt on a tiny Flan-T5: for test/adapter/peft-t5.test.ts and the claim `peft-roundtrip`.

    python scripts/reference/peft_t5.py --adapter FOLDER --out ANSWER.json [--make]

Made with Python 3.11, torch 2.13.0 (CPU), transformers 5.24.0, peft 0.21.2. --make first lets PEFT make the adapter, with
its own settings for TaskType.SEQ_2_SEQ_LM (two parts, num_transformer_submodules 2), random values and save_pretrained.
The answer: by text the encoder's ids, the logits behind the decoder's start token and the greedy answer. Committed:
test/adapter/reference/t5-made/ and t5-made-answer.json, from
    python scripts/reference/peft_t5.py --adapter test/adapter/reference/t5-made --out test/adapter/reference/t5-made-answer.json --make
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from peft import PeftModel, PromptTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForSeq2SeqLM

MODEL = Path(__file__).parents[2] / "test/parity/reference/encoder-decoders/flan-t5/folder"
VIRTUAL_TOKENS, NEW_TOKENS = 6, 8


def texts():
    generator = torch.Generator().manual_seed(31)
    return [[*torch.randint(3, 300, (length,), generator=generator).tolist(), 1] for length in (9, 2, 21)]


def make(folder):
    model = get_peft_model(AutoModelForSeq2SeqLM.from_pretrained(MODEL), PromptTuningConfig(task_type=TaskType.SEQ_2_SEQ_LM, num_virtual_tokens=VIRTUAL_TOKENS))
    weight = model.prompt_encoder["default"].embedding.weight
    weight.data = torch.randn(weight.shape, generator=torch.Generator().manual_seed(32))
    model.save_pretrained(folder)
    # The place of the tiny model on a machine is no part of the adapter.
    config = Path(folder) / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"base_model_name_or_path": None}, indent=2))
    (Path(folder) / "README.md").unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--adapter", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--make", action="store_true")
    options = parser.parse_args()
    if options.make:
        make(options.adapter)
    model = PeftModel.from_pretrained(AutoModelForSeq2SeqLM.from_pretrained(MODEL), options.adapter).eval()
    sequences = []
    for ids in texts():
        given = torch.tensor([ids])
        with torch.no_grad():
            logits = model(input_ids=given, attention_mask=torch.ones_like(given), decoder_input_ids=torch.tensor([[0]])).logits[0, 0]
            made = model.generate(input_ids=given, attention_mask=torch.ones_like(given), max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=None)
        sequences.append({"ids": ids, "logits": [round(value, 6) for value in logits.tolist()], "generated": made[0, 1:].tolist()})
    config = model.active_peft_config
    Path(options.out).write_text(json.dumps({"virtualTokens": config.num_virtual_tokens, "parts": config.num_transformer_submodules, "sequences": sequences}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
