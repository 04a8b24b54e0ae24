"""Extraction: a stream's pages, from the source into staging, each committed with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, DeadLetter, Run, StagedPage
from syncworker.engine.ports import Page, RejectedRow, Source
from syncworker.mapping.portal import PortalMapping
from syncworker.masking import mask
from syncworker.model.streams import STREAMS


def extract(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Read one stream up to the run's `as_of`; go on where an earlier attempt left off.

    After the page budget the chunk is given back, so that other portals have a turn.
    """
    name, stream = chunk.payload["source"], chunk.payload["stream"]
    source = engine.sources(mapping)[name]
    progress = dict(chunk.progress) or {"pages": 0, "rows": 0, "rejected": 0, "keyless": 0}
    until = engine.clock() + engine.limits.page_budget
    pages = source.pages(
        stream,
        since=_since(engine, run, name, stream),
        resume=progress.get("resume"),
        watermark=run.as_of,
    )
    for page in pages:
        progress = _progress(progress, page)
        staged = _stage(engine, run, chunk, page.frames, number=progress["pages"])
        letters = [_letter(row) for row in page.rejected]
        engine.pages.commit(chunk, staged, letters, progress)
        if engine.clock() > until:
            engine.chunks.release(chunk)
            return
    if not source.incremental(stream) and progress["rows"]:
        _mark_deleted(engine, run, chunk, source, progress)
    figures = {key: progress[key] for key in ("pages", "rows", "rejected")}
    engine.chunks.complete(chunk, {**chunk.payload, **figures, "cursor": progress.get("cursor")})


def summary(engine: Engine, run: Run) -> dict[str, Any]:
    """What was read, for the run's summary."""
    results = engine.chunks.results(run.id, "extract")
    return {
        "rows": sum(result["rows"] for result in results),
        "rejected_rows": sum(result["rejected"] for result in results),
        "streams": {f"{r['source']}.{r['stream']}": r["rows"] for r in results},
        "extracted_at": engine.clock().isoformat(),
    }


def _since(engine: Engine, run: Run, source: str, stream: str) -> str | None:
    reads = engine.pages.read(run.portal)
    return next((r.cursor for r in reads if (r.source, r.stream) == (source, stream)), None)


def _progress(before: Mapping[str, Any], page: Page) -> dict[str, Any]:
    return {
        "pages": before["pages"] + 1,
        "rows": before["rows"] + sum(frame.height for frame in page.frames.values()),
        "rejected": before["rejected"] + len(page.rejected),
        "keyless": before["keyless"] + sum(_keyless(row) for row in page.rejected),
        "resume": page.resume,
        "cursor": page.cursor,
    }


def _keyless(row: RejectedRow) -> bool:
    """Whether the row cannot be told by its key; a masked one names nothing."""
    return not row.key or mask(row.key) != row.key or "…" in row.key


def _stage(
    engine: Engine, run: Run, chunk: Chunk, frames: Mapping[str, pl.DataFrame], *, number: int
) -> list[StagedPage]:
    staged = []
    for stream, rows in frames.items():
        if rows.height:
            # The claim in the name keeps an old owner's late file from replacing a newer one.
            name = f"{run.id}-{chunk.id}-{chunk.claim}-{number:06}"
            place = engine.staging.write(run.portal, stream, name, rows)
            newest = _newest(stream, rows)
            staged.append(StagedPage(chunk.payload["source"], stream, place, rows.height, newest))
    return staged


def _newest(stream: str, rows: pl.DataFrame) -> datetime | None:
    column = STREAMS[stream].event_time
    newest = rows[column].max() if column else None
    if newest is None or isinstance(newest, datetime):
        return newest
    # A day of daily usage is over at its end; UTC is near enough for telling staleness.
    return datetime.combine(newest, datetime.max.time(), UTC)  # type: ignore[arg-type]


def _mark_deleted(
    engine: Engine, run: Run, chunk: Chunk, source: Source, progress: Mapping[str, Any]
) -> None:
    """After a whole reading, mark the rows it did not meet as deleted since `as_of`.

    A row that was rejected this time is still there: its last good version stays. Where a rejected
    row has no key to tell by, no row of the stream is taken for deleted.
    """
    streams = source.provides(chunk.payload["stream"])
    # A rejected object of several streams (a Stripe subscription) names only one of its rows.
    unsure = progress["keyless"] or (progress["rejected"] and len(streams) > 1)
    letters = engine.letters.open(run.portal, run_id=run.id, most=1_000_000)
    for stream in streams:
        rejected = [
            letter.values["key"]
            for letter in letters
            if letter.subject == stream and "key" in letter.values
        ]
        now = [page.place for page in engine.pages.staged(run.portal, stream, run_id=run.id)]
        before = [page.place for page in engine.pages.staged(run.portal, stream)]
        missing = engine.staging.missing(stream, before, now)
        still_there = pl.lit(value=True) if unsure else pl.col("source_id").is_in(rejected)
        kept = missing.with_columns(
            deleted_at=pl.when(~still_there).then(pl.lit(run.as_of)),
            synced_at=pl.when(still_there).then("synced_at").otherwise(pl.lit(run.as_of)),
        ).cast(dict(STREAMS[stream].schema()))  # type: ignore[arg-type]
        pages = _stage(engine, run, chunk, {stream: kept}, number=999_999)
        engine.pages.replace(chunk, stream, pages[0] if pages else None)


def _letter(row: RejectedRow) -> DeadLetter:
    return DeadLetter(
        kind="row",
        subject=row.stream,
        key=f"{row.place}:{row.position}",
        cause="ROW_REJECTED",
        property=row.field,
        message=row.reason,
        help="mend the row in the source, or the query or columns in the mapping",
        values={"key": row.key} if row.key else {},
    )
