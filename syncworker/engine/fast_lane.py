"""The fast lane: what a webhook received reaches HubSpot in seconds.

A run is started that reads only the webhooks' streams and computes, plans and sends only what
concerns the people and accounts named there. One run takes all that has been received until it
starts. Where the portal is held by another run, what was received waits in the inbox until the
portal is free.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from syncworker.engine import sync, turn
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.errors import LockHeld
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.source_webhook import WebhookSource

KEPT = timedelta(days=30)
"""How long a delivery stays after it was received, and longer until it was read."""
_PAUSE = timedelta(minutes=15)


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
    options = {"streams": unread, "people": []}
    try:
        return sync.start(engine, portal, mode="queue", options=options)
    except LockHeld:
        turn.ask_to_yield(engine, portal)
        return None


def receives(engine: Engine, portal: str) -> bool:
    """Whether the portal has webhooks; raises MappingError."""
    return any(True for _ in _streams(checked(portal, engine.mapping_text(portal))))


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

    - Before the first sync nobody is known: everyone who asks would be a stranger.
    - What the guard has refused is for people to look at, not to be sent piece by piece.
    - What failed just now would fail again.
    """
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
    pause = now - latest[0].finished_at < _PAUSE
    return latest[0].status == "refused" or (latest[0].status == "failed" and pause)


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
