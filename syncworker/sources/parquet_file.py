"""Reads Parquet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from syncworker.sources.chunks import Chunk


def chunks(path: Path, names: Collection[str], after: int, size: int) -> Iterator[Chunk]:
    """The file's rows, `size` at a time, behind row number `after`.

    Raises:
        OSError: The file cannot be read.
        polars.exceptions.PolarsError: It is not Parquet.
    """
    file = pl.scan_parquet(path, glob=False)
    present = [name for name in file.collect_schema().names() if name in names]
    total = file.select(pl.len()).collect().item()
    for start in range(after, total, size):
        rows = file.select(present).slice(start, size).collect()
        last = min(start + size, total)
        columns = {name: rows[name].to_list() for name in present}
        yield Chunk(range(start + 1, last + 1), columns, last)
    if after >= total:
        yield Chunk((), dict.fromkeys(present, ()), after)
