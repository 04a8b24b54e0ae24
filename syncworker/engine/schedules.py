"""What starts by itself: a portal's due slots, what webhooks have received, the fast lane.

A slot is taken and its run opened in one transaction, so of several beats one does it, and one that
dies in between has done neither. A slot that passes while the portal is held or paused, or while
nothing runs at all, waits; however many have passed, one run makes them up.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from syncworker.engine import apply, fast_lane, finish, pausing, sync, turn
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.part import restricted
from syncworker.engine.schedule_stores import Scheduled
from syncworker.engine.todo import Todo
from syncworker.errors import LockHeld, SyncworkerError
from syncworker.mapping.slots import Job, Timetable, timetables

log = logging.getLogger(__name__)
PATIENCE = 5
"""Leases without a sign of life, after which a message or a command counts as lost."""
_ASKED = timedelta(minutes=20)
"""As `PATIENCE`, of kinds whose plan a person is asked about: longer than the question may wait."""
_WHOLE: tuple[Job, ...] = ("full", "sync")
"""Jobs that are a run of the whole portal; the first that is due does the others' slots too."""
_LOOKING = timedelta(minutes=15)
"""After this long a look at the fast lane's streams counts as lost: longer than a task may take."""
_LOOKED_AT = 20  # runs


def due(engine: Engine, portal: str) -> list[Todo]:
    """Start what the portal waits for. An error is logged: it must not harm other portals."""
    try:
        return _due(engine, portal)
    except LockHeld:
        return []
    except SyncworkerError as error:
        log.warning("the schedule could not start a sync: %s", error, extra={"portal": portal})
    except Exception:  # a defect of ours
        log.exception("a defect kept the schedule from starting", extra={"portal": portal})
    return []


def look(engine: Engine, portal: str) -> list[Todo]:
    """Look for new rows in the streams of the fast lane; start a run where there are any."""
    run = None
    try:
        run = fast_lane.look(engine, portal)
    except SyncworkerError as error:
        log.warning("the fast lane could not look: %s", error, extra={"portal": portal})
    timetable = timetables(checked(portal, engine.mapping_text(portal))).get("fast")
    if timetable is not None:
        engine.schedules.move(portal, "fast", timetable.after(engine.clock()))
    return [] if run is None else [Todo("sync_portal", run.id, run.priority)]


def _due(engine: Engine, portal: str) -> list[Todo]:
    now = engine.clock()
    tables = timetables(checked(portal, engine.mapping_text(portal)))
    jobs = _up_to_date(engine, portal, tables, now)
    open_run = engine.runs.running(portal)
    waiting = [jobs[name] for name in _WHOLE if name in jobs and jobs[name].next_at <= now]
    if open_run is not None:
        if waiting or fast_lane.unread(engine, portal):
            turn.ask_to_yield(engine, portal)
        return _taken_over(engine, open_run, now) if jobs or open_run.kind == "backfill" else []
    if pausing.paused(engine, portal) is not None or turn.is_owed(engine, portal):
        return turn.next_of(engine, portal)  # what may run while it is paused, a rollback, does
    if waiting:
        return _started(engine, waiting, tables, now)
    return _received(engine, portal, now) or [
        *_looked(engine, jobs.get("fast"), now),
        *turn.next_of(engine, portal),
    ]


def _up_to_date(
    engine: Engine, portal: str, tables: Mapping[Job, Timetable], now: datetime
) -> dict[Job, Scheduled]:
    """The jobs of the mapping as it is now: new and changed ones planned, others forgotten."""
    jobs = {one.job: one for one in engine.schedules.of(portal)}
    changed = {
        job: table
        for job, table in tables.items()
        if job not in jobs or jobs[job].spec != table.spec
    }
    for job, table in changed.items():
        known = jobs.get(job)
        if known is None:
            first = _first(engine, portal, job, table, now)
        elif job in _WHOLE and known.next_at <= now:
            first = (
                known.next_at
            )  # it waits for the portal: a new timetable is no reason to skip it
        else:
            first = table.after(now)
        engine.schedules.plan(portal, job, table.spec, first)
    if jobs.keys() - tables.keys():
        engine.schedules.drop(portal, keep=list(tables))
    if not changed:
        return {job: jobs[job] for job in tables}
    return {one.job: one for one in engine.schedules.of(portal) if one.job in tables}


def _first(engine: Engine, portal: str, job: Job, table: Timetable, now: datetime) -> datetime:
    """A new job's first slot: the interval that has begun, unless it had its sync already."""
    begun = table.begun(now)
    if begun is None or (job == "sync" and _synced_since(engine, portal, begun)):
        return table.after(now)
    return begun


def _synced_since(engine: Engine, portal: str, moment: datetime) -> bool:
    return any(
        run.created_at >= moment and run.kind == "sync" and not restricted(run)
        for run in engine.runs.latest(portal, _LOOKED_AT)
    )


def _started(
    engine: Engine, waiting: Collection[Scheduled], tables: Mapping[Job, Timetable], now: datetime
) -> list[Todo]:
    """One run for all slots that wait."""
    first, *_ = waiting
    taken = [(job, tables[job.job].after(now)) for job in waiting]

    def opening(run: Run) -> None:
        if not engine.schedules.start(taken, run):
            raise LockHeld(f"another has taken the slot, or holds portal {run.portal}")

    run = sync.start(
        engine,
        first.portal,
        mode="queue",
        priority="scheduled",
        options={"full": True} if first.job == "full" else {},
        opening=opening,
    )
    return [Todo("sync_portal", run.id, run.priority)]


def _received(engine: Engine, portal: str, now: datetime) -> list[Todo]:
    """What webhooks have received; once a day what is old in the inbox is removed."""
    if not fast_lane.receives(engine, portal):
        return []
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if engine.slots.claim(portal, "inbox", day):
        fast_lane.tidy(engine, portal)
    run = fast_lane.start(engine, portal)
    return [] if run is None else [Todo("sync_portal", run.id, run.priority)]


def _looked(engine: Engine, job: Scheduled | None, now: datetime) -> list[Todo]:
    """Send a worker to look; none is sent while another still looks."""
    if job is None or job.next_at > now or not engine.schedules.take(job, now + _LOOKING):
        return []
    return [Todo("look_for_news", job.portal)]


def _taken_over(engine: Engine, run: Run, now: datetime) -> list[Todo]:
    """Go on with a run whose command died long ago: it would keep the schedule out for ever."""
    sign = engine.chunks.last_sign(run.id) or run.created_at
    if run.deferred_until is not None:  # until then its command had nothing to do
        sign = max(sign, run.deferred_until)
    patience = PATIENCE * engine.limits.lease
    if run.kind in ("rollback", "repair"):
        patience = max(patience, _ASKED)
    if run.mode == "queue" or now - sign < patience:
        return []
    if apply.is_sending(run):  # a half of a plan helps nobody: the same command sends the rest
        return []
    if run.kind not in ("sync", "backfill"):
        finish.fail(engine, run, SyncworkerError(f"the {run.kind} was cut short", code="CUT_SHORT"))
        return []
    if not engine.runs.hand_over(run.id):
        return []
    log.warning("workers go on with a %s that was cut short", run.kind, extra={"run": run.id})
    engine.chunks.free_lost(now=now, enqueued_before=now, run_id=run.id)
    return sync.onward(engine, run.id)
