"""Parquet files as pyarrow writes them, for every codec, and the hub's names of labels.

pip install pyarrow; python scripts/reference/parquet.py test/data/reference
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)

rows = range(1000)
table = pa.table({"id": [str(i) for i in rows], "text": [f"text ä {i}" for i in rows], "label": ["ham" if i % 2 else "späm" for i in rows]})
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(table, folder / f"{codec}.parquet", compression=codec, row_group_size=300, write_page_index=codec == "zstd")

features = {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}, "text": {"dtype": "string", "_type": "Value"}}}}
kinds = pa.table(
    {
        "text": ["a", None, "c"],
        "label": pa.array([0, 1, None], pa.int64()),
        "large": pa.array([2**60 + 1, -1, 0], pa.int64()),
        "real": [0.5, float("nan"), None],
        "yes": [True, False, None],
        "day": pa.array([0, 19000, None], pa.date32()),
        "moment": pa.array([0, 1_700_000_000_123, None], pa.timestamp("ms")),
        "words": [["a", "b"], [], None],
        "pair": [{"en": "a", "de": 1}, {"en": None, "de": 2}, None],
        "bytes": [b"\x00\xff", b"", None],
    }
).replace_schema_metadata({"huggingface": json.dumps(features)})
pq.write_table(kinds, folder / "kinds.parquet")
