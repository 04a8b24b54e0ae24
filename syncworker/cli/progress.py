"""Runs a portal in this process, or follows one that workers run, and says how far it is."""

from __future__ import annotations

import os
import shlex
import socket
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import click

from syncworker.cli import exits, pages
from syncworker.cli.console import tell
from syncworker.engine import apply, deferral, finish, inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run, RunKind
from syncworker.errors import LockHeld, SyncworkerError

_POLL_SECONDS = 0.25
_LINE_SECONDS = 10.0


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
        tell(
            f"going on with run {run.id}, as of {run.as_of:%Y-%m-%d %H:%M} UTC, {_why(run)} earlier"
        )
    return run


def worked_on(engine: Engine, run: Run) -> Run:
    """Do the run in this process; one whose time has not come is returned as it is."""
    if deferral.rests(engine, run):
        return run
    with pages.shown(engine) as watched:
        return inline.carry_out(watched, run, f"{socket.gethostname()}:{os.getpid()}", _reporter())


def follow(engine: Engine, run: Run) -> Run:
    """Wait until workers have ended or deferred the run; Ctrl-C ends the waiting, not the run."""
    report = _reporter()
    try:
        while run.finished_at is None and run.deferred_until is None:
            time.sleep(_POLL_SECONDS)
            run = engine.runs.get(run.id)
            report(run)
    except KeyboardInterrupt:
        tell(f"the workers go on with it. Next: syncworker runs show {run.id}")
        raise click.exceptions.Exit(exits.INTERRUPTED) from None
    return run


def cut_short(engine: Engine, portal: str, kind: RunKind, options: Mapping[str, Any]) -> Run | None:
    """The portal's run that another process began and nobody works on.

    A plan that was cut short is closed: nothing of it is worth keeping; and so is an apply of
    which nothing was sent yet. A deferred plan is gone on with when a plan is asked for, and gives
    way to a sync. An extraction gives way to anything but the same extraction: what it staged
    stays. A retry of dead letters gives way to anything else.
    """
    run = engine.runs.running(portal)
    if run is None or run.mode == "queue" or engine.chunks.held(run.id, now=engine.clock()):
        return None
    if run.kind == "apply" and run.step not in ("start", "compute"):
        if kind == "apply" and apply.is_of(run, options):
            return run
        raise LockHeld(
            f"apply {run.id} of {portal} was {_why(run)} at {run.step}: its rest comes first",
            help=f"go on with it: syncworker apply {shlex.quote(run.options['target'])}",
        )
    if run.kind == kind != "apply" and run.deferred_until is not None:
        return run
    if run.kind == "extract" and (run.kind, run.options) == (kind, options):
        return run
    retries_others = "records" in run.options and run.options != options
    if run.kind != "sync" or retries_others:  # of a retry nothing is worth going on with
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
    return "cut short" if run.deferred_until is None else "deferred"


def _reporter() -> Callable[[Run], None]:
    """Prints each new step on a terminal; elsewhere also a line each ten seconds."""
    last = ("", 0.0)

    def report(run: Run) -> None:
        nonlocal last
        now = time.monotonic()
        waited = now - last[1] >= _LINE_SECONDS and not sys.stderr.isatty()
        if run.step != "end" and (run.step != last[0] or waited):
            tell(f"  {run.step} …")
            last = (run.step, now)

    return report
