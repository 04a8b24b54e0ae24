"""Reads Parquet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from syncworker.sources.chunks import Chunk, NotReadable

_MAGIC = b"PAR1"
# Damage shows late, and in Polars also as a panic, which is no Exception.
_DAMAGE = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
_OTHER = "is not readable as parquet"


def chunks(path: Path, names: Collection[str], after: int, size: int) -> Iterator[Chunk]:
    """The file's rows, `size` at a time, behind row number `after`.

    Raises:
        NotReadable: It is not Parquet, or damaged.
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise NotReadable(_OTHER)
    try:
        scan = pl.scan_parquet(path, glob=False)
        present = [name for name in scan.collect_schema().names() if name in names]
        total = rows(path)
        for start in range(after, total, size):
            frame = scan.select(present).slice(start, size).collect()
            last = min(start + size, total)
            columns = {name: _values(frame[name]) for name in present}
            yield Chunk(range(start + 1, last + 1), columns, last)
    except _DAMAGE:
        raise NotReadable(_OTHER) from None
    if after >= total:
        yield Chunk((), dict.fromkeys(present, ()), after)


def rows(path: Path) -> int:
    """How many rows the file's metadata say there are; raises what Polars raises."""
    return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())


def _values(series: pl.Series) -> list[object]:
    """The column's values; a time beyond Python's years is given as what it is stored as."""
    try:
        return series.to_list()
    except (OverflowError, ValueError):
        return series.to_physical().to_list()
