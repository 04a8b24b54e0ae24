"""Rows as the bytes of a file, in each format and compression."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Row = Mapping[str, object]


def text(format_: str, rows: Sequence[Row]) -> bytes:
    """Rows as CSV or JSON Lines."""
    if format_ == "jsonl":
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def parquet(rows: Sequence[Row], types: Mapping[str, Any]) -> bytes:
    """Rows as Parquet, columns without a type as text."""
    target = io.BytesIO()
    schema = {name: types.get(name, pl.String()) for name in rows[0]}
    pl.DataFrame(list(rows), schema=schema).write_parquet(target)
    return target.getvalue()


def packed(container: str, content: bytes) -> bytes:
    """The content compressed as the container's ending says."""
    if container.endswith(".gz"):
        return gzip.compress(content, mtime=0)
    return zstd.compress(content) if container.endswith(".zst") else content
