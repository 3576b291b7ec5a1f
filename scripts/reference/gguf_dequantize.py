"""Reference values for test/backbone/gguf/dequantize.test.ts.

Run from the repository's root:   python scripts/reference/gguf_dequantize.py
Made with Python 3.11, gguf 0.19.0, numpy 2.4.6. The result is committed:
test/backbone/gguf/reference/dequantize.json.

For every type: blocks of random bytes with finite half-precision scales (random bits in the integers, so that
every nibble and every high bit occurs), and what gguf.quants.dequantize makes of them, as float32 bytes.
For the order of query and key rows: transformers' own formula (LlamaModel.permute of convert_hf_to_gguf.py).
"""

import base64
import json
from pathlib import Path

import gguf
import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as T

# Byte offsets of half-precision scales in a block.
SCALES = {
    T.Q8_0: [0], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2],
    T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.IQ4_NL: [0], T.IQ4_XS: [0],
    T.IQ3_XXS: [0], T.IQ3_S: [0], T.IQ2_XXS: [0], T.IQ2_XS: [0], T.IQ2_S: [0], T.IQ1_S: [0], T.IQ1_M: [], T.TQ1_0: [52], T.TQ2_0: [64], T.MXFP4: [],
}


def halves(random: np.random.Generator, count: int) -> np.ndarray:
    """Finite half-precision numbers of all magnitudes: subnormals, zeros of both signs, the largest."""
    bits = random.integers(0, 65536, count, dtype=np.uint16)
    values = bits.view(np.float16)
    return np.where(np.isfinite(values), values, np.float16(0.25))


def text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def blocks_of(kind: T, random: np.random.Generator) -> np.ndarray:
    size, width = GGML_QUANT_SIZES[kind]
    if kind == T.F32:
        return random.standard_normal(64).astype(np.float32).view(np.uint8)
    if kind == T.F16:
        return halves(random, 256).view(np.uint8)
    if kind == T.BF16:
        values = random.standard_normal(128).astype(np.float32) * np.float32(10) ** random.integers(-30, 30, 128).astype(np.float32)
        return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
    blocks = random.integers(0, 256, (6 if size == 256 else 24, width), dtype=np.uint8)
    for offset in SCALES[kind]:
        blocks[:, offset:offset + 2] = halves(random, len(blocks)).view(np.uint8).reshape(-1, 2)
    if kind == T.IQ1_M:
        # The scale's bits lie in four words; one bit less in its exponent keeps it finite.
        blocks[:, 55] &= 0xBF
    if kind == T.MXFP4:
        blocks[:, 0] = np.minimum(blocks[:, 0], 250)
        blocks[:3, 0] = range(3)
    return blocks.reshape(-1)


def main() -> None:
    random = np.random.default_rng(20260101)
    types = {}
    for kind in [T.F32, T.F16, T.BF16, *SCALES]:
        data = blocks_of(kind, random)
        view = data.view({T.F32: np.float32, T.F16: np.float16}.get(kind, np.uint8))
        values = gguf.quants.dequantize(view, kind).astype(np.float32)
        types[kind.name] = {"blocks": text(data), "values": text(values)}

    rows, columns, heads = 24, 5, 3
    weights = random.standard_normal((rows, columns)).astype(np.float32)
    permuted = weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
    permutation = {"rows": rows, "heads": heads, "huggingFace": text(weights), "gguf": text(permuted)}

    target = Path(__file__).parents[2] / "test/backbone/gguf/reference/dequantize.json"
    target.write_text(json.dumps({"types": types, "permutation": permutation}, indent=1) + "\n")
    print(target.name, target.stat().st_size, "bytes")


main()
