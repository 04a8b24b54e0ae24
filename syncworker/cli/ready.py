"""A run whose plan is there: shown, asked about, and sent in this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import click

from syncworker.cli import asking, progress
from syncworker.cli.console import tell
from syncworker.engine import assemble, finish
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.run_words import RunKind
from syncworker.errors import StalePlan, SyncworkerError
from syncworker.planning.plan import plan_from_json

_LINE_SECONDS = 10.0
_LONGEST = timedelta(minutes=15)
"""How long a question may wait: later the plan may not be true any more."""


def make_way(engine: Engine, portal: str, kind: RunKind) -> None:
    """Close what an earlier command left behind; what it did not do is planned anew.

    Raises:
        LockHeld: A sync is half done, and its rest comes first.
    """
    left = progress.cut_short(engine, portal, kind, {})
    if left is not None:
        finish.fail(
            engine, left, SyncworkerError(f"the {left.kind} was cut short", code="CUT_SHORT")
        )


def planned(engine: Engine, run: Run) -> Run:
    """The run with its plan in the summary, for showing it before it is judged."""
    summary, _ = assemble.assemble(engine, run)
    return replace(run, summary={**run.summary, **summary})


def updates(run: Run) -> int:
    """How many records the run's plan changes."""
    return plan_from_json(run.summary["plan"]).total.update


def send(engine: Engine, run: Run, question: str, *, yes: bool) -> Run:
    """Ask, unless the guard refuses anyhow; then send, or close the run where the answer is no.

    Where there is nothing to send the run is closed, and nobody is asked.

    Args:
        engine: The ports.
        run: As `planned` gives it.
        question: What to ask.
        yes: Whether `--yes` was given.

    Raises:
        StalePlan: The answer took so long that the plan may not be true any more.
        KeyboardInterrupt: Ctrl-C was pressed; what was in flight is settled.
    """
    if not updates(run):
        finish.stop_at_plan(engine, run, None)
        return engine.runs.get(run.id)
    _, refusal = assemble.assemble(engine, run)
    asked_at = engine.clock()
    try:
        wanted = (refusal is not None and not run.force) or asking.agreed(question, yes=yes)
    except click.Abort:
        _cancel(engine, run)
        raise
    if not wanted:
        return _cancel(engine, run)
    if engine.clock() - asked_at > _LONGEST:
        _cancel(engine, run)
        raise StalePlan(
            "the question waited for more than 15 minutes", help="type the command again"
        )
    return progress.work_off(engine, run)


def _cancel(engine: Engine, run: Run) -> Run:
    words = "nothing was sent: the answer was no"
    engine.runs.finish(replace(run, status="cancelled", message=words, finished_at=engine.clock()))
    return engine.runs.get(run.id)


def progress_lines() -> Callable[..., None]:
    """A line every ten seconds about how many records were looked at, and of how many."""
    last = time.monotonic()

    def show(done: int, of: int | None = None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _LINE_SECONDS:
            last = now
            tell(f"  {done:,} records looked at" + (f" of {of:,}" if of is not None else ""))

    return show
