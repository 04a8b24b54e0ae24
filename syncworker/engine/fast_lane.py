"""The fast lane: a demo request or a new trial reaches HubSpot in seconds.

A run is started that reads only the streams it came with and computes, plans and sends only what
concerns the people and accounts named there. What webhooks received waits in the inbox; the
streams that the mapping's `schedule: fast` names are looked at in their source, from their cursor,
and without anything new there no run is made and HubSpot is not asked. One run takes all that is
new when it starts. Where the portal is held by another run, or paused, it waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from syncworker.engine import pausing, sync, turn
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run, StreamRead
from syncworker.engine.news import news
from syncworker.engine.ports import Source
from syncworker.engine.run_words import RunKind, RunStatus
from syncworker.engine.staged import kept
from syncworker.engine.streams import chosen
from syncworker.errors import LockHeld
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.source_webhook import WebhookSource

KEPT = timedelta(days=30)
"""How long a delivery stays after it was received, and longer until it was read."""
_PAUSE = timedelta(minutes=15)
_JUDGED: tuple[RunStatus, ...] = ("done", "rejects", "planned", "refused")
_NOT_JUDGED: tuple[RunKind, ...] = ("extract", "prune", "verify")
"""Kinds of runs that come to no plan: the guard says nothing of them."""
_LOOKED_AT = 20  # runs


def start(engine: Engine, portal: str) -> Run | None:
    """Start a run for what webhooks have received, if there is anything and the portal is free.

    Args:
        engine: The ports.
        portal: The portal's name.

    Returns:
        The run, for workers; None where there is nothing to do now.

    Raises:
        MappingError: The mapping is missing or has errors.
    """
    mapping = checked(portal, engine.mapping_text(portal))
    now = engine.clock()
    unread = [f"{source}.{stream}" for source, stream in _unread(engine, portal, mapping, now)]
    if not unread or _must_wait(engine, portal, mapping, now):
        return None
    return _started(engine, portal, {"streams": unread, "people": []})


def look(engine: Engine, portal: str) -> Run | None:
    """Start a run for new rows in the streams of the mapping's fast lane, if there are any.

    A stream that no finished run has read yet is left to the next sync: all its rows are new.
    This runs Polars queries: never call it in a worker's main process.

    Args:
        engine: The ports.
        portal: The portal's name.

    Returns:
        The run, for workers; None where there is nothing to do now.

    Raises:
        MappingError: The mapping is missing or has errors.
        SourceError: A stream cannot be read.
    """
    mapping = checked(portal, engine.mapping_text(portal))
    now = engine.clock()
    fast = None if mapping.schedule is None else mapping.schedule.fast
    if fast is None or _must_wait(engine, portal, mapping, now):
        return None
    reads = {f"{read.source}.{read.stream}": read for read in engine.pages.read(portal)}
    sources = engine.sources(portal, mapping)
    new = [
        name
        for name in chosen(portal, mapping, fast.streams)
        if name in reads
        and _has_news(engine, portal, mapping, sources[reads[name].source], reads[name])
    ]
    return _started(engine, portal, {"streams": new, "people": [], "fast": True}) if new else None


def _has_news(
    engine: Engine, portal: str, mapping: PortalMapping, source: Source, read: StreamRead
) -> bool:
    if read.cursor is None and read.rows:
        return False  # it keeps no place: all would be read
    now = engine.clock()
    out = engine.forgotten.kept_out(portal)
    pages = source.pages(read.stream, since=read.cursor, resume=None, watermark=now)
    for page in pages:
        frames = kept(page.frames, mapping.staging.keep_days, now)
        if out is not None:  # never staged, their rows would be news each time
            frames = {name: out.rows(rows) for name, rows in frames.items()}
        if any(rows.height for rows in news(engine, portal, source.name, frames).values()):
            return True
    return False


def _started(engine: Engine, portal: str, options: dict[str, Any]) -> Run | None:
    try:
        return sync.start(engine, portal, mode="queue", options=options)
    except LockHeld:
        turn.ask_to_yield(engine, portal)
        return None


def receives(engine: Engine, portal: str) -> bool:
    """Whether the portal has webhooks; raises MappingError."""
    return any(True for _ in _streams(checked(portal, engine.mapping_text(portal))))


def unread(engine: Engine, portal: str) -> bool:
    """Whether webhooks have received what no run has read; raises MappingError."""
    mapping = checked(portal, engine.mapping_text(portal))
    return any(True for _ in _unread(engine, portal, mapping, engine.clock()))


def tidy(engine: Engine, portal: str) -> None:
    """Remove old deliveries that a finished run has read; raises MappingError."""
    mapping = checked(portal, engine.mapping_text(portal))
    before = engine.clock() - KEPT
    cursors = _cursors(engine, portal)
    for source, stream in _streams(mapping):
        read_up_to = cursors.get((source, stream), 0)
        engine.inbox.remove(portal, source, stream, up_to=read_up_to, received_before=before)


def _unread(
    engine: Engine, portal: str, mapping: PortalMapping, now: datetime
) -> Iterator[tuple[str, str]]:
    """The webhook streams whose next delivery waits to be read."""
    cursors = _cursors(engine, portal)
    for source, stream in _streams(mapping):
        after = cursors.get((source, stream), 0)
        waiting = engine.inbox.read(portal, source, stream, after=after, most=1)
        # One that came after `now`, by another machine's clock, would not be read yet.
        if waiting and waiting[0].received_at <= now:
            yield source, stream


def _must_wait(engine: Engine, portal: str, mapping: PortalMapping, now: datetime) -> bool:
    """Whether a run would be no good now.

    - The portal is paused.
    - Before the first sync nobody is known: everyone who asks would be a stranger.
    - What the guard has refused is for people to look at, not to be sent piece by piece.
    - What failed just now would fail again.
    """
    if pausing.paused(engine, portal) is not None:
        return True
    others = {
        (name, stream)
        for name, config in mapping.sources.items()
        if not isinstance(config, WebhookSource)
        for stream in config.streams
    }
    read = {(stream.source, stream.stream) for stream in engine.pages.read(portal)}
    if others and not others & read:
        return True
    latest = engine.runs.latest(portal, 1)
    if not latest or latest[0].finished_at is None:
        return False
    if latest[0].status == "failed" and now - latest[0].finished_at < _PAUSE:
        return True
    # A verify or a pruning that went well meanwhile, or a sync that failed, says nothing of it.
    ended = engine.turns.list(
        portal=portal, statuses=_JUDGED, kind=None, since=None, most=_LOOKED_AT
    )
    judged = next((run for run in ended if run.kind not in _NOT_JUDGED), None)
    return judged is not None and judged.status == "refused"


def _streams(mapping: PortalMapping) -> Iterator[tuple[str, str]]:
    for name, config in mapping.sources.items():
        if isinstance(config, WebhookSource):
            yield from ((name, stream) for stream in config.streams)


def _cursors(engine: Engine, portal: str) -> dict[tuple[str, str], int]:
    """By source and stream, the id of the last delivery that a finished run has read."""
    return {
        (read.source, read.stream): int(read.cursor)
        for read in engine.pages.read(portal)
        if read.cursor is not None and read.cursor.isdecimal()
    }
