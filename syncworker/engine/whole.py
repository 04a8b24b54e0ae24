"""The end of a whole reading: what it did not meet is deleted, what it met as it was is no news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, Run, StagedPage
from syncworker.engine.ports import Source
from syncworker.engine.staged import stage
from syncworker.model.stream import POLARS_TYPES
from syncworker.model.streams import STREAMS


def settle(
    engine: Engine, run: Run, chunk: Chunk, source: Source, progress: Mapping[str, Any]
) -> None:
    """Mark the source's rows that the reading did not meet as deleted since `as_of`.

    A row that was rejected this time, or changed after the watermark, is still there: its last
    good version stays, and so do those of a subscription whose parts were not all read. Where a
    rejected row has no key to tell by, no row of the stream is taken for deleted; nor is one that
    another source still has, nor what happened before the earliest row of the reading: the source
    no longer tells of that time.

    Args:
        engine: The ports.
        run: The run.
        chunk: The claimed extraction chunk, after its last page.
        source: The source that was read.
        progress: The reading's. Which streams are settled is added to it: once its files are
            exchanged, what a reading met can no longer be told.
    """
    letters = engine.letters.open(run.portal, run_id=run.id, most=1_000_000, discarded=True)
    settled: list[str] = list(progress.get("settled", ()))
    for stream in source.provides(chunk.payload["stream"]):
        if stream in settled:
            continue
        settled.append(stream)
        progress = {**progress, "settled": list(settled)}
        rejected = [
            letter.values["key"]
            for letter in letters
            if letter.subject == stream and "key" in letter.values
        ]
        staged = engine.pages.staged(run.portal, stream)
        now = engine.pages.staged(run.portal, stream, run_id=run.id)
        met = [page for page in now if page.source == source.name]
        places = [page.place for page in met]
        before = [p.place for p in staged if p.source == source.name and p.place not in places]
        if not before:
            engine.pages.whole(chunk, stream, progress, deleted=None)
            continue
        marks: list[StagedPage] = []
        if not STREAMS[stream].lasting:
            others = [page.place for page in staged if page.source != source.name]
            still_there = pl.lit(bool(progress["keyless"])) | _names(stream, rejected)
            missing = _missing(engine, run, stream, before, places, others).filter(~still_there)
            if missing.height and source.incremental(chunk.payload["stream"]):
                later = _changed_since(engine, chunk, source, stream, progress)
                missing = missing.filter(~pl.col("source_id").is_in(later))
            marks = stage(engine, run, chunk, {stream: missing}, "deleted")
        engine.pages.whole(
            chunk,
            stream,
            progress,
            deleted=marks[0] if marks else None,
            instead=_changed(engine, run, chunk, stream, before, met),
        )


def _missing(
    engine: Engine,
    run: Run,
    stream: str,
    before: Sequence[str],
    met: Sequence[str],
    others: Sequence[str],
) -> pl.DataFrame:
    """The rows that neither the reading met nor another source has, as deleted since `as_of`."""
    since = pl.lit(run.as_of, POLARS_TYPES["datetime"])
    earlier = _before(stream, engine.staging.oldest(stream, met))
    return (
        engine.staging.missing(stream, before, [*met, *others])
        .filter(~earlier)
        .with_columns(deleted_at=since, synced_at=since)
    )


def _changed_since(
    engine: Engine, chunk: Chunk, source: Source, stream: str, progress: Mapping[str, Any]
) -> list[str]:
    """Keys of rows that changed after the watermark: they wait for the next run, and are there."""
    pages = source.pages(
        chunk.payload["stream"],
        since=progress["cursor"],
        resume=None,
        watermark=engine.clock(),
    )
    found: list[str] = []
    for page in pages:
        if stream in page.frames:
            found += page.frames[stream]["source_id"].to_list()
        found += [row.key for row in page.rejected if row.stream == stream]
    return found


def _changed(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    stream: str,
    before: Sequence[str],
    met: Sequence[StagedPage],
) -> list[StagedPage] | None:
    """Files with the rows that are new or changed; None where most are, and the files may stay."""
    now = [page.place for page in met]
    changed = engine.staging.changed(stream, before, now)
    number = changed.select(pl.len()).collect(engine="streaming").item()
    if 2 * number > sum(page.rows for page in met):
        return None
    rows = changed.collect(engine="streaming")
    return stage(engine, run, chunk, {stream: rows}, "changed")


def _names(stream: str, keys: list[str]) -> pl.Expr:
    """Rows that one of the keys names, or whose subscription it names."""
    named = pl.col("source_id").is_in(keys)
    return named | pl.col("sub_id").is_in(keys) if STREAMS[stream].column("sub_id") else named


def _before(stream: str, oldest: date | datetime | None) -> pl.Expr:
    """Rows that happened before the reading's earliest one."""
    column = STREAMS[stream].event_time
    if column is None or oldest is None:
        return pl.lit(value=False)
    return (pl.col(column) < pl.lit(oldest)).fill_null(value=False)
