"""`syncworker runs`: what ran and what came of it; pause, resume, cancel, retry."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, get_args

import click

from syncworker import settings as settings_module
from syncworker.cli import ended, exits, options
from syncworker.cli.console import say, say_json, tell
from syncworker.engine.run_words import RunKind, RunStatus

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine
    from syncworker.engine.memory import Run
    from syncworker.engine.run_words import Wish

_run = click.argument("run_id", metavar="RUN")


@click.group()
def command() -> None:
    """Show runs and what they came to; pause, resume, cancel and retry them.

    \b
    Examples:
      syncworker runs list acme --failed
      syncworker runs watch 20261121T060000123456-ab12cd
    """


@command.command("list")
@click.argument("portal", required=False)
@click.option("--status", type=click.Choice(get_args(RunStatus)), help="Only with this status.")
@click.option("--kind", type=click.Choice(get_args(RunKind)), help="Only of this kind.")
@click.option("--since", type=options.Moment(), help="Only those made since then; UTC.")
@click.option("--failed", is_flag=True, help="Only failed, refused and cancelled ones.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many."
)
@options.output("text", "json")
def list_(
    portal: str | None,
    *,
    status: RunStatus | None,
    kind: RunKind | None,
    since: datetime | None,
    failed: bool,
    limit: int,
    format_: str,
) -> None:
    """Show the newest runs; of open ones what they are at and for how long.

    \b
    Examples:
      syncworker runs list
      syncworker runs list acme --kind backfill --since 2026-11-01
    """
    from syncworker import bootstrap
    from syncworker.cli import show_runs

    engine = bootstrap.engine(settings_module.load())
    statuses = (status,) if status else show_runs.FAILED if failed else ()
    runs = engine.turns.list(portal=portal, statuses=statuses, kind=kind, since=since, most=limit)
    if format_ == "json":
        say_json({"runs": [show_runs.as_document(run, engine.clock()) for run in runs]})
        return
    for line in show_runs.lines(runs, engine.clock()):
        say(line)
    if runs:
        say(f"Next: syncworker runs show {runs[0].id}")
    else:
        say("There are no such runs. Next: syncworker plan PORTAL")


@command.command()
@_run
@options.output("text", "json")
@click.option("--plan", "with_plan", is_flag=True, help="Show its plan too.")
def show(run_id: str, format_: str, with_plan: bool) -> int:
    """Show one run; exits as the run's own command would.

    \b
    Examples:
      syncworker runs show 20261121T060000123456-ab12cd
      syncworker runs show 20261121T060000123456-ab12cd --plan
    """
    from syncworker import bootstrap
    from syncworker.cli import show_run, show_runs

    engine = bootstrap.engine(settings_module.load())
    run = engine.runs.get(run_id)
    if format_ == "json":
        say_json(show_run.as_document(engine, run, with_plan=with_plan))
        return exits.of_run(run)
    if with_plan and "plan" in run.summary:
        for line in show_run.plan_text(engine, run, limit=None):
            say(line)
    for line in show_runs.step_lines(engine, run):
        say(line)
    for line in show_run.report(engine, run):
        say(line)
    return exits.of_run(run)


@command.command()
@_run
@options.output("text", "json")
def watch(run_id: str, *, format_: str) -> int:
    """Show a run's progress until it ends; Ctrl-C ends the watching, not the run.

    \b
    Examples:
      syncworker runs watch 20261121T060000123456-ab12cd
      syncworker runs watch 20261121T060000123456-ab12cd 2>/dev/null
    """
    from syncworker import bootstrap
    from syncworker.cli.progress import follow

    engine = bootstrap.engine(settings_module.load())
    return _told(engine, follow(engine, engine.runs.get(run_id)), format_)


@command.command()
@_run
@options.output("text", "json")
def pause(run_id: str, *, format_: str) -> int:
    """Let a run rest after the batch in flight; others may have the portal meanwhile.

    \b
    Examples:
      syncworker runs pause 20261121T060000123456-ab12cd
      syncworker runs pause 20261121T060000123456-ab12cd && syncworker sync acme
    """
    return _asked(run_id, "pause", format_)


@command.command()
@_run
@options.output("text", "json")
def cancel(run_id: str, *, format_: str) -> int:
    """End a run after the batch in flight. What was sent stays in HubSpot and in the ledger.

    \b
    Examples:
      syncworker runs cancel 20261121T060000123456-ab12cd
      syncworker runs cancel 20261121T060000123456-ab12cd && syncworker status acme
    """
    return _asked(run_id, "cancel", format_)


@command.command()
@_run
@options.output("text", "json")
def resume(run_id: str, *, format_: str) -> int:
    """Let a paused run go on where it was; planned anew if others have written meanwhile.

    \b
    Examples:
      syncworker runs resume 20261121T060000123456-ab12cd
      syncworker runs resume 20261121T060000123456-ab12cd && syncworker status acme
    """
    from syncworker import bootstrap
    from syncworker.engine import control

    engine = bootstrap.engine(settings_module.load())
    if not control.resume(engine, run_id):
        run = engine.runs.get(run_id)
        if run.mode == "queue":
            tell(f"run {run_id} waits for its turn: another run holds {run.portal}")
            return _told(engine, run, format_)
    return _gone_on(engine, engine.runs.get(run_id), format_)


@command.command()
@_run
@click.option("--enqueue", is_flag=True, help="Let workers do it (`syncworker worker`).")
@options.output("text", "json")
def retry(run_id: str, *, enqueue: bool, format_: str) -> int:
    """Do what is left of a run that failed, was cancelled, or left dead letters; nothing twice.

    Chunks that are done stay done, rejected records are sent again, streams that were given up
    are read again. Where another run has read or written since, it is planned anew.

    \b
    Examples:
      syncworker runs retry 20261121T060000123456-ab12cd
      syncworker runs retry 20261121T060000123456-ab12cd --enqueue
    """
    from syncworker import bootstrap
    from syncworker.cli import broker
    from syncworker.engine import control

    settings = settings_module.load()
    engine = bootstrap.engine(settings)
    if enqueue:
        broker.require(settings)
    run = control.retry(engine, run_id, mode="queue" if enqueue else "inline")
    return _gone_on(engine, run, format_)


def _gone_on(engine: Engine, run: Run, format_: str) -> int:
    """Work on it here, or hand it to the workers."""
    if run.mode == "queue":
        from syncworker.cli.enqueue import enqueue as send

        send(engine, run)
        return _told(engine, run, format_)
    from syncworker.cli import progress

    return _told(engine, progress.work_off(engine, run), format_)


def _asked(run_id: str, wish: Wish, format_: str) -> int:
    from syncworker import bootstrap
    from syncworker.engine import control

    engine = bootstrap.engine(settings_module.load())
    run = control.ask(engine, run_id, wish)
    if run.wish and format_ == "text":
        say(f"Run {run.id} is asked to {wish}: it stops after the batch in flight.")
        say(f"Next: syncworker runs watch {run.id}")
        return exits.OK
    _told(engine, run, format_)
    return exits.OK


def _told(engine: Engine, run: Run, format_: str) -> int:
    there = run.status in ("done", "planned")
    more = [f"Next: syncworker runs show {run.id} --plan"] if there else []
    return ended.told(engine, run, format_, more)
