"""What a backfill reads: a stretch of the past in slices, and whole what has no stretches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from syncworker.engine.memory import Chunk, Run
from syncworker.engine.ports import Source
from syncworker.mapping.duration import duration
from syncworker.mapping.portal import PortalMapping


def payloads(
    sources: Mapping[str, Source], run: Run, mapping: PortalMapping
) -> list[dict[str, Any]]:
    """The chunks: slices from the oldest on, then what is read whole, once.

    What is read whole comes last, so that it is read once however often the backfill gives way.
    """
    start, end = (datetime.fromisoformat(run.options[name]) for name in ("from", "to"))
    parts: list[dict[str, Any]] = []
    whole: list[dict[str, Any]] = []
    for name, config in mapping.sources.items():
        source = sources[name]
        for stream in config.streams:
            one = {"source": name, "stream": stream}
            reach = source.reach(stream)
            if reach == "whole":
                # A state is read as in every run; of happenings the cursor must not hide the past.
                whole.append({**one, "full": source.incremental(stream)})
                continue
            step = run.options["chunk"] if reach == "slices" else None
            parts += [
                {**one, "from": first.isoformat(), "to": last.isoformat()}
                for first, last in slices(start, end, step)
            ]
    return [*sorted(parts, key=lambda part: part["from"]), *whole]


def slices(start: datetime, end: datetime, step: str | None) -> Iterator[tuple[datetime, datetime]]:
    """[start, end) in neighbouring slices of `step`, the last one shorter; None: in one."""
    while start < end:
        until = end if step is None else min(start + duration(step), end)
        yield start, until
        start = until


def stretch(chunk: Chunk) -> tuple[datetime, datetime] | None:
    """The stretch that the chunk reads; None: it reads as every run does."""
    if "from" not in chunk.payload:
        return None
    start, end = (datetime.fromisoformat(chunk.payload[name]) for name in ("from", "to"))
    return start, end
