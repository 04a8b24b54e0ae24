"""Runs a portal in this process, or follows one that workers run, and says how far it is."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from datetime import datetime

from syncworker.cli.console import tell
from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run, RunKind

_POLL_SECONDS = 0.25
_LINE_SECONDS = 10.0


def carry_out(
    engine: Engine, portal: str, *, as_of: datetime | None, kind: RunKind, force: bool
) -> Run:
    """Run a portal in this process; an interrupted run of an earlier command is gone on with."""
    run = _interrupted(engine, portal)
    if run is None:
        run = sync.start(engine, portal, as_of=as_of, kind=kind, force=force)
    else:
        tell(f"going on with run {run.id}, as of {run.as_of:%Y-%m-%d %H:%M} UTC, cut short earlier")
    return inline.carry_out(engine, run, f"{socket.gethostname()}:{os.getpid()}", _reporter())


def follow(engine: Engine, run: Run) -> Run:
    """Wait until workers have ended the run."""
    report = _reporter()
    while run.finished_at is None:
        time.sleep(_POLL_SECONDS)
        run = engine.runs.get(run.id)
        report(run)
    return run


def _interrupted(engine: Engine, portal: str) -> Run | None:
    run = engine.runs.running(portal)
    if run is None or run.mode == "queue" or engine.chunks.held(run.id, now=engine.clock()):
        return None
    return run


def _reporter() -> Callable[[Run], None]:
    """Prints each new step on a terminal; elsewhere also a line each ten seconds."""
    last = ("", 0.0)

    def report(run: Run) -> None:
        nonlocal last
        now = time.monotonic()
        waited = now - last[1] >= _LINE_SECONDS and not sys.stderr.isatty()
        if run.step not in (last[0], "end") or waited:
            tell(f"  {run.step} …")
            last = (run.step, now)

    return report
