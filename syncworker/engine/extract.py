"""Extraction: a stream's pages, from the source into staging, each committed with its place.

A reading is whole where the source keeps no cursor, the first time, when it is asked for, and as
often as the source says. What a whole reading does not meet is marked as deleted; what it meets
just as it was is not staged again, so staging keeps every version of a row, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from syncworker.engine import backfill_slices, drift, unread, whole
from syncworker.engine.compact import compact
from syncworker.engine.engine import Engine
from syncworker.engine.forgotten import KeptOut
from syncworker.engine.letter_stores import Wanted
from syncworker.engine.memory import Chunk, DeadLetter, Run, StreamRead
from syncworker.engine.news import news
from syncworker.engine.ports import Page, RejectedRow, Source
from syncworker.engine.staged import kept, stage
from syncworker.engine.wish import heed
from syncworker.errors import SourceError
from syncworker.mapping.portal import PortalMapping
from syncworker.masking import mask
from syncworker.model.streams import STREAMS

_FIGURES = ("pages", "rows", "rejected", "whole", "unchanged", "cursor", "columns", "kept_out")


def payloads(
    run: Run, mapping: PortalMapping, sources: Mapping[str, Source]
) -> list[dict[str, Any]]:
    """The extraction chunks: every stream, or those that the run was asked for."""
    wanted = run.options.get("streams")
    if run.kind == "backfill":
        return backfill_slices.payloads(sources, run, mapping)
    return [
        {"source": source, "stream": stream, "full": bool(run.options.get("full"))}
        for source, config in mapping.sources.items()
        for stream in config.streams
        if (f"{source}.{stream}" in wanted if wanted is not None else _unasked(run, config.kind))
    ]


def _unasked(run: Run, kind: str) -> bool:
    """Whether a stream is read that nobody named.

    What a webhook received is left to a sync: read by an extraction it would wait for the next.
    """
    return run.kind != "extract" or kind != "webhook"


def extract(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Read one stream up to the run's `as_of`; go on where an earlier attempt left off.

    After the page budget the chunk is given back, so that other portals have a turn.
    """
    name, stream = chunk.payload["source"], chunk.payload["stream"]
    source = engine.sources(run.portal, mapping)[name]
    earlier = last_read(engine, run.portal, name, stream)
    progress = dict(chunk.progress) or _begun(run, chunk, source, earlier)
    stretch = backfill_slices.stretch(chunk)
    if not chunk.progress and stretch is None:
        for provided in source.provides(stream):
            for deletions in (False, True):
                compact(engine, run, chunk, provided, deletions=deletions)
    known = {} if earlier is None or chunk.payload.get("full") else earlier.columns
    waiting = {} if progress["whole"] else _waiting(engine, run, name, source.provides(stream))
    out = engine.forgotten.kept_out(run.portal)
    until = engine.clock() + engine.limits.page_budget
    resume = progress.get("resume")
    if stretch is None:
        pages = source.pages(stream, since=progress["since"], resume=resume, watermark=run.as_of)
    else:
        start, end = stretch
        pages = source.between(stream, start=start, end=end, resume=resume, watermark=run.as_of)
    for page in pages:
        drift.check(run.portal, name, stream, page, known)
        progress = _progress(progress, page)
        frames = kept(page.frames, mapping.staging.keep_days, run.as_of)
        rejected = page.rejected
        if out is not None:
            frames, rejected, number = _without(out, frames, rejected)
            progress["kept_out"] = progress.get("kept_out", 0) + number
        if run.options.get("fast") and not progress["whole"]:
            frames = news(engine, run.portal, name, frames)
        staged = stage(engine, run, chunk, frames, f"{progress['pages']:06}")
        letters = [_letter(run, source, stream, row) for row in rejected]
        engine.pages.commit(chunk, staged, letters, progress, _through(page, waiting))
        engine.on_page(chunk, progress)
        heed(engine, run)
        if engine.clock() > until:
            engine.chunks.release(chunk)
            return
    if progress["whole"] and progress["rows"] and not progress["passing"]:
        whole.settle(engine, run, chunk, source, progress)
    figures = {key: progress.get(key) for key in _FIGURES}
    figures["columns"] = drift.together(known, progress["columns"])
    figures["read_at"] = run.as_of.isoformat()
    engine.chunks.complete(chunk, {**chunk.payload, **figures})


