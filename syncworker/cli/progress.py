"""Runs a portal in this process, or follows one that workers run, and says how far it is."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import click

from syncworker.cli import exits, interrupt, pages
from syncworker.cli.console import tell
from syncworker.engine import deferral, finish, inline, sync, turn
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run, RunKind
from syncworker.engine.progress import progress
from syncworker.errors import LockHeld, SyncworkerError

_POLL_SECONDS = 0.25
_LOOK_SECONDS = 1.0
_OTHERS_FIRST = timedelta(minutes=2)
"""How long a backfill that gave way waits for the other run to begin: the next tick starts it."""


def carry_out(
    engine: Engine,
    portal: str,
    *,
    as_of: datetime | None,
    kind: RunKind,
    force: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Run:
    """Run a portal in this process; a run that was cut short or deferred earlier is gone on with.

    A run whose time has not come yet is returned as it is: HubSpot would take no request.

    Raises:
        MappingError: The mapping has errors.
        LockHeld: Another run holds the portal, or a plan is asked for while a sync is half done.
        KeyboardInterrupt: Ctrl-C was pressed; what was in flight is settled.
    """
    run = _cut_short(engine, portal, kind, options or {})
    if run is None:
        run = sync.start(engine, portal, as_of=as_of, kind=kind, force=force, options=options)
    elif deferral.rests(engine, run):
        return run
    else:
        tell_going_on(run)
    return work_off(engine, run)


def work_off(engine: Engine, run: Run) -> Run:
    """Work on an open run in this process until it ends or rests; one that waits waits here.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; what was in flight is settled.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}"
    with interrupt.noted() as pressed, pages.shown() as display:
        watched = replace(engine, on_page=display.page, interrupted=pressed)
        report = _now_and_then(watched, display)
        while run.status in ("running", "waiting") and not deferral.rests(engine, run):
            if run.status == "waiting":
                run = _its_turn(watched, run, pressed)
            run = inline.carry_out(watched, run, owner, report)
            if run.status == "running" and not deferral.rests(engine, run):
                break  # a chunk of it is another process's
    return run


def follow(engine: Engine, run: Run) -> Run:
    """Wait until workers have ended, deferred or paused the run; Ctrl-C ends the waiting only."""
    try:
        with pages.shown() as display:
            report = _now_and_then(engine, display)
            while run.status in ("running", "waiting") and run.deferred_until is None:
                time.sleep(_POLL_SECONDS)
                run = engine.runs.get(run.id)
                report(run)
    except KeyboardInterrupt:
        tell(f"the run goes on without this. Next: syncworker runs show {run.id}")
        raise click.exceptions.Exit(exits.INTERRUPTED) from None
    return run


def tell_going_on(run: Run) -> None:
    """Say which run is gone on with."""
    tell(f"going on with run {run.id}, as of {run.as_of:%Y-%m-%d %H:%M} UTC, {_why(run)} earlier")


def _its_turn(engine: Engine, run: Run, pressed: Callable[[], bool]) -> Run:
    """Wait until the run has the portal, or is told to pause or to end.

    One that gave way lets the other run begin first.
    """
    others_until = engine.clock() + _OTHERS_FIRST
    gave_way = bool(engine.turns.counts(run.id))
    told = ""
    while run.status == "waiting":
        if pressed():
            raise KeyboardInterrupt
        other = engine.runs.running(run.portal)
        gave_way = gave_way and other is None and engine.clock() < others_until
        if other is not None and other.id != told:
            told = other.id
            tell(f"waiting for run {other.id} ({other.kind}, at {other.step})")
        if other is None and not gave_way and turn.take(engine, run):
            break
        time.sleep(_POLL_SECONDS)
        run = engine.runs.get(run.id)
    return engine.runs.get(run.id)


def _cut_short(
    engine: Engine, portal: str, kind: RunKind, options: Mapping[str, Any]
) -> Run | None:
    """The portal's run that another process began and nobody works on.

    A plan that was cut short is closed: nothing of it is worth keeping. A deferred one is gone on
    with when a plan is asked for, and gives way to a sync. An extraction gives way to anything but
    the same extraction: what it staged stays. A backfill gives way and waits.
    """
    run = engine.runs.running(portal)
    if run is None or run.mode == "queue" or engine.chunks.held(run.id, now=engine.clock()):
        return None
    if run.kind == kind and run.deferred_until is not None:
        return run
    if run.kind == "extract" and (run.kind, run.options) == (kind, options):
        return run
    if run.kind == "backfill" and engine.turns.rest(run, "paused", now=engine.clock()):
        tell(f"backfill {run.id} was {_why(run)} and is paused. Next: syncworker runs resume "
             f"{run.id}")  # fmt: skip
        return None
    if run.kind != "sync":
        finish.fail(engine, run, SyncworkerError(f"the {run.kind} was cut short", code="CUT_SHORT"))
        return None
    if kind != "sync":
        raise LockHeld(
            f"sync {run.id} of {portal} was {_why(run)} at {run.step}: its rest comes first",
            help=f"go on with it: syncworker sync {portal}",
        )
    return run


def _why(run: Run) -> str:
    """Why it was not worked on to its end."""
    if run.status != "running":
        return run.status
    return "cut short" if run.deferred_until is None else "deferred"


def _now_and_then(engine: Engine, display: pages.Display) -> Callable[[Run], None]:
    """Shows how far a run is with each new step, and at most once a second."""
    last = ("", 0.0)

    def report(run: Run) -> None:
        nonlocal last
        now = time.monotonic()
        shown = run.status == "running" and run.step != "end"
        if shown and (run.step != last[0] or now - last[1] >= _LOOK_SECONDS):
            last = (run.step, now)
            display.step(progress(engine, run))

    return report
