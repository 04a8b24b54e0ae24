"""Runs in lines for people: their state, what they are at, since when and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from syncworker.cli.console import columns
from syncworker.cli.pace import spoken
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.progress import progress
from syncworker.engine.run_words import RunStatus

FAILED: tuple[RunStatus, ...] = ("failed", "refused", "cancelled")
"""Statuses of runs that did not get to their end."""


def lines(runs: Sequence[Run], now: datetime) -> list[str]:
    """A line per run."""
    rows = [
        (run.id, run.portal, run.kind, _state(run, now), f"{run.created_at:%Y-%m-%d %H:%M} UTC")
        for run in runs
    ]
    return columns(rows, indent="")


def step_lines(engine: Engine, run: Run) -> Iterator[str]:
    """How far an open run is."""
    if run.finished_at is not None:
        return
    at = progress(engine, run)
    far = f": {at.done:,} of {at.of:,} {at.unit} ({at.share:.0%})" if at.of else ""
    yield f"  {run.kind} at {run.step}{far}, for {_age(run, engine.clock())}"
    if run.wish:
        yield f"  asked to {run.wish}: it stops after the batch in flight"


def as_document(run: Run, now: datetime) -> dict[str, Any]:
    """The run for people's programs, without its summary."""
    names = ("id", "portal", "kind", "mode", "status", "step", "priority", "wish", "options")
    ended = run.finished_at or now
    return {
        **{name: getattr(run, name) for name in names},
        "as_of": run.as_of,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "deferred_until": run.deferred_until,
        "seconds": (ended - run.created_at).total_seconds(),
        "message": run.message,
        "code": run.code,
    }


def _state(run: Run, now: datetime) -> str:
    """Its status; of one that holds its portal at what it is and for how long."""
    if run.deferred_until is not None:
        return f"deferred until {run.deferred_until:%Y-%m-%d %H:%M} UTC"
    if run.finished_at is not None:
        return run.status
    holds = "holds the portal, " if run.status == "running" else ""
    return f"{run.status}, {holds}at {run.step} for {_age(run, now)}"


def _age(run: Run, now: datetime) -> str:
    return spoken(max((now - run.created_at).total_seconds(), 0.0))
