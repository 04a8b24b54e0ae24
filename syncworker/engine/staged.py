"""A page's frames as staged files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import cast

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, Run, StagedPage
from syncworker.model.streams import STREAMS


def stage(
    engine: Engine, run: Run, chunk: Chunk, frames: Mapping[str, pl.DataFrame], name: str
) -> list[StagedPage]:
    """Write frames, none of them empty, as files that do not count yet.

    Args:
        engine: The ports.
        run: The run.
        chunk: The claimed extraction chunk.
        frames: Rows by canonical stream; an empty frame is left out.
        name: Which part of the reading it is; one reading gives a name once.
    """
    staged = []
    for stream, rows in frames.items():
        if rows.height:
            # The claim in the name keeps an old owner's late file from replacing a newer one.
            file = f"{run.id}-{chunk.id}-{chunk.claim}-{name}"
            place = engine.staging.write(run.portal, stream, file, rows)
            newest = _newest(stream, rows, run.as_of)
            staged.append(StagedPage(chunk.payload["source"], stream, place, rows.height, newest))
    return staged


def kept(
    frames: Mapping[str, pl.DataFrame], keep_days: Mapping[str, int], as_of: datetime
) -> dict[str, pl.DataFrame]:
    """The frames without what happened longer ago than the mapping keeps."""
    return {
        stream: rows if (old := outlived(stream, keep_days, as_of)) is None else rows.filter(~old)
        for stream, rows in frames.items()
    }


def outlived(stream: str, keep_days: Mapping[str, int], as_of: datetime) -> pl.Expr | None:
    """Which rows happened longer ago than the mapping keeps; None where all are kept."""
    column, days = STREAMS[stream].event_time, keep_days.get(stream)
    if column is None or days is None:
        return None
    until = pl.lit(as_of - timedelta(days=days)).cast(STREAMS[stream].schema()[column])
    return (pl.col(column) < until).fill_null(value=False)


def _newest(stream: str, rows: pl.DataFrame, as_of: datetime) -> datetime | None:
    """The newest event time that is not ahead of `as_of`: a clock running ahead hides nothing."""
    column = STREAMS[stream].event_time
    if column is None:
        return None
    times = rows[column]
    until = as_of if times.dtype == pl.Datetime else as_of.date()
    newest = times.filter(times <= until).max()
    if newest is None or isinstance(newest, datetime):
        return newest
    # A day of daily usage is over at its end; UTC is near enough for telling staleness.
    return datetime.combine(cast("date", newest), datetime.max.time(), UTC)
