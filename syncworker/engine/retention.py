"""Clearing staging up: what the mapping no longer keeps, and files that nobody knows of.

Only for who has the portal: a run's open lock keeps readers and other prunings away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from syncworker.engine import prepared
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run, StagedPage
from syncworker.engine.staged import outlived
from syncworker.model.stream import POLARS_TYPES
from syncworker.model.streams import STREAMS

_OVER_KEPT = timedelta(days=90)
"""How long resolved dead letters, alerts that are over, their messages and old slots stay."""
SNAPSHOT_DAYS = 400
"""How long the days' snapshots are kept, unless `keep_days: {snapshots: ...}` says otherwise."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was, or would be, dropped.

    Attributes:
        rows: By stream, rows that the mapping no longer keeps.
        files: Files that belong to no reading: of killed processes.
    """

    rows: dict[str, int]
    files: int


def drop(engine: Engine, run: Run, *, dry_run: bool = False) -> Pruned:
    """Drop what the mapping's `staging: keep_days` no longer keeps.

    Args:
        engine: The ports.
        run: An open run of the portal.
        dry_run: Count, and drop nothing.
    """
    keep_days = checked(run.portal, run.mapping).staging.keep_days
    dropped: dict[str, int] = {}
    for stream in sorted(keep_days.keys() & STREAMS.keys()):
        days = keep_days[stream]
        number = 0
        for pages in _together(engine, run, stream):
            kept = _kept(engine, run, stream, days, pages)
            number += sum(page.rows for page in pages) - kept.height
            if kept.height < sum(page.rows for page in pages) and not dry_run:
                _rewrite(engine, run, stream, pages, kept)
        if number:
            dropped[stream] = number
    if not dry_run:
        kept_days = timedelta(days=keep_days.get("snapshots", SNAPSHOT_DAYS))
        engine.snapshots.drop(run.portal, before=(run.as_of - kept_days).date())
        engine.forgotten.age(run.portal, before=engine.clock() - _OVER_KEPT)
    known = set(engine.pages.places(run.portal))
    known |= {snapshot.place for snapshot in engine.snapshots.known(run.portal)}
    strays = [place for place in engine.staging.files(run.portal) if place not in known]
    if not dry_run:
        engine.staging.remove(strays)
    return Pruned(dropped, len(strays))


def _together(engine: Engine, run: Run, stream: str) -> list[list[StagedPage]]:
    """Files that are looked at together: of happenings each alone, of states a source's all."""
    staged = engine.pages.staged(run.portal, stream)
    if STREAMS[stream].event_time is not None:
        return [[page] for page in staged]
    sources = dict.fromkeys(page.source for page in staged)
    return [[page for page in staged if page.source == source] for source in sources]


def _kept(
    engine: Engine, run: Run, stream: str, days: int, pages: Sequence[StagedPage]
) -> pl.DataFrame:
    old = outlived(stream, {stream: days}, run.as_of)
    if old is None:
        old = _replaced(stream, run.as_of - timedelta(days=days))
    rows = engine.staging.versions(stream, [page.place for page in pages])
    return rows.filter(~old).collect(engine="streaming")


def _replaced(stream: str, until: datetime) -> pl.Expr:
    """Versions, oldest first, that another one had replaced by then, or that were deleted."""
    moment = pl.lit(until, POLARS_TYPES["datetime"])
    next_at = pl.col("synced_at").shift(-1).over(STREAMS[stream].key)
    gone = next_at.is_null() & (pl.col("deleted_at") < moment)
    return (next_at < moment).fill_null(value=False) | gone.fill_null(value=False)


def _rewrite(
    engine: Engine, run: Run, stream: str, pages: Sequence[StagedPage], kept: pl.DataFrame
) -> None:
    page = None
    if kept.height:
        name = f"{run.id}-{pages[0].place.rpartition('/')[2].removesuffix('.parquet')}"
        place = engine.staging.write(run.portal, stream, name, kept)
        newest = max((page.newest for page in pages if page.newest), default=None)
        page = StagedPage(pages[0].source, stream, place, kept.height, newest)
    engine.pages.swap(run, [page.place for page in pages], page)


def sweep(engine: Engine, run: Run) -> None:
    """Remove staged files that no longer count, and what runs had prepared for themselves."""
    prepared.clear(engine, run.portal)
    places = engine.pages.outdated(run.portal)
    if places:
        engine.staging.remove(places)
        engine.pages.forget(run.portal, places)
