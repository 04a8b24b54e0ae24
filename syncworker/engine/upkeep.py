"""What the regular tick sees to: lost chunks, and schedules that are due."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from syncworker.engine import fast_lane, finish, sync, turn
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.todo import CHUNK_TASKS, Todo
from syncworker.errors import LockHeld, SyncworkerError
from syncworker.mapping.duration import duration

log = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKED_AT = 50  # runs
_PATIENCE = 5
"""Leases without a sign of life, after which a message or a command counts as lost."""


def tick(engine: Engine) -> list[Todo]:
    """Free chunks of killed workers, move stuck and deferred runs on, start what schedules ask for.

    Safe to do at any time and by several workers at once.
    """
    now = engine.clock()
    # A message is given several leases to be picked up before it counts as lost.
    engine.chunks.free_lost(now=now, enqueued_before=now - _PATIENCE * engine.limits.lease)
    todos = [
        todo
        for run in engine.runs.queued()
        for todo in sync.onward(engine, run.id)
        if todo.task in CHUNK_TASKS.values() or _is_time(engine, run, todo, now)
    ]
    return todos + [todo for portal in engine.portals() for todo in due(engine, portal)]


def due(engine: Engine, portal: str) -> list[Todo]:
    """Start what the portal waits for: its scheduled sync, else what webhooks have received."""
    now = engine.clock()
    try:
        return (
            _scheduled(engine, portal, now)
            or _received(engine, portal, now)
            or turn.next_of(engine, portal)
        )
    except LockHeld:
        return []
    except SyncworkerError as error:
        log.warning("the schedule could not start a sync: %s", error, extra={"portal": portal})
        return []


def _is_time(engine: Engine, run: Run, todo: Todo, now: datetime) -> bool:
    """Whether a run's start or end is sent again: once in several leases, not with every tick."""
    slot = _slot(now, _PATIENCE * engine.limits.lease)
    return engine.slots.claim(run.portal, f"{todo.task} {run.id}", slot)


def _scheduled(engine: Engine, portal: str, now: datetime) -> list[Todo]:
    """Start the portal's sync if its current slot is nobody's yet."""
    schedule = checked(portal, engine.mapping_text(portal)).schedule
    if schedule is None:
        return []
    open_run = engine.runs.running(portal)
    if open_run is not None:
        since = _slot(now, duration(schedule.every))
        latest = engine.runs.latest(portal, _LOOKED_AT)
        if not any(run.kind == "sync" and run.created_at >= since for run in latest):
            turn.ask_to_yield(engine, portal)
        return _taken_over(engine, open_run, now)
    if not engine.slots.claim(portal, "sync", _slot(now, duration(schedule.every))):
        return []
    run = sync.start(engine, portal, mode="queue", priority="scheduled")
    return [Todo("sync_portal", run.id, run.priority)]


def _received(engine: Engine, portal: str, now: datetime) -> list[Todo]:
    """The fast lane; once a day what is old in the inbox is removed."""
    if not fast_lane.receives(engine, portal):
        return []
    if engine.slots.claim(portal, "inbox", _slot(now, timedelta(days=1))):
        fast_lane.tidy(engine, portal)
    run = fast_lane.start(engine, portal)
    return [] if run is None else [Todo("sync_portal", run.id, run.priority)]


def _taken_over(engine: Engine, run: Run, now: datetime) -> list[Todo]:
    """Go on with a run whose command died long ago: it would keep the schedule out for ever."""
    sign = engine.chunks.last_sign(run.id) or run.created_at
    if run.deferred_until is not None:  # until then its command had nothing to do
        sign = max(sign, run.deferred_until)
    if run.mode == "queue" or now - sign < _PATIENCE * engine.limits.lease:
        return []
    if run.kind not in ("sync", "backfill"):
        finish.fail(engine, run, SyncworkerError(f"the {run.kind} was cut short", code="CUT_SHORT"))
        return []
    if not engine.runs.hand_over(run.id):
        return []
    log.warning("workers go on with a %s that was cut short", run.kind, extra={"run": run.id})
    engine.chunks.free_lost(now=now, enqueued_before=now, run_id=run.id)
    return sync.onward(engine, run.id)


def _slot(now: datetime, every: timedelta) -> datetime:
    return _EPOCH + ((now - _EPOCH) // every) * every
