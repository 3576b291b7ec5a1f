"""Makes small adapter folders with real PEFT over a tiny random model, for test/adapter.

  python peft_tiny.py FOLDER

PROMPT_TUNING and P_TUNING are to be read, PREFIX_TUNING and LORA to be refused by name. prompt.npy is the P-tuning
prompt as numpy.save writes it.
"""

import os
import sys

import numpy as np
import torch
from peft import LoraConfig, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

CONFIGS = {
    "prompt-tuning": PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3),
    "p-tuning": PromptEncoderConfig(task_type="CAUSAL_LM", num_virtual_tokens=4, encoder_hidden_size=8),
    "prefix-tuning": PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2),
    "lora": LoraConfig(task_type="CAUSAL_LM", r=1, target_modules=["q_proj"]),
}

for name, config in CONFIGS.items():
    torch.manual_seed(1)
    model = LlamaForCausalLM(LlamaConfig(vocab_size=16, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
                                         num_attention_heads=2, num_key_value_heads=1))
    folder = os.path.join(sys.argv[1], name)
    get_peft_model(model, config).save_pretrained(folder)
    os.remove(os.path.join(folder, "README.md"))
    os.chmod(os.path.join(folder, "adapter_model.safetensors"), 0o644)

prompt = load_file(os.path.join(sys.argv[1], "p-tuning", "adapter_model.safetensors"))["prompt_embeddings"]
np.save(os.path.join(sys.argv[1], "prompt.npy"), prompt.numpy())
