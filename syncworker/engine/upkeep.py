"""What the regular tick sees to: lost work, runs whose time has come, schedules."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from syncworker.engine import schedules, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.todo import CHUNK_TASKS, Todo
from syncworker.errors import SyncworkerError

log = logging.getLogger(__name__)
_GONE = timedelta(days=1)
"""So long a portal's mapping may be away, as while a release replaces it, and no slot is lost."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tick(engine: Engine) -> list[Todo]:
    """See to everything once. Safe to do at any time and by several workers at once.

    In this order: chunks of killed workers are freed; stuck and deferred runs move on; pauses end
    whose time is over; every portal's schedule starts what is due. One broken portal or run never
    stops the others.
    """
    now = engine.clock()
    # A message is given several leases to be picked up before it counts as lost.
    lost = now - schedules.PATIENCE * engine.limits.lease
    engine.chunks.free_lost(now=now, enqueued_before=lost)
    todos = [todo for run in engine.runs.queued() for todo in _onward(engine, run, now)]
    portals = engine.portals()
    if portals:  # none at all: it is their folder that is away
        engine.schedules.drop_portals(keep=portals, due_before=now - _GONE)
    engine.pauses.end(now)
    todos += [todo for portal in portals for todo in schedules.due(engine, portal)]
    return todos


def _onward(engine: Engine, run: Run, now: datetime) -> list[Todo]:
    try:
        return [
            todo
            for todo in sync.onward(engine, run.id)
            if todo.task in CHUNK_TASKS.values() or _is_time(engine, run, todo, now)
        ]
    except SyncworkerError as error:
        log.warning("left to the next tick: %s", error, extra={"run": run.id})
    except Exception:  # a defect of ours
        log.exception("a defect kept a run from moving on", extra={"run": run.id})
    return []


def _is_time(engine: Engine, run: Run, todo: Todo, now: datetime) -> bool:
    """Whether a run's start or end is sent again: once in several leases, not with every tick."""
    patience = schedules.PATIENCE * engine.limits.lease
    if todo.task == "finish_run":  # its first message is given time: a second one helps nobody
        sign = engine.chunks.last_sign(run.id) or run.created_at
        if now - sign < patience:
            return False
    slot = _slot(now, patience)
    return engine.slots.claim(run.portal, f"{todo.task} {run.id}", slot)


def _slot(now: datetime, every: timedelta) -> datetime:
    return _EPOCH + ((now - _EPOCH) // every) * every
