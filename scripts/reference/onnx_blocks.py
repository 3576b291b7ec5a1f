"""What the numbers of onnxruntime's quantised nodes stand for, with numpy: shared by onnx_variants.py and hub_variants.py."""

import re

import numpy
import onnx

NF4 = [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
       -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
       0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0]


def nibbles(data):
    return numpy.stack([data & 15, data >> 4], axis=-1).reshape(*data.shape[:-1], -1)


def block_weight(node, constants):
    """W [N, K] of a MatMulNBits node."""
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    rows, columns, bits, block = attributes["N"], attributes["K"], attributes.get("bits", 4), attributes["block_size"]
    blocks = -(-columns // block)
    stored = constants[node.input[1]].reshape(rows, -1)
    numbers = (nibbles(stored) if bits == 4 else stored).astype(numpy.float64).reshape(rows, blocks, block)
    zero = 2.0 ** (bits - 1)
    if len(node.input) > 3 and node.input[3]:
        points = constants[node.input[3]].reshape(rows, -1)
        zero = (nibbles(points) if bits == 4 else points)[:, :blocks, None].astype(numpy.float64)
    scaled = (numbers - zero) * constants[node.input[2]].astype(numpy.float64).reshape(rows, blocks, 1)
    return scaled.reshape(rows, blocks * block)[:, :columns]


def bnb_weight(node, constants):
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    rows, columns, block = attributes["N"], attributes["K"], attributes["block_size"]
    assert attributes["quant_type"] == 1
    stored = constants[node.input[1]].reshape(-1)
    values = numpy.array(NF4)[numpy.stack([stored >> 4, stored & 15], axis=-1).reshape(-1)][: rows * columns]
    scales = numpy.repeat(constants[node.input[2]].astype(numpy.float64), block)[: rows * columns]
    return (values * scales).reshape(rows, columns)


def linear_weight(name, constants):
    """An integer weight, its scale and zero point by onnxruntime's names."""
    stem = re.sub("_quantized$", "", name)
    zero = constants[f"{stem}_zero_point"].astype(numpy.float64)
    return (constants[name].astype(numpy.float64) - zero) * constants[f"{stem}_scale"].astype(numpy.float64)
