"""Extraction: a stream's pages, from the source into staging, each committed with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from syncworker.engine.compact import compact
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
    source = engine.sources(run.portal, mapping)[name]
    progress = dict(chunk.progress) or {"pages": 0, "rows": 0, "rejected": 0, "keyless": 0}
    until = engine.clock() + engine.limits.page_budget
    whole = not source.incremental(stream)
    if not chunk.progress:
        for provided in source.provides(stream):
            compact(engine, run, chunk, provided, deletions=whole)
    waiting = {} if whole else _waiting(engine, run, name, source.provides(stream))
    pages = source.pages(
        stream,
        since=_since(engine, run, name, stream),
        resume=progress.get("resume"),
        watermark=run.as_of,
    )
    for page in pages:
        progress = _progress(progress, page)
        staged = _stage(engine, run, chunk, page.frames, number=progress["pages"])
        letters = [_letter(run, source, stream, row) for row in page.rejected]
        engine.pages.commit(chunk, staged, letters, progress, _through(page, waiting))
        if engine.clock() > until:
            engine.chunks.release(chunk)
            return
    if whole and progress["rows"]:
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
            newest = _newest(stream, rows, run.as_of)
            staged.append(StagedPage(chunk.payload["source"], stream, place, rows.height, newest))
    return staged


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
    return datetime.combine(newest, datetime.max.time(), UTC)  # type: ignore[arg-type]


def _mark_deleted(
    engine: Engine, run: Run, chunk: Chunk, source: Source, progress: Mapping[str, Any]
) -> None:
    """After a whole reading, mark the source's rows it did not meet as deleted since `as_of`.

    A row that was rejected this time is still there: its last good version stays, and so do those
    of a subscription whose parts were not all read. Where a rejected row has no key to tell by, no
    row of the stream is taken for deleted; nor is one that another source still has.
    """
    letters = engine.letters.open(run.portal, run_id=run.id, most=1_000_000)
    for stream in source.provides(chunk.payload["stream"]):
        rejected = [
            letter.values["key"]
            for letter in letters
            if letter.subject == stream and "key" in letter.values
        ]
        before = engine.pages.staged(run.portal, stream)
        now = engine.pages.staged(run.portal, stream, run_id=run.id)
        mine = [page.place for page in before if page.source == source.name]
        met = [page.place for page in now if page.source == source.name]
        others = [page.place for page in before if page.source != source.name]
        missing = engine.staging.missing(stream, mine, [*met, *others])
        still_there = pl.lit(value=bool(progress["keyless"])) | _names(stream, rejected)
        kept = missing.with_columns(
            deleted_at=pl.when(~still_there).then(pl.lit(run.as_of)),
            synced_at=pl.when(still_there).then("synced_at").otherwise(pl.lit(run.as_of)),
        ).cast(dict(STREAMS[stream].schema()))  # type: ignore[arg-type]
        pages = _stage(engine, run, chunk, {stream: kept}, number=999_999)
        engine.pages.replace(chunk, stream, pages[0] if pages else None)


def _names(stream: str, keys: list[str]) -> pl.Expr:
    """Rows that one of the keys names, or whose subscription it names."""
    named = pl.col("source_id").is_in(keys)
    return named | pl.col("sub_id").is_in(keys) if STREAMS[stream].column("sub_id") else named


def _letter(run: Run, source: Source, configured: str, row: RejectedRow) -> DeadLetter:
    """A rejected row's letter, under a key that no other row's letter has.

    A whole reading meets a row at its place again until it is mended. A reading from a cursor
    counts anew each time and does not meet it again: there the row's own key tells it.
    """
    key = f"{source.name}, {row.place}:"
    if source.incremental(configured):
        key += row.key or f"{row.position} read {run.as_of:%Y-%m-%d %H:%M:%S}"
    elif len(source.provides(configured)) == 1:
        key += str(row.position)
    else:  # several rows may come from one place
        key += f"{row.position} {row.key}".rstrip()
    return DeadLetter(
        kind="row",
        subject=row.stream,
        key=key,
        cause="ROW_REJECTED",
        property=row.field,
        message=row.reason,
        help="mend the row in the source, or the query or columns in the mapping",
        values={"key": row.key} if row.key else {},
    )


def _waiting(
    engine: Engine, run: Run, source: str, streams: Sequence[str]
) -> dict[tuple[str, str], str]:
    """By stream and row key, the source's open letters of rows."""
    return {
        (letter.subject, letter.values["key"]): letter.key
        for letter in engine.letters.open(run.portal, run_id=None, most=1_000_000)
        if letter.kind == "row"
        and letter.subject in streams
        and letter.key.startswith(f"{source}, ")
        and "key" in letter.values
    }


def _through(page: Page, waiting: Mapping[tuple[str, str], str]) -> list[tuple[str, str]]:
    """Stream and key of the waiting letters whose row the page holds, good or rejected anew."""
    met = {
        (stream, key)
        for stream, rows in page.frames.items()
        for key in rows["source_id"].filter(
            rows["source_id"].is_in([key for name, key in waiting if name == stream])
        )
    }
    met |= {(row.stream, row.key) for row in page.rejected}
    return [(one[0], waiting[one]) for one in sorted(met & waiting.keys())]
