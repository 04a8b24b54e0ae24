"""Runs a portal in this process, or follows one that workers run, and says how far it is."""

from __future__ import annotations

import os
import shlex
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import click

from syncworker.cli import exits, interrupt, pages
from syncworker.cli.console import tell
from syncworker.engine import apply, deferral, finish, inline, sync, turn
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.progress import progress
from syncworker.engine.run_words import RunKind
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
    run = resumed(engine, portal, kind, options or {})
    if run is None:
        run = sync.start(engine, portal, as_of=as_of, kind=kind, force=force, options=options)
    return worked_on(engine, run)


def resumed(engine: Engine, portal: str, kind: RunKind, options: Mapping[str, Any]) -> Run | None:
    """The run that was cut short or deferred earlier and that this command goes on with.

    Raises:
        LockHeld: Another kind of run is half done, and its rest comes first.
    """
    run = cut_short(engine, portal, kind, options)
    if run is not None and not deferral.rests(engine, run):
        tell_going_on(run)
    return run


def worked_on(engine: Engine, run: Run) -> Run:
    """Do the run in this process; one whose time has not come is returned as it is."""
    return run if deferral.rests(engine, run) else work_off(engine, run)


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


def cut_short(engine: Engine, portal: str, kind: RunKind, options: Mapping[str, Any]) -> Run | None:
    """The portal's run that another process began and nobody works on.

    A plan that was cut short is closed: nothing of it is worth keeping; and so is an apply of
    which nothing was sent yet. A deferred plan is gone on with when a plan is asked for, and gives
    way to a sync. An extraction gives way to anything but the same extraction: what it staged
    stays. A retry of dead letters gives way to anything else, and a backfill waits.
    """
    run = engine.runs.running(portal)
    if run is None or run.mode == "queue" or engine.chunks.held(run.id, now=engine.clock()):
        return None
    if _is_the_same(run, kind, options):
        return run
    _give_way(engine, run, options)
    return None


def _is_the_same(run: Run, kind: RunKind, options: Mapping[str, Any]) -> bool:
    """Whether the command asks for what the run does."""
    if apply.is_sending(run):
        return kind == "apply" and apply.is_of(run, options)
    if run.kind != kind or kind == "apply":
        return False
    if run.deferred_until is not None:
        return True
    if kind == "extract":
        return run.options == options
    return kind == "sync" and not _retries_others(run, options)


def _give_way(engine: Engine, run: Run, options: Mapping[str, Any]) -> None:
    """End or pause a run for another one; raises LockHeld where its rest comes first."""
    if apply.is_sending(run):
        what, next_ = "apply", f"apply {shlex.quote(run.options['target'])}"
    elif run.kind == "backfill" and engine.turns.rest(run, "paused", now=engine.clock()):
        tell(
            f"backfill {run.id} was {_why(run)} and is paused. "
            f"Next: syncworker runs resume {run.id}"
        )
        return
    elif run.kind != "sync" or _retries_others(run, options):
        finish.fail(engine, run, SyncworkerError(f"the {run.kind} was cut short", code="CUT_SHORT"))
        return
    else:
        what, next_ = "sync", f"sync {run.portal}"
    raise LockHeld(
        f"{what} {run.id} of {run.portal} was {_why(run)} at {run.step}: its rest comes first",
        help=f"go on with it: syncworker {next_}; or end it: syncworker runs cancel {run.id}",
    )


def _retries_others(run: Run, options: Mapping[str, Any]) -> bool:
    """Whether it is a retry of other dead letters: nothing of it is worth going on with."""
    return "records" in run.options and run.options != options


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
