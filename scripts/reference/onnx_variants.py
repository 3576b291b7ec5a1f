"""Writes a tiny model in the file variants that the hub offers, and reference losses and gradients by PyTorch.

    python onnx_variants.py FOLDER
        A Llama with random weights, exported by onnxruntime-genai's builder (contrib operators, past keys and values as
        inputs), then made smaller with onnxruntime's own tools, as the hub's conversion scripts do:
        FOLDER/{fp16,int8,uint8,q4,q4-asymmetric,q4f16,bnb4,genai-int4,genai-int8,...}/model.onnx with reference.json.

The reference of a variant is PyTorch's, in double precision, with the weights that the variant's numbers stand for
(dequantised here with numpy); activations are not rounded in it.

Needs torch, transformers, onnx, onnxruntime, onnxruntime-genai (and onnx-ir) on top of what export_onnx.py needs.
"""

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile

import numpy
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_bnb4_quantizer import MatMulBnb4Quantizer
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.float16 import convert_float_to_float16
from tokenizers import Tokenizer, models
from transformers import LlamaConfig, LlamaForCausalLM

from export_onnx import reference, without_stack_traces, write
from onnx_blocks import block_weight, bnb_weight, linear_weight, nibbles

def tiny_llama(tied=False):
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=96,
        max_position_embeddings=64, tie_word_embeddings=tied, initializer_range=0.15, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )).eval()


def build(source, folder, precision, *options):
    """onnxruntime-genai's builder; its model with all weights inside."""
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", source, "-o", folder, "-p", precision, "-e", "cpu", "-c", os.path.join(folder, "cache")]
    subprocess.run(command + (["--extra_options", *options] if options else []), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return onnx.load(os.path.join(folder, "model.onnx"))


def column_blocks(node, constants):
    """What a DequantizeLinear of a constant [K, N] gives whose blocks lie along the first axis."""
    values, scales = (constants[name].astype(numpy.float64) for name in node.input[:2])
    zero = constants[node.input[2]].astype(numpy.float64) if len(node.input) > 2 and node.input[2] else numpy.zeros_like(scales)
    spread = lambda data: numpy.repeat(data, -(-values.shape[0] // data.shape[0]), axis=0)[: values.shape[0]] if data.ndim == 2 else data
    return (values - spread(zero)) * spread(scales)


def dense_weights(model):
    """What every weight stands for, by the module of the PyTorch model it belongs to."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    constants.update({node.output[0]: numpy_helper.to_array(node.attribute[0].t) for node in model.graph.node if node.op_type == "Constant"})
    shapes = {}
    for node in model.graph.node:
        if node.op_type == "Reshape" and node.input[0] in constants:
            shapes[node.output[0]] = constants[node.input[0]].reshape(constants[node.input[1]])
    constants.update(shapes)
    dequantised_constants = {node.output[0]: column_blocks(node, constants) for node in model.graph.node if node.op_type == "DequantizeLinear" and node.input[0] in constants}
    found = {}
    module = lambda node: node.name.strip("/").split("/MatMul")[0].replace("/", ".")
    for node in model.graph.node:
        if node.op_type == "MatMulNBits":
            found[module(node)] = block_weight(node, constants)
        elif node.op_type == "MatMulBnb4":
            found[module(node)] = bnb_weight(node, constants)
        elif node.op_type == "MatMulInteger":
            found[module(node)] = linear_weight(node.input[1], constants).T
        elif node.op_type == "MatMul" and node.input[1] in dequantised_constants:
            found[module(node)] = dequantised_constants[node.input[1]].T
        elif node.op_type == "MatMul" and node.input[1] in constants:
            found[module(node)] = constants[node.input[1]].T
        elif node.op_type == "Gather" and "embed" in node.input[0]:
            table = constants[node.input[0]]
            found["model.embed_tokens"] = linear_weight(node.input[0], constants) if table.dtype in (numpy.uint8, numpy.int8) else table
        elif node.op_type == "GatherBlockQuantized":
            stored = constants[node.input[0]]
            bits = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}.get("bits", 4)
            # Packed in bytes, or in ONNX's own 4-bit type, whose zero is not in the middle.
            packed = stored.dtype == numpy.uint8
            unpack = lambda data: (nibbles(data) if packed and bits == 4 else data).astype(numpy.float64)
            numbers = unpack(stored)
            scales = constants[node.input[2]].astype(numpy.float64)
            block = numbers.shape[1] // scales.shape[1]
            zero = 2.0 ** (bits - 1) if packed else 0.0
            if len(node.input) > 3 and node.input[3]:
                zero = numpy.repeat(unpack(constants[node.input[3]])[:, : scales.shape[1]], block, axis=1)
            found["model.embed_tokens"] = (numbers - zero) * numpy.repeat(scales, block, axis=1)
    return found


def dequantised(model, half, tied):
    """The PyTorch model with the weights that a variant's numbers stand for."""
    torch_model = tiny_llama(tied).double()
    if half:
        for parameter in torch_model.parameters():
            parameter.data = parameter.data.half().double()
        # The file's tables of cosines and sines are in half precision too.
        rotary = torch_model.model.rotary_emb
        exact = rotary.forward
        rotary.forward = lambda *given, **named: tuple(table.half().double() for table in exact(*given, **named))
    state = torch_model.state_dict()
    for module, weight in dense_weights(model).items():
        module = module.replace(".attn.", ".self_attn.")
        weight = torch.from_numpy(numpy.array(weight, dtype=numpy.float64))
        if module.endswith("qkv_proj"):
            for name, part in zip("qkv", weight.split([32, 16, 16])):
                state[module.replace("qkv_proj", f"{name}_proj") + ".weight"] = part
        else:
            assert state[module + ".weight"].shape == weight.shape, module
            state[module + ".weight"] = weight
    torch_model.load_state_dict(state)
    return torch_model


def save(folder, name, model, half=False, tied=False, external=()):
    place = os.path.join(folder, name)
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, "model.onnx")
    onnx.save(model, path)
    without_stack_traces(path)
    write(place, reference(dequantised(model, half, tied), [5, 9, 7], 4, 1, False))
    if external:
        # Weights in as many files as names are given, as large exports have them.
        for index, tensor in enumerate(t for t in model.graph.initializer if len(t.raw_data) >= 512):
            onnx.external_data_helper.set_external_data(tensor, external[index % len(external)])
        onnx.save(model, path)
        without_stack_traces(path)
        for name in external:
            os.chmod(os.path.join(place, name), 0o644)


def quantise_dynamic(path, work, kind, **options):
    target = os.path.join(work, "dynamic.onnx")
    quantize_dynamic(path, target, weight_type=kind, extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True}, **options)
    return onnx.load(target)


def save_source(folder, tied):
    """What a repository of the unconverted model holds, for the builder."""
    tiny_llama(tied).save_pretrained(folder)
    Tokenizer(models.BPE(vocab={chr(33 + i): i for i in range(90)}, merges=[])).save(os.path.join(folder, "tokenizer.json"))
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
        json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "!", "eos_token": "\""}, file)
    return folder


