"""From staging to facts, as they were known at the run's `as_of`, whose rows know their account."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.freshness import provided
from syncworker.engine.memory import Run
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.facts import Facts
from syncworker.metrics.identity import Resolution, resolved
from syncworker.model.streams import STREAMS

VERSIONED = ("subscription_items",)
"""Streams of which every version counts: what an item cost before is what it cost then."""


def facts_of(engine: Engine, run: Run, mapping: PortalMapping) -> Facts:
    """All streams the mapping's sources provide, each row with the account it belongs to."""
    return resolution_of(engine, run, mapping).facts


def resolution_of(engine: Engine, run: Run, mapping: PortalMapping) -> Resolution:
    """The same, with what could not be told."""
    return resolved(_staged(engine, run, mapping), mapping.metrics)


def _staged(engine: Engine, run: Run, mapping: PortalMapping) -> Facts:
    """All streams the mapping's sources provide, as they were known at the run's `as_of`.

    What a source read that the mapping no longer has (it may only have been renamed) counts no
    more: nothing would ever mark its rows as deleted.
    """
    providers: dict[str, set[str]] = {}
    for stream, source, _ in provided(mapping, engine.sources(run.portal, mapping)):
        providers.setdefault(stream, set()).add(source)
    streams = {}
    for stream, sources in sorted(providers.items()):
        pages = engine.pages.staged(run.portal, stream)
        places = [page.place for page in pages if page.source in sources]
        read = _versions if stream in VERSIONED else _newest
        streams[stream] = read(engine, run, stream, places)
    reporting = mapping.reporting
    return Facts(
        run.as_of, reporting.timezone, reporting.currency, streams, language=reporting.language
    )


def _newest(engine: Engine, run: Run, stream: str, places: Sequence[str]) -> pl.LazyFrame:
    return engine.staging.scan(stream, places, known_by=run.as_of)


def _versions(engine: Engine, run: Run, stream: str, places: Sequence[str]) -> pl.LazyFrame:
    """Every version; of several that were read at one moment the last is what held from it."""
    rows = engine.staging.versions(stream, places, known_by=run.as_of)
    next_at = pl.col("synced_at").shift(-1).over(STREAMS[stream].key)
    return rows.filter(next_at.is_null() | (next_at != pl.col("synced_at")))
