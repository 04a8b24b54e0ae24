"""Which of a page's rows are news: not staged just as they are.

A reading from a cursor meets the last rows again, by its overlap; the fast lane must tell those
from new ones, or it would never rest.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.model.streams import STREAMS

_FIRST_COUNTS = "events"
"""Of two events with one key the first counts: one that comes again in other words is no news."""


def news(
    engine: Engine, portal: str, source: str, frames: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """The rows of the frames that the source's newest staged version does not have just so.

    This runs Polars queries: never call it in a worker's main process.

    Args:
        engine: The ports.
        portal: The portal's name.
        source: The source the frames are from.
        frames: Rows by canonical stream.
    """
    return {
        stream: rows if rows.is_empty() else _new(engine, portal, source, stream, rows)
        for stream, rows in frames.items()
    }


def _new(engine: Engine, portal: str, source: str, stream: str, rows: pl.DataFrame) -> pl.DataFrame:
    schema = STREAMS[stream].schema()
    staged = [p.place for p in engine.pages.staged(portal, stream) if p.source == source]
    met = pl.col("source_id").is_in(rows["source_id"].implode())
    known = engine.staging.read(staged, schema).filter(met).collect(engine="streaming")
    if stream == _FIRST_COUNTS:
        return rows.join(known, on="source_id", how="anti")
    newest = known.sort("synced_at", maintain_order=True).unique("source_id", keep="last")
    told = [name for name in schema.names() if name != "synced_at"]
    return rows.join(newest, on=told, how="anti", nulls_equal=True)
