"""The daily grid: what metrics remember of every local midnight since the portal's first run.

A run evaluates every midnight that has passed since the last snapshot, each from the one before,
and keeps what it found; its own moment continues from the last of them. Rows that arrive late make
the days after them wrong: these are made anew, and the older versions stay for runs of a moment
before. So computing late equals computing it all at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.freshness import provided, stream_states
from syncworker.engine.memory import Chunk, Run, Snapshot
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.availability import expired
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.compute import compute
from syncworker.metrics.counting import mode_name
from syncworker.metrics.facts import Facts
from syncworker.metrics.memory import SNAPSHOT, Memory, snapshot

_FOLDER = "snapshots"
_DAY = timedelta(days=1)
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Grid:
    """The days a computation needs.

    Attributes:
        stored: By day, the files of its snapshot: shard, number of shards, place.
        due: The days to be made, oldest first; the last is the local day of the run's `as_of`.
        kept: Whether what is made is kept.
    """

    stored: Mapping[str, Sequence[tuple[int, int, str]]] = field(default_factory=dict)
    due: Sequence[str] = ()
    kept: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it stands in a chunk's result."""
        return {"stored": self.stored, "due": self.due, "kept": self.kept}


def grid(engine: Engine, run: Run, mapping: PortalMapping, *, kept: bool = True) -> Grid:
    """What a run continues from, and the days it must make.

    Args:
        engine: The ports.
        run: The run; snapshots that were made later than its `as_of` are not known to it.
        mapping: Its mapping; a snapshot of another timezone or currency is none.
        kept: Whether this run keeps the days it makes, unless it is one of the past. One that
            does makes its own anew; to explain a run that has ended, what it kept counts.
    """
    kept = kept and not run.summary.get("past", False)
    today = run.as_of.astimezone(ZoneInfo(mapping.reporting.timezone)).date()
    known = _complete(engine, run, mapping, without=run.id if kept else "")
    if not known and not kept:
        return Grid()  # nothing was observed before the first run
    first = min(known, default=today)
    good = _in_order(known, first)
    if good:
        late = _late_day(engine, run, mapping, known[good[-1]][0].known_at)
        good = [day for day in good if late is None or day <= late]
    begin = good[-1] + _DAY if good else first
    due = [begin + n * _DAY for n in range((today - begin).days + 1)]
    needed = {*good[-2:], *(day - _MONTH for day in (*due, today))} & set(good)
    return Grid(
        stored={
            day.isoformat(): [(one.shard, one.of, one.place) for one in known[day]]
            for day in sorted(needed)
        },
        due=[day.isoformat() for day in due],
        kept=kept,
    )


def remembered(
    engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk | None, facts: Facts, days: Grid
) -> Memory:
    """Make the due days of a shard, and say what its computation at `as_of` continues from.

    Args:
        engine: The ports.
        run: The run.
        mapping: Its mapping.
        chunk: The claimed computing chunk; None keeps nothing.
        facts: Its shard's.
        days: As `grid`.
    """
    book = _Book(engine, chunk, facts, days)
    made: list[Snapshot] = []
    states = stream_states(engine, run, mapping) if days.due else {}
    for text in days.due:
        day = date.fromisoformat(text)
        at = midnight(day, facts.timezone)
        then = replace(facts, as_of=at, known_at=run.as_of)
        computed = compute(
            then,
            mapping.metrics,
            memory=book.memory(day),
            stale=expired(states, at, mapping.metrics),
        )
        frame = snapshot(computed.accounts).collect(engine="streaming")
        book.made[day] = frame
        if days.kept and chunk is not None:
            name = f"{text}-{run.id}-{chunk.id}-{chunk.claim}"
            made.append(
                Snapshot(
                    day=day,
                    run_id=run.id,
                    shard=chunk.payload["shard"],
                    of=chunk.payload["of"],
                    place=engine.staging.write(run.portal, _FOLDER, name, frame),
                    known_at=run.as_of,
                    mode=mode_name(mapping.metrics.revenue),
                    timezone=facts.timezone,
                    currency=facts.currency,
                )
            )
    if made and chunk is not None:
        engine.snapshots.put(chunk, run.portal, made)
    today = run.as_of.astimezone(ZoneInfo(facts.timezone)).date()
    after_midnight = midnight(today, facts.timezone) < run.as_of
    return book.memory(today + _DAY if after_midnight else today, today)


