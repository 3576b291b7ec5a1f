"""Writes the decoder of a GGUF file in three other formats, with the weights that its blocks stand for.

    python decoder_formats.py FILE.gguf FOLDER
        FOLDER/safetensors/  model.safetensors as transformers' save_pretrained writes it
        FOLDER/onnx/         model.onnx (+ its data): a plain torch.onnx export in float32
        FOLDER/onnx-q4/      model_q4.onnx: the same through onnxruntime's MatMulNBitsQuantizer, four bits in blocks
                             of 32 without zero points, as the hub's `_q4` files are made
        each with config.json and tokenizer.json (SmolLM2's, see export_onnx.py).

Needs torch, transformers, onnx, onnxscript, onnxruntime and gguf.
"""

import os
import sys

import onnx
import torch
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from transformers import AutoModelForCausalLM

from export_onnx import export, save_companions


def unpacked(file):
    """The model in float32. What transformers opens from a GGUF file counts as quantised, and is not saved."""
    opened = AutoModelForCausalLM.from_pretrained(os.path.dirname(file), gguf_file=os.path.basename(file), dtype=torch.float32)
    settings = opened.config.to_dict()
    settings.pop("quantization_config", None)
    model = AutoModelForCausalLM.from_config(type(opened.config).from_dict(settings), dtype=torch.float32)
    model.load_state_dict(opened.state_dict())
    return model.eval()


def write_four_bits(plain, target):
    quantizer = MatMulNBitsQuantizer(onnx.load(plain), block_size=32, is_symmetric=True)
    quantizer.process()
    onnx.save(quantizer.model.model, target, save_as_external_data=True, location=os.path.basename(target) + "_data")


def main():
    file, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    model = unpacked(file)
    places = {name: os.path.join(folder, name) for name in ("safetensors", "onnx", "onnx-q4")}
    for place in places.values():
        os.makedirs(place, exist_ok=True)
        save_companions(model, file, place)
    model.save_pretrained(places["safetensors"])
    write_four_bits(export(model, places["onnx"], dynamo=True, positions=True), os.path.join(places["onnx-q4"], "model_q4.onnx"))


if __name__ == "__main__":
    main()
