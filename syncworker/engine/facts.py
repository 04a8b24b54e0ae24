"""From staging to facts, and which metrics cannot be trusted this time."""

from __future__ import annotations

from datetime import datetime

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run, StreamRead
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.availability import StreamState, unavailable
from syncworker.metrics.facts import Facts


def facts_of(engine: Engine, run: Run, mapping: PortalMapping) -> Facts:
    """All streams the mapping's sources provide, as staged.

    What a source read that the mapping no longer has (it may only have been renamed) counts no
    more: nothing would ever mark its rows as deleted.
    """
    providers: dict[str, set[str]] = {}
    for stream, source, _ in _provided(engine, run, mapping):
        providers.setdefault(stream, set()).add(source)
    streams = {
        stream: engine.staging.scan(
            stream,
            [
                page.place
                for page in engine.pages.staged(run.portal, stream)
                if page.source in sources
            ],
        )
        for stream, sources in sorted(providers.items())
    }
    return Facts(run.as_of, mapping.reporting.timezone, mapping.reporting.currency, streams)


def held_metrics(engine: Engine, run: Run, mapping: PortalMapping) -> dict[str, str]:
    """Metrics that are left alone in this run, with the reason: an input is empty or stale."""
    reads = {
        (r["source"], r["stream"]): r["rows"] for r in engine.chunks.results(run.id, "extract")
    }
    earlier = {(r.source, r.stream): r for r in engine.pages.read(run.portal)}
    sources = engine.sources(run.portal, mapping)
    states: dict[str, StreamState] = {}
    for stream, source, configured in _provided(engine, run, mapping):
        pages = [p for p in engine.pages.staged(run.portal, stream) if p.source in sources]
        rows = sum(page.rows for page in pages)
        newest = max((page.newest for page in pages if page.newest), default=None)
        now_read = reads[source, configured]
        empty = not now_read and not sources[source].incremental(configured)
        read_at = _read_at(run, earlier.get((source, configured)), empty=empty)
        # Of two sources of a stream the one that came empty decides, whichever is named first.
        empty = empty or (stream in states and not states[stream].rows)
        states[stream] = StreamState(0 if empty else rows, newest, read_at)
    return unavailable(states, run.as_of, mapping.metrics)


def _provided(engine: Engine, run: Run, mapping: PortalMapping) -> list[tuple[str, str, str]]:
    sources = engine.sources(run.portal, mapping)
    return [
        (provided, name, stream)
        for name, config in mapping.sources.items()
        for stream in config.streams
        for provided in sources[name].provides(stream)
    ]


def _read_at(run: Run, earlier: StreamRead | None, *, empty: bool) -> datetime | None:
    if not empty:
        return run.as_of
    return earlier.read_at if earlier else None
