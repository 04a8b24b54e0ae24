"""Streams that could not be read, or a stretch of their past: a dead letter each, until they were.

What a backfill could not read is read by any later reading that covers it: a whole one, or slices
that do so together, however they are cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from syncworker.engine.engine import Engine
from syncworker.engine.letter_stores import Wanted
from syncworker.engine.memory import DeadLetter, Run
from syncworker.errors import SourceError
from syncworker.masking import mask

Payload = Mapping[str, Any]
Stretch = tuple[datetime, datetime]
_FIRST = datetime.min.replace(tzinfo=UTC)


def letter(payload: Payload, error: SourceError) -> DeadLetter:
    """What could not be read: the stream of an extraction chunk, or its stretch of it."""
    key = payload["stream"]
    if "from" in payload:
        key = f"{key} {payload['from']} to {payload['to']}"
    return DeadLetter(
        kind="stream",
        subject=payload["source"],
        key=key,
        cause=error.code,
        message=mask(error.message),
        help=mask(error.help),
    )


def stream_of(unread: DeadLetter) -> str:
    """The configured stream that could not be read, or of which a stretch could not."""
    return _parts(unread)[0]


def resolve(engine: Engine, run: Run) -> None:
    """Resolve the letters of what the run has read, once it has read everything."""
    letters = engine.letters.kept(run.portal, Wanted(kind="stream"))
    if not letters:
        return
    read = [one for one in engine.chunks.results(run.id, "extract") if "stopped" not in one]
    for one in letters:
        source, key = one.letter.subject, one.letter.key
        stream, stretch = _parts(one.letter)
        mine = [r for r in read if (r["source"], r["stream"]) == (source, stream)]
        if _covered(stretch, mine):
            engine.letters.resolve(run.portal, "stream", source, [key], run.as_of)


def _parts(unread: DeadLetter) -> tuple[str, Stretch | None]:
    if " to " not in unread.key:
        return unread.key, None
    stream, start, _, end = unread.key.rsplit(" ", 3)
    return stream, (datetime.fromisoformat(start), datetime.fromisoformat(end))


def _covered(stretch: Stretch | None, read: Sequence[Payload]) -> bool:
    if stretch is None:
        return any("from" not in one for one in read)
    start, end = stretch
    return any(first <= start and end <= last for first, last in _together(read))


def _together(read: Sequence[Payload]) -> Iterator[Stretch]:
    """What of its past was read of a stream, neighbouring slices as one."""
    parts = sorted(_stretch(one) for one in read if "from" in one or one["whole"])
    while parts:
        first, last = parts.pop(0)
        while parts and parts[0][0] <= last:
            last = max(last, parts.pop(0)[1])
        yield first, last


def _stretch(one: Payload) -> Stretch:
    if "from" in one:
        return datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["to"])
    return _FIRST, datetime.fromisoformat(one["read_at"])
