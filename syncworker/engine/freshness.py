"""How fresh each stream is, for every later step and for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run, StagedPage, StreamRead
from syncworker.engine.ports import Source
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.availability import StreamState, expired, unavailable


def provided(mapping: PortalMapping, sources: Mapping[str, Source]) -> list[tuple[str, str, str]]:
    """Canonical stream, source and configured stream, as the mapping's sources provide them."""
    return [
        (canonical, name, stream)
        for name, config in mapping.sources.items()
        for stream in config.streams
        for canonical in sources[name].provides(stream)
    ]


def stream_states(engine: Engine, run: Run, mapping: PortalMapping) -> dict[str, StreamState]:
    """By canonical stream, what is staged of it and when it was read.

    Of two sources of a stream the one that came empty, could not be read, or was read longest ago
    decides: the numbers need both.
    """
    results = {(r["source"], r["stream"]): r for r in engine.chunks.results(run.id, "extract")}
    reads = {(r.source, r.stream): r for r in engine.pages.read(run.portal)}
    sources = engine.sources(run.portal, mapping)
    states: dict[str, StreamState] = {}
    for canonical, source, stream in provided(mapping, sources):
        pages = [p for p in engine.pages.staged(run.portal, canonical) if p.source in sources]
        one = (source, stream)
        state = _state(run, pages, results.get(one), reads.get(one), sources[source], stream)
        states[canonical] = _worse(states[canonical], state) if canonical in states else state
    return states


def held_metrics(engine: Engine, run: Run, mapping: PortalMapping) -> dict[str, str]:
    """Metrics that are left alone in this run, with the reason: an input is empty or stale."""
    return unavailable(stream_states(engine, run, mapping), run.as_of, mapping.metrics)


def stale_streams(engine: Engine, run: Run, mapping: PortalMapping, at: datetime) -> frozenset[str]:
    """The streams whose source stood still for too long by a moment: what they tell is missing."""
    return expired(stream_states(engine, run, mapping), at, mapping.metrics)


def _state(
    run: Run,
    pages: Sequence[StagedPage],
    result: Mapping[str, Any] | None,
    earlier: StreamRead | None,
    source: Source,
    stream: str,
) -> StreamState:
    rows = sum(page.rows for page in pages)
    newest = max((page.newest for page in pages if page.newest), default=None)
    read_at = earlier.read_at if earlier else None
    if result is None:  # not asked for in this run
        return StreamState(rows, newest, read_at)
    if "stopped" in result:
        return StreamState(rows, newest, read_at, problem=f"could not be read: {result['stopped']}")
    if not result["rows"] and not result.get("unchanged") and not source.incremental(stream):
        return StreamState(0, newest, read_at)
    return StreamState(rows, newest, run.as_of)


def _worse(one: StreamState, other: StreamState) -> StreamState:
    times = [one.read_at, other.read_at]
    return StreamState(
        rows=min(one.rows, other.rows),
        newest=max(filter(None, (one.newest, other.newest)), default=None),
        read_at=None if None in times else min(filter(None, times)),
        problem=one.problem or other.problem,
    )
