"""Tiny random models as the hub's ONNX repositories offer them, in all eight file variants, and reference values of each:
for test/parity/hub-variants.test.ts and the claim `models`.

Run from the repository's root:   python scripts/reference/hub_variants.py [FAMILY ...]
Made with Python 3.11, torch 2.13.0 (CPU), transformers 5.24.0, onnx 1.23, onnxruntime 1.32. Everything it writes is
committed: test/parity/reference/hub-variants/FAMILY/
  config.json, tokenizer.json, tokenizer_config.json
  onnx/              model.onnx: exported by torch.onnx with optimum's inputs and outputs (a decoder's past keys and values
                     among them), and model_{fp16,int8,uint8,quantized,q4,q4f16,bnb4}.onnx: made from it by onnxruntime's
                     own tools with the settings of transformers.js' conversion scripts
  VARIANT.json, VARIANT.safetensors   in the form of families.py and encoders.py (a light head on an encoder)

The reference of a variant is transformers' model in float64 with the weights that the variant's numbers stand for
(dequantised here with numpy); activations are not rounded in it. The converter to half precision rounds the graph's other
constants too (rotary frequencies, GELU's numbers): so does the reference.
"""

import json
import logging
import math
import os
import re
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import numpy as np
import onnx
import torch
import transformers as hf
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_bnb4_quantizer import MatMulBnb4Quantizer
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.float16 import convert_float_to_float16

import encoders
import families
from onnx_blocks import block_weight, bnb_weight, linear_weight

OUT = Path(__file__).parents[2] / "test/parity/reference/hub-variants"
VOCABULARY = 64
# Heads of 16: the scale of the scores is a power of two, which every precision has.
COMMON = dict(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0, attn_implementation="eager")

CONFIGURATIONS = {
    "llama": lambda: hf.LlamaConfig(**COMMON, num_key_value_heads=1),
    "qwen2": lambda: hf.Qwen2Config(**COMMON, num_key_value_heads=1),
    "gpt2": lambda: hf.GPT2Config(vocab_size=VOCABULARY, n_embd=32, n_inner=32, n_layer=2, n_head=2, n_positions=64, bos_token_id=1, eos_token_id=2, pad_token_id=0, attn_implementation="eager", tie_word_embeddings=False),
    "bert": lambda: hf.BertConfig(**{key: value for key, value in COMMON.items() if key not in ("bos_token_id", "eos_token_id")}),
}


class WithPast(torch.nn.Module):
    """The inputs and outputs of optimum's text-generation-with-past."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, *past):
        cache = hf.DynamicCache([(past[i], past[i + 1]) for i in range(0, len(past), 2)])
        output = self.model(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids, past_key_values=cache, use_cache=True)
        return (output.logits, *(values for layer in output.past_key_values.layers for values in (layer.keys, layer.values)))


def export_decoder(model, path):
    configuration = model.config
    heads = getattr(configuration, "num_key_value_heads", configuration.num_attention_heads)
    layers, size = configuration.num_hidden_layers, configuration.hidden_size // configuration.num_attention_heads
    past = [torch.randn(2, heads, 3, size) for _ in range(2 * layers)]
    values = (torch.randint(0, VOCABULARY, (2, 5)), torch.ones(2, 8, dtype=torch.long), torch.arange(3, 8).repeat(2, 1), *past)
    kept = [f"{layer}.{kind}" for layer in range(layers) for kind in ("key", "value")]
    inputs = ["input_ids", "attention_mask", "position_ids", *(f"past_key_values.{name}" for name in kept)]
    outputs = ["logits", *(f"present.{name}" for name in kept)]
    row = {0: "batch_size", 1: "sequence_length"}
    axes = {"input_ids": row, "position_ids": row, "logits": row, "attention_mask": {0: "batch_size", 1: "total_sequence_length"}}
    axes |= {name: {0: "batch_size", 2: "past_sequence_length" if name in inputs else "total_sequence_length"} for name in [*inputs[3:], *outputs[1:]]}
    torch.onnx.export(WithPast(model), values, path, dynamo=False, input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=18)


def export_encoder(model, path):
    """The inputs and the output of optimum's feature-extraction."""
    ids = torch.randint(5, VOCABULARY, (2, 9))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch_size", 1: "sequence_length"} for name in [*names, "last_hidden_state"]}
    torch.onnx.export(encoders.Export(model, True, True), (ids, mask, torch.zeros_like(ids)), path, dynamo=False, input_names=names, output_names=["last_hidden_state"], dynamic_axes=axes, opset_version=18)


def shorten(path):
    """Short names for what flows between the nodes: the exporter's are longer than the tiny weights. Weights keep theirs."""
    model = onnx.load(path)
    del model.graph.value_info[:]
    names = {}
    keep = {value.name for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]}
    for number, node in enumerate(model.graph.node):
        node.name = f"n{number}"
        node.ClearField("doc_string")
        node.input[:] = [names.get(name, name) for name in node.input]
        for index, name in enumerate(node.output):
            if name and name not in keep:
                names[name] = node.output[index] = f"t{number}.{index}" if index else f"t{number}"
    onnx.save(model, path)


