"""Rotary frequencies under YaRN by transformers, for test/backbone/families/yarn.test.ts.

Run from the repository's root:   python scripts/reference/yarn.py
Made with Python 3.11, torch 2.13.0, transformers 5.24.0. Writes test/backbone/families/reference/yarn.json, a list of
{settings, inverseFrequencies, amplitude}.
"""

import json
from pathlib import Path

from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

OUT = Path(__file__).parents[2] / "test/backbone/families/reference/yarn.json"
SETTINGS = [
    dict(rope_theta=1e6, factor=4.0, original_max_position_embeddings=32768),
    dict(rope_theta=1e4, factor=16.0, original_max_position_embeddings=4096, attention_factor=1.5),
    dict(rope_theta=1e4, factor=40.0, original_max_position_embeddings=4096, beta_fast=64, beta_slow=2, mscale=1.0, mscale_all_dim=0.7),
    dict(rope_theta=150000.0, factor=32.0, original_max_position_embeddings=4096, truncate=False),
    dict(rope_theta=5e5, factor=1.0, original_max_position_embeddings=8192),
    dict(rope_theta=1e4, factor=2.0, original_max_position_embeddings=200, beta_fast=8, beta_slow=7.9, partial_rotary_factor=0.5),
]


def main():
    found = []
    for settings in SETTINGS:
        config = LlamaConfig(hidden_size=256, num_attention_heads=4, num_key_value_heads=4, intermediate_size=64, num_hidden_layers=1, vocab_size=16, max_position_embeddings=int(settings["factor"] * settings["original_max_position_embeddings"]), rope_parameters=dict(rope_type="yarn", **settings))
        frequencies, amplitude = ROPE_INIT_FUNCTIONS["yarn"](config, None)
        found.append({"settings": settings, "inverseFrequencies": frequencies.tolist(), "amplitude": amplitude})
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("[\n" + ",\n".join(json.dumps(item, separators=(",", ":")) for item in found) + "\n]\n")


if __name__ == "__main__":
    main()
