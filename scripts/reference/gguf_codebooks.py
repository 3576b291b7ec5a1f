"""Writes src/backbone/gguf/codebook-data.ts: the codebooks of ggml's IQ1, IQ2 and IQ3 formats (ggml-common.h: iq2xxs_grid,
...), as the Python package gguf holds them.

Run from the repository's root:   python scripts/reference/gguf_codebooks.py
Made with Python 3.11, gguf 0.19.0, numpy 2.4.6. An entry's numbers are places in the list of levels, 2 bits each (4 bits
where there are more than 4 levels), the first in the lowest bits.
"""

import base64
from pathlib import Path

import numpy as np
from gguf import quants

OUT = Path(__file__).parents[2] / "src/backbone/gguf/codebook-data.ts"


def packed(kind) -> str:
    kind.init_grid()
    grid = kind.grid.reshape(kind.grid_shape)
    places = np.searchsorted(np.array(kind.grid_map, dtype=np.float32), grid).astype(np.uint8)
    bits = 2 if len(kind.grid_map) <= 4 else 4
    places = places.reshape(-1, 8 // bits)
    return base64.b64encode(sum(places[:, i] << (bits * i) for i in range(8 // bits)).astype(np.uint8).tobytes()).decode("ascii")


def main() -> None:
    kinds = [quants.IQ1_S, quants.IQ2_XXS, quants.IQ2_XS, quants.IQ2_S, quants.IQ3_XXS, quants.IQ3_S]
    lines = [f'  {kind.__name__}: {{ width: {kind.grid_shape[1]}, levels: [{", ".join(map(str, kind.grid_map))}], places: "{packed(kind)}" }},' for kind in kinds]
    head = "/** Written by scripts/reference/gguf_codebooks.py: numbers an entry, the levels, and which level each number is (base64). */\nexport const codebookData = {"
    OUT.write_text("\n".join([head, *lines, "} as const;"]) + "\n")


main()