def nbits(path, **options):
    quantiser = MatMulNBitsQuantizer(onnx.load(path), **options)
    quantiser.process()
    return quantiser.model.model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    folder = parser.parse_args().folder
    logging.disable(logging.INFO)
    work = tempfile.mkdtemp()
    source = save_source(os.path.join(work, "source"), tied=False)
    shared = save_source(os.path.join(work, "shared"), tied=True)
    plain = build(source, os.path.join(work, "fp32"), "fp32")
    path = os.path.join(work, "plain.onnx")
    onnx.save(plain, path)
    save(folder, "fp16", convert_float_to_float16(onnx.load(path), keep_io_types=True), half=True)
    save(folder, "int8", quantise_dynamic(path, work, QuantType.QInt8))
    save(folder, "uint8", quantise_dynamic(path, work, QuantType.QUInt8, per_channel=True))
    save(folder, "q4", nbits(path, block_size=32, is_symmetric=True, accuracy_level=4), external=["model.onnx_data", "model.onnx_data_1"])
    save(folder, "q4-asymmetric", nbits(path, block_size=16, is_symmetric=False, op_types_to_quantize=("MatMul", "Gather")))
    save(folder, "q4-qdq", nbits(path, block_size=16, is_symmetric=True, quant_format=QuantFormat.QDQ))
    save(folder, "q4f16", convert_float_to_float16(nbits(path, block_size=32, is_symmetric=True), keep_io_types=True), half=True)
    bnb = MatMulBnb4Quantizer(onnx.load(path), quant_type=MatMulBnb4Quantizer.NF4, block_size=64)
    bnb.process()
    save(folder, "bnb4", bnb.model.model)
    save(folder, "genai-int4", build(shared, os.path.join(work, "int4"), "int4", "shared_embeddings=true"), tied=True)
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