def whole_days(engine: Engine, run: Run, mapping: PortalMapping) -> dict[date, list[Snapshot]]:
    """By day, the files that an earlier run has kept whole."""
    return _complete(engine, run, mapping, without=run.id)


def midnight(day: date, timezone: str) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Book:
    """The days that can be looked up: stored ones, and those made just now."""

    engine: Engine
    chunk: Chunk | None
    facts: Facts
    grid: Grid
    made: dict[date, pl.DataFrame] = field(default_factory=dict)

    def memory(self, day: date, today: date | None = None) -> Memory:
        """What an evaluation remembers that comes after the midnight of the day before `day`."""
        return Memory(last=self._of(day - _DAY), month_ago=self._of((today or day) - _MONTH))

    def _of(self, day: date) -> pl.LazyFrame | None:
        if day in self.made:
            return self.made[day].lazy()
        files = self.grid.stored.get(day.isoformat())
        if files is None:
            return None
        mine: list[str] = []
        if self.chunk is not None:
            place = (self.chunk.payload["shard"], self.chunk.payload["of"])
            # Cut alike, an account is in the file of the same number.
            mine = [file for shard, of, file in files if (shard, of) == place]
        schema = pl.Schema({"account_id": pl.String(), **SNAPSHOT})
        rows = self.engine.staging.read(mine or [file for _, _, file in files], schema)
        nobody = pl.LazyFrame(schema={"account_id": pl.String})
        accounts = self.facts.streams.get("accounts", nobody).select("account_id")
        frame = rows.join(accounts, on="account_id", how="semi").collect(engine="streaming")
        self.made[day] = frame
        return frame.lazy()


def _complete(
    engine: Engine, run: Run, mapping: PortalMapping, *, without: str
) -> dict[date, list[Snapshot]]:
    """By day, the newest snapshot that is whole and of the same kind; not those of one run."""
    mode = mode_name(mapping.metrics.revenue)
    kind = (mode, mapping.reporting.timezone, mapping.reporting.currency)
    versions: dict[tuple[date, datetime, str], list[Snapshot]] = {}
    for one in engine.snapshots.known(run.portal, known_by=run.as_of):
        if (one.mode, one.timezone, one.currency) == kind and one.run_id != without:
            versions.setdefault((one.day, one.known_at, one.run_id), []).append(one)
    whole = sorted(key for key, files in versions.items() if len(files) == files[0].of)
    return {key[0]: versions[key] for key in whole}


def _in_order(known: Mapping[date, Sequence[Snapshot]], first: date) -> list[date]:
    """The days from the first on, up to a gap or to one that a later run meant to make anew."""
    good: list[date] = []
    day = first
    while day in known and (not good or known[day][0].known_at >= known[good[-1]][0].known_at):
        good.append(day)
        day += _DAY
    return good


def _late_day(engine: Engine, run: Run, mapping: PortalMapping, after: datetime) -> date | None:
    """The local day of the earliest row that was learnt of since; None: there is none."""
    zone = ZoneInfo(mapping.reporting.timezone)
    days: list[date] = []
    sources: dict[str, set[str]] = {}
    for stream, source, _ in provided(mapping, engine.sources(run.portal, mapping)):
        sources.setdefault(stream, set()).add(source)
    for stream in sorted(_remembering() & sources.keys()):
        places = [
            page.place
            for page in engine.pages.staged(run.portal, stream)
            if page.source in sources[stream]
        ]
        found = engine.staging.late(stream, places, after=after, known_by=run.as_of)
        if found is not None:
            days.append(found.astimezone(zone).date() if isinstance(found, datetime) else found)
    return min(days, default=None)


def _remembering() -> set[str]:
    """The streams that what is remembered is computed from."""
    groups = [
        group
        for name in SNAPSHOT
        if name in METRICS
        for group in (*METRICS[name].inputs, *METRICS[name].also)
    ]
    return {stream for group in groups for stream in group.split("|")}