def stop(engine: Engine, chunk: Chunk, error: SourceError) -> None:
    """Give a stream up for this run: its place is kept, and the rest of the run goes on."""
    letter = unread.letter(chunk.payload, error)
    progress = dict(chunk.progress)
    engine.pages.commit(chunk, [], [letter], progress)
    read = {key: progress.get(key, 0) for key in ("pages", "rows", "rejected")}
    told = {"stopped": error.code, "message": letter.message, "help": letter.help}
    engine.chunks.complete(chunk, {**chunk.payload, **read, **told})


def summary(engine: Engine, run: Run) -> dict[str, Any]:
    """What was read, for the run's summary.

    Raises:
        SourceError: No stream could be read at all.
    """
    results = engine.chunks.results(run.id, "extract")
    stopped = [result for result in results if "stopped" in result]
    if results and len(stopped) == len(results):
        first = stopped[0]
        raise SourceError(first["message"], help=first["help"], code=first["stopped"])
    rows = Counter[str]()
    for result in results:
        rows[f"{result['source']}.{result['stream']}"] += result["rows"]
    return {
        "rows": sum(result["rows"] for result in results),
        "rejected_rows": sum(result["rejected"] for result in results),
        "kept_out_rows": sum(result.get("kept_out") or 0 for result in results),
        "streams": dict(rows),
        "stopped": {f"{r['source']}.{r['stream']}": r["stopped"] for r in stopped},
        "extracted_at": engine.clock().isoformat(),
    }


def last_read(engine: Engine, portal: str, source: str, stream: str) -> StreamRead | None:
    """How the stream was last read to its end."""
    reads = engine.pages.read(portal)
    return next((read for read in reads if (read.source, read.stream) == (source, stream)), None)


def _begun(run: Run, chunk: Chunk, source: Source, earlier: StreamRead | None) -> dict[str, Any]:
    """A reading's progress before its first page: from where, and whether it is whole."""
    stream = chunk.payload["stream"]
    every = None if run.options.get("fast") else source.full_every(stream)
    since = None if earlier is None else earlier.cursor
    part = "from" in chunk.payload
    if part or chunk.payload.get("full") or (every is not None and _due(run, earlier, every)):
        since = None
    return {
        "pages": 0,
        "rows": 0,
        "rejected": 0,
        "keyless": 0,
        "columns": {},
        "since": since,
        "whole": not part and (since is None or not source.incremental(stream)),
    }


def _due(run: Run, earlier: StreamRead | None, every: timedelta) -> bool:
    return earlier is None or earlier.full_at is None or run.as_of - earlier.full_at >= every


def _progress(before: Mapping[str, Any], page: Page) -> dict[str, Any]:
    return {
        **before,
        "pages": before["pages"] + 1,
        "rows": before["rows"] + sum(frame.height for frame in page.frames.values()),
        "rejected": before["rejected"] + len(page.rejected),
        "keyless": before["keyless"] + sum(_keyless(row) for row in page.rejected),
        "columns": drift.together(before["columns"], page.columns),
        "passing": page.passing,
        "unchanged": page.unchanged,
        "resume": page.resume,
        "cursor": page.cursor,
    }


def _without(
    out: KeptOut, frames: Mapping[str, pl.DataFrame], rejected: Sequence[RejectedRow]
) -> tuple[dict[str, pl.DataFrame], tuple[RejectedRow, ...], int]:
    """What is nobody's who was forgotten, and how many rows were."""
    rows = {name: out.rows(frame) for name, frame in frames.items()}
    fine = tuple(
        row for row in rejected if not any(out.has(kind, part) for kind, part in _keys(row))
    )
    dropped = sum(frames[name].height - kept.height for name, kept in rows.items())
    return rows, fine, dropped + len(rejected) - len(fine)


def _keys(row: RejectedRow) -> Iterator[tuple[str, str]]:
    """The parts of a rejected row's key, by the columns they are."""
    return zip(STREAMS[row.stream].key, row.key.split("|"), strict=False)


def _keyless(row: RejectedRow) -> bool:
    """Whether the row cannot be told by its key; a masked one names nothing."""
    return not row.key or mask(row.key) != row.key or "…" in row.key


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
    letters = (one.letter for one in engine.letters.kept(run.portal, Wanted(kind="row")))
    return {
        (letter.subject, letter.values["key"]): letter.key
        for letter in letters
        if letter.subject in streams
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
