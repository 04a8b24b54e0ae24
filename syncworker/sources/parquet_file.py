"""Reads Parquet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import polars as pl

from syncworker.sources.chunks import Chunk, NotReadable

_MAGIC = b"PAR1"
# Damage shows late, and in Polars also as a panic, which is no Exception.
_DAMAGE = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
_PER_DAY = {"us": 86_400_000_000, "ms": 86_400_000}  # nanoseconds end in the year 2262
_FIRST, _LAST = ((date(year, 1, 1) - date(1970, 1, 1)).days for year in (1000, 9000))
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
    """The column's values; times that Python cannot hold come as the years 1000 or 9000."""
    kind = series.dtype
    per_day = 1 if kind == pl.Date else None
    if isinstance(kind, pl.Datetime):
        per_day = _PER_DAY.get(kind.time_unit)
    if per_day is not None:
        series = series.to_physical().clip(_FIRST * per_day, _LAST * per_day).cast(kind)
    return series.to_list()
