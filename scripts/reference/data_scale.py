"""Counts, shows and divides the rows of a CSV as ptune data does, with pandas or DuckDB: one JSON line a step.

pip install pandas pyarrow duckdb; python scripts/reference/data_scale.py pandas|duckdb FILE ROW
"""

import json
import sys
import time

tool, file, row = sys.argv[1], sys.argv[2], int(sys.argv[3])
started = time.time()


def tell(step: str, **found: object) -> None:
    global started
    print(json.dumps({"step": step, "seconds": time.time() - started, **found}), flush=True)
    started = time.time()


if tool == "pandas":
    import pandas as pd

    started = time.time()
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    tell("add", rows=len(frame), labels=frame["label"].value_counts().to_dict())
    tell("preview", id=frame["id"].iloc[row])
    place = pd.util.hash_pandas_object(frame["text"], index=False).to_numpy(dtype="uint64") / 2.0**64
    split = pd.cut(place, [-1, 0.1, 0.2, 2], labels=["test", "validation", "train"])
    tell("split", rows={str(name): int(count) for name, count in pd.Series(split).value_counts().items()})
else:
    import duckdb

    duckdb.sql("SET memory_limit = '1GB'")
    started = time.time()
    rows = f"read_csv('{file}', all_varchar = true, header = true, quote = '\"', escape = '\"', delim = ',')"
    labels = dict(duckdb.sql(f"SELECT label, count(*) FROM {rows} GROUP BY label").fetchall())
    tell("add", rows=sum(labels.values()), labels=labels)
    tell("preview", id=duckdb.sql(f"SELECT id FROM {rows} LIMIT 1 OFFSET {row}").fetchall()[0][0])
    split = f"SELECT CASE WHEN hash(text) / 18446744073709551616.0 < 0.1 THEN 'test' WHEN hash(text) / 18446744073709551616.0 < 0.2 THEN 'validation' ELSE 'train' END AS split FROM {rows}"
    tell("split", rows=dict(duckdb.sql(f"SELECT split, count(*) FROM ({split}) GROUP BY split").fetchall()))
