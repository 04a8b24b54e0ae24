"""How portals stand, in lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from syncworker.cli.console import columns, counted
from syncworker.cli.spans import shown
from syncworker.engine import pausing
from syncworker.engine.heartbeats import HeartKind
from syncworker.engine.ports import Quota
from syncworker.engine.schedule_stores import Pause
from syncworker.engine.standing import Standing

_HEAD = ("portal", "last run", "oldest stream", "dead letters", "requests today", "next", "state")


def table(found: Sequence[Standing], now: datetime) -> Iterator[str]:
    """A row for each portal; below it what it waits for, then what a person should see to."""
    rows = [_HEAD, *(_row(one, now) for one in found)]
    lines = columns(rows, indent="")
    yield lines[0]
    for one, line in zip(found, lines[1:], strict=True):
        yield line
        if one.deferred is not None:
            yield f"  ! {one.deferred.kind} {one.deferred.id}: {one.deferred.message}"
        if one.todo is not None:
            yield f"  ! {one.todo[1]}"


def details(one: Standing, now: datetime) -> Iterator[str]:
    """More of one portal: every stream and every slot."""
    if one.slots:
        yield "schedule"
        yield from columns([(job.job, job.spec, _ahead(job.next_at, now)) for job in one.slots])
    if one.streams:
        yield "streams"
        yield from columns([(s.stream, _read(s.at, now, stale=s.stale)) for s in one.streams])


def document(
    found: Sequence[Standing], now: datetime, alive: Mapping[HeartKind, int]
) -> dict[str, Any]:
    """The same for people's programs."""
    return {
        "at": now,
        "workers": alive.get("worker", 0),
        "webhooks": alive.get("webhook", 0),
        "well": not any(one.todo for one in found),
        "portals": [_as_dict(one) for one in found],
    }


def paused(pause: Pause | None) -> dict[str, Any] | None:
    """A portal's pause for people's programs; None: it goes on."""
    if pause is None:
        return None
    return {"since": pause.at, "why": pause.why, "until": pause.until}


def first(one: Standing) -> str:
    """What to type first about a portal; "" where nothing is to be seen or done."""
    if one.deferred is not None and not one.problem:
        return f"syncworker runs show {one.deferred.id}"
    return one.todo[0] if one.todo is not None else ""


def workers_line(alive: Mapping[HeartKind, int], *, scheduled: bool) -> str:
    """How many workers live, what follows where none does, and who receives webhooks."""
    workers, webhooks = alive.get("worker", 0), alive.get("webhook", 0)
    told = f"{counted(workers, 'worker')} alive"
    if scheduled and not workers:
        told = "no worker is alive: nothing starts by itself"
    return f"{told}; {counted(webhooks, 'webhook receiver')} alive" if webhooks else told


def _row(one: Standing, now: datetime) -> tuple[str, ...]:
    oldest = one.streams[0] if one.streams else None
    upcoming = next((job for job in one.slots if job.job != "fast"), None)
    return (
        one.portal,
        _last(one, now),
        f"{_read(oldest.at, now, stale=oldest.stale)} ({oldest.stream})" if oldest else "-",
        f"{one.letters:,}",
        _requests(one.quota),
        "-" if upcoming is None or one.pause else _ahead(upcoming.next_at, now),
        _state(one, now),
    )


def _requests(quota: Quota | None) -> str:
    if quota is None or quota.used is None:
        return "not known"
    return f"{quota.used:,}" + ("" if quota.daily is None else f" of {quota.daily:,}")


def _last(one: Standing, now: datetime) -> str:
    if one.last is None:
        return "never"
    ended = one.last.finished_at or one.last.created_at
    return f"{one.last.kind} {one.last.status}, {shown(now - ended)} ago"


def _read(at: datetime | None, now: datetime, *, stale: bool) -> str:
    told = "never read" if at is None else f"{shown(now - at)} ago"
    return f"{told} STALE" if stale else told


def _ahead(moment: datetime, now: datetime) -> str:
    if moment <= now:
        return "due now" if (now - moment).total_seconds() < 1 else f"due {shown(now - moment)} ago"
    return f"in {shown(moment - now)}"


def _state(one: Standing, now: datetime) -> str:
    held = one.held_by
    parts = []
    if one.problem:
        parts.append("mapping broken")
    if one.pause is not None:
        parts.append(pausing.told(one.pause).removeprefix("is "))
    if held is not None and held.deferred_until is not None:
        parts.append(f"{held.kind} deferred until {held.deferred_until:%Y-%m-%d %H:%M} UTC")
    elif held is not None:
        parts.append(f"{held.kind} {held.id} at {held.step}, for {shown(now - held.created_at)}")
    parts += [f"{run.kind} {run.id} {run.status}" for run in one.resting]
    return "; ".join(parts) or "free"


def _as_dict(one: Standing) -> dict[str, Any]:
    last, held, pause, quota = one.last, one.held_by, one.pause, one.quota
    return {
        "portal": one.portal,
        "last_run": last
        and {
            "id": last.id,
            "kind": last.kind,
            "status": last.status,
            "finished_at": last.finished_at,
            "message": last.message,
        },
        "held_by": held
        and {
            "id": held.id,
            "kind": held.kind,
            "step": held.step,
            "since": held.created_at,
            "deferred_until": held.deferred_until,
        },
        "resting": [{"id": run.id, "kind": run.kind, "status": run.status} for run in one.resting],
        "paused": paused(pause),
        "streams": [{"stream": s.stream, "read_at": s.at, "stale": s.stale} for s in one.streams],
        "dead_letters": one.letters,
        "requests_today": {"used": quota.used, "limit": quota.daily}
        if quota is not None and quota.used is not None
        else None,
        "schedule": [
            {
                "job": job.job,
                "spec": job.spec,
                "next_at": job.next_at,
                "last_slot": job.last_slot,
                "last_run": job.last_run_id,
            }
            for job in one.slots
        ],
        "problem": one.problem,
        "todo": one.todo and {"command": one.todo[0], "why": one.todo[1]},
    }
