"""What the regular tick sees to: lost chunks, and schedules that are due."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from syncworker.engine import sync
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.todo import Todo
from syncworker.errors import LockHeld, SyncworkerError

log = logging.getLogger(__name__)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def tick(engine: Engine) -> list[Todo]:
    """Free chunks of killed workers, move stuck runs on, and start what the schedules ask for.

    Safe to do at any time and by several workers at once.
    """
    now = engine.clock()
    # A message is given several leases to be picked up before it counts as lost.
    engine.chunks.free_lost(now=now, enqueued_before=now - 5 * engine.limits.lease)
    todos = [todo for run in engine.runs.queued() for todo in sync.onward(engine, run.id)]
    return todos + [todo for portal in engine.portals() for todo in _scheduled(engine, portal, now)]


def _scheduled(engine: Engine, portal: str, now: datetime) -> list[Todo]:
    """Start the portal's sync if its current slot is nobody's yet."""
    try:
        schedule = checked(portal, engine.mapping_text(portal)).schedule
        if schedule is None:
            return []
        every = timedelta(**{_UNITS[schedule.every[-1]]: int(schedule.every[:-1])})
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        slot = epoch + ((now - epoch) // every) * every
        if engine.runs.running(portal) or not engine.slots.claim(portal, "sync", slot):
            return []
        run = sync.start(engine, portal, mode="queue")
    except LockHeld:
        return []
    except SyncworkerError as error:
        log.warning("the schedule could not start a sync: %s", error, extra={"portal": portal})
        return []
    return [Todo("sync_portal", run.id)]
