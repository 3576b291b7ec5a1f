"""Writes the adapter_config.json texts of real PEFT for some facts, for test/adapter (byte for byte comparison).

  python peft_configs.py OUT.json

Every entry holds the facts and the exact text of the file, as PeftModel.save_pretrained writes it (inference_mode true).
"""

import json
import os
import sys
import tempfile

import peft
from peft import PromptTuningConfig

CASES = [
    {"virtualTokens": 20, "init": "RANDOM", "text": None, "base": "HuggingFaceTB/SmolLM2-135M-Instruct", "tokenizer": None,
     "width": 576, "layers": 30, "heads": 9, "revision": None},
    {"virtualTokens": 1, "init": "SAMPLE_VOCAB", "text": None, "base": None, "tokenizer": None,
     "width": 8, "layers": 1, "heads": 2, "revision": None},
    {"virtualTokens": 7, "init": "TEXT", "text": "Is this e-mail spam? \"Yes\" or\n\tno\\. Größe ≠ 🐟\u007f\u2028\u0001/", "base": "a/b",
     "tokenizer": "a/b", "width": 576, "layers": 30, "heads": 9, "revision": "main"},
]


def text_of(case):
    config = PromptTuningConfig(
        task_type="CAUSAL_LM",
        base_model_name_or_path=case["base"],
        revision=case["revision"],
        inference_mode=True,
        num_virtual_tokens=case["virtualTokens"],
        token_dim=case["width"],
        num_transformer_submodules=1,
        num_attention_heads=case["heads"],
        num_layers=case["layers"],
        prompt_tuning_init=case["init"],
        prompt_tuning_init_text=case["text"],
        tokenizer_name_or_path=case["tokenizer"],
    )
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        with open(os.path.join(folder, "adapter_config.json"), newline="") as file:
            return file.read()


with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump({"peft": peft.__version__, "cases": [{**case, "file": text_of(case)} for case in CASES]}, out, indent=1)
    out.write("\n")
