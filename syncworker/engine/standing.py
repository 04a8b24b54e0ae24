"""How a portal stands: what ran last, how fresh it is, what waits for a person, what comes next.

Nobody outside is asked: neither HubSpot nor the sources.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncworker.engine import pausing
from syncworker.engine.engine import Engine
from syncworker.engine.heartbeats import HeartKind, living
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.ports import Quota
from syncworker.engine.run_words import RunKind
from syncworker.engine.schedule_stores import Pause, Scheduled
from syncworker.errors import MappingError, PortalError, SettingsError
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.availability import GROWING

_SENDING: tuple[RunKind, ...] = ("sync", "apply", "backfill", "rollback")
_LOOKED_AT = 20  # runs
_LATE = timedelta(minutes=10)
"""A slot that waits for longer, though nothing holds the portal, was missed."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How a stream was read: None as `at` is never; `stale` is by `metrics: stale_days`."""

    stream: str
    at: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How a portal stands.

    Attributes:
        portal: Its name.
        last: The newest run that sends and has ended; None: there is none.
        held_by: The run that holds it now.
        resting: Runs that wait for it to be free, or that a person has paused.
        pause: Its pause.
        streams: Its mapping's streams, the one that was read longest ago first.
        letters: Open dead letters.
        quota: What HubSpot allows and how much of it is used; None: nobody can tell here.
        slots: Its schedule, the next slot first.
        problem: What is wrong with its mapping, or empty.
        todo: What a person should type first, with the reason; None: nothing.
    """

    portal: str
    last: Run | None
    held_by: Run | None
    resting: Sequence[Run]
    pause: Pause | None
    streams: Sequence[Freshness]
    letters: int
    quota: Quota | None
    slots: Sequence[Scheduled]
    problem: str
    todo: tuple[str, str] | None = None

    @property
    def deferred(self) -> Run | None:
        """The run that holds the portal until its next day; nothing is to be done about it."""
        held = self.held_by
        return held if held is not None and held.deferred_until is not None else None


def standing(engine: Engine, portal: str) -> Standing:
    """How the portal stands now."""
    mapping, problem = None, ""
    try:
        mapping = checked(portal, engine.mapping_text(portal))
    except MappingError as error:
        problem = error.message
    runs = [run for run in engine.runs.latest(portal, _LOOKED_AT) if run.kind in _SENDING]
    made = Standing(
        portal=portal,
        last=next((run for run in runs if run.finished_at is not None), None),
        held_by=engine.runs.running(portal),
        resting=[run for run in runs if run.status in ("waiting", "paused")],
        pause=pausing.paused(engine, portal),
        streams=() if mapping is None else _streams(engine, portal, mapping),
        letters=engine.letters.number(portal),
        quota=None if mapping is None else _quota(engine, portal, mapping),
        slots=sorted(engine.schedules.of(portal), key=lambda job: job.next_at),
        problem=problem,
    )
    return _with_todo(made, engine.clock())


def _quota(engine: Engine, portal: str, mapping: PortalMapping) -> Quota | None:
    try:
        return engine.connect(portal, mapping, "interactive").quota
    except (SettingsError, PortalError):  # no token, or one that cannot be one: `doctor` tells
        return None


def alive(engine: Engine) -> Counter[HeartKind]:
    """How many processes of each kind live."""
    return Counter(beat.kind for beat in living(engine.heartbeats.all(), engine.clock()))


def missed(one: Standing, now: datetime) -> bool:
    """Whether a slot has passed and nothing explains why it was not taken."""
    free = one.held_by is None and one.pause is None
    return free and any(now - job.next_at > _LATE for job in one.slots if job.job != "fast")


def _streams(engine: Engine, portal: str, mapping: PortalMapping) -> list[Freshness]:
    reads = {(read.source, read.stream): read.read_at for read in engine.pages.read(portal)}
    found = [
        _freshness(engine, portal, mapping, source, stream, reads.get((source, stream)))
        for source, config in mapping.sources.items()
        for stream in config.streams
    ]
    return sorted(found, key=lambda one: (one.at is not None, not one.stale, one.at))


def _freshness(
    engine: Engine,
    portal: str,
    mapping: PortalMapping,
    source: str,
    stream: str,
    read_at: datetime | None,
) -> Freshness:
    days = mapping.metrics.stale_days.get(stream)
    seen = read_at
    if stream in GROWING and read_at is not None:
        pages = [p.newest for p in engine.pages.staged(portal, stream) if p.source == source]
        seen = max(filter(None, pages), default=None)
    stale = days is not None and seen is not None and engine.clock() - seen > timedelta(days=days)
    return Freshness(f"{source}.{stream}", read_at, stale)


def _with_todo(one: Standing, now: datetime) -> Standing:
    return replace(one, todo=next(todos(one, now), None))


def todos(one: Standing, now: datetime) -> Iterator[tuple[str, str]]:
    """What a person should see to, the most urgent first, as a command and the reason."""
    last = one.last
    if one.problem:
        yield f"syncworker validate {one.portal}", one.problem
    if last is not None and last.status == "failed":
        yield f"syncworker runs show {last.id}", f"its last {last.kind} failed: {last.message}"
    if last is not None and last.status == "refused":
        yield f"syncworker runs show {last.id} --plan", "the guard refused its last run"
    if last is None and one.held_by is None and not one.slots and not one.problem:
        yield f"syncworker plan {one.portal}", "it was never synced"
    if missed(one, now):
        yield "syncworker health", "a slot of its schedule has passed and nothing started"
    if one.letters:
        yield f"syncworker dead-letters list {one.portal}", "something did not get through"
    stale = [stream.stream for stream in one.streams if stream.stale]
    if stale:
        yield f"syncworker sources check {one.portal}", f"stale: {', '.join(stale)}"