def stored_by(model, plain):
    """Every weight of the plain export as the variant stores it, by the plain export's name: [..., in, out] of a matrix."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    found = {}
    for name in plain:
        if name in constants:
            found[name] = constants[name]
        elif f"{name}_quantized" in constants:
            found[name] = linear_weight(f"{name}_quantized", constants)
    for node in model.graph.node:
        if node.op_type in ("MatMulNBits", "MatMulBnb4"):
            name = re.sub("_(Q4|Bnb4).*$", "", node.input[1])
            found[name] = (block_weight if node.op_type == "MatMulNBits" else bnb_weight)(node, constants).T
    assert found.keys() == plain.keys(), found.keys() ^ plain.keys()
    return found


def origins(plain, model):
    """Where the weights of the plain export come from: the PyTorch model's name, and whether the matrix is turned."""
    found = {}
    for parameter, values in model.state_dict().items():
        values = values.numpy()
        for name, stored in plain.items():
            for turned in (False, True):
                if values.ndim == 2 and stored.shape == (values.T if turned else values).shape and np.array_equal(stored, values.T if turned else values):
                    found.setdefault(parameter, (name, turned))
            if values.ndim == 1 and np.array_equal(stored, values):
                found.setdefault(parameter, (name, False))
    return found


def half(value):
    return float(np.float16(value))


class HalfGelu(torch.nn.Module):
    """GELU as the graph computes it, with the constants that half precision has of it."""

    def __init__(self, approximate):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        if not self.approximate:
            return 0.5 * x * (1 + torch.erf(x / half(math.sqrt(2))))
        return 0.5 * x * (1 + torch.tanh(half(math.sqrt(2 / math.pi)) * (x + half(0.044715) * x**3)))


def dequantised(family, variant, stored, seed, where):
    model = random_model(family, seed)
    state = model.state_dict()
    for parameter in state:
        if parameter in where:
            name, turned = where[parameter]
            values = torch.from_numpy(np.array(stored[name], dtype=np.float32))
            state[parameter] = values.T if turned else values
    model.load_state_dict(state)
    if "f16" in variant or variant == "fp16":
        if hasattr(getattr(model, "model", None), "rotary_emb"):
            rotary = model.model.rotary_emb
            rotary.inv_freq = rotary.inv_freq.half().float()
        for module in model.modules():
            for name, child in list(module.named_children()):
                if "gelu" in type(child).__name__.lower():
                    setattr(module, name, HalfGelu("New" in type(child).__name__))
    return model


def random_model(family, seed):
    if family == "bert":
        torch.manual_seed(seed)
        return encoders.randomised(hf.BertModel(CONFIGURATIONS[family]()), seed)
    return families.random_model(CONFIGURATIONS[family](), seed)


def variants(path, work):
    """By the hub's name of the variant: the model (scripts/quantize.py of transformers.js; `quantized` as its version 2)."""

    def dynamic(kind, **options):
        target = os.path.join(work, "dynamic.onnx")
        quantize_dynamic(path, target, weight_type=kind, extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True}, **options)
        return onnx.load(target)

    def four_bits():
        quantiser = MatMulNBitsQuantizer(onnx.load(path), block_size=32, is_symmetric=True)
        quantiser.process()
        return quantiser.model.model

    def bits_and_bytes():
        quantiser = MatMulBnb4Quantizer(onnx.load(path), quant_type=MatMulBnb4Quantizer.NF4, block_size=64)
        quantiser.process()
        return quantiser.model.model

    return {
        "fp32": lambda: onnx.load(path),
        "fp16": lambda: convert_float_to_float16(onnx.load(path), keep_io_types=True),
        "int8": lambda: dynamic(QuantType.QInt8),
        "uint8": lambda: dynamic(QuantType.QUInt8),
        "quantized": lambda: dynamic(QuantType.QInt8, per_channel=True, reduce_range=True),
        "q4": four_bits,
        "q4f16": lambda: convert_float_to_float16(four_bits(), keep_io_types=True),
        "bnb4": bits_and_bytes,
    }


def make(family, seed):
    folder = OUT / family
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "onnx").mkdir(parents=True)
    model = random_model(family, seed)
    model.config.save_pretrained(folder)
    # A vocabulary so small lacks most letters; the texts of the references are token ids.
    tokenizer = encoders.word_pieces(encoders.PIECES[:VOCABULARY]) if family == "bert" else families.tokenizer(families.TOKENS[:VOCABULARY], [])
    tokenizer.save_pretrained(folder)
    work = tempfile.mkdtemp()
    path = os.path.join(work, "plain.onnx")
    (export_encoder if family == "bert" else export_decoder)(model, path)
    shorten(path)
    plain = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT and math.prod(tensor.dims) >= 16}
    where = origins(plain, model)
    lost = [name for name, _ in model.named_parameters() if name not in where and "pooler" not in name and "position" not in name]
    assert not lost, lost
    for variant, create in variants(path, work).items():
        made = create()
        name = "model.onnx" if variant == "fp32" else f"model_{variant}.onnx"
        onnx.save(made, folder / "onnx" / name)
        print(f"{family} {variant}: {sorted({node.op_type for node in made.graph.node if 'MatMul' in node.op_type or node.op_type in ('Gather', 'Gemm')})}", flush=True)
        reference = dequantised(family, variant, stored_by(made, plain), seed, where)
        title = f"tiny random {family}, seed {seed}, {variant}"
        if family == "bert":
            encoders.write_values(folder / variant, reference, VOCABULARY, (2, 3, 4), False, False, title)
        else:
            families.write_decoder_reference(folder / variant, reference, title, VOCABULARY)
    shutil.rmtree(work)


if __name__ == "__main__":
    for number, name in enumerate(CONFIGURATIONS):
        if len(sys.argv) < 2 or name in sys.argv[1:]:
            make(name, 300 + number)
