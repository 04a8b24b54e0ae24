"""`syncworker runs`: what ran, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import columns, say, say_json

if TYPE_CHECKING:
    from syncworker.engine.memory import Run


@click.group()
def command() -> None:
    """Show runs and what they came to."""


@command.command("list")
@click.argument("portal", required=False)
def list_(portal: str | None) -> None:
    """Show the newest runs.

    \b
    Examples:
      syncworker runs list
      syncworker runs list acme
    """
    from syncworker import bootstrap

    runs = bootstrap.engine(settings.load()).runs.latest(portal, 20)
    rows = [(r.id, r.portal, r.kind, _state(r), f"{r.created_at:%Y-%m-%d %H:%M} UTC") for r in runs]
    for line in columns(rows, indent="") or ["There are no runs yet. Next: syncworker plan PORTAL"]:
        say(line)


def _state(run: Run) -> str:
    """Its status, or until when it is deferred."""
    until = run.deferred_until
    return run.status if until is None else f"deferred until {until:%Y-%m-%d %H:%M} UTC"


@command.command()
@click.argument("run_id", metavar="RUN")
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
    from syncworker.cli import show_run

    engine = bootstrap.engine(settings.load())
    run = engine.runs.get(run_id)
    if format_ == "json":
        say_json(show_run.as_document(engine, run, with_plan=with_plan))
        return exits.of_run(run)
    if with_plan and "plan" in run.summary:
        for line in show_run.plan_text(engine, run, limit=None):
            say(line)
    for line in show_run.report(engine, run):
        say(line)
    return exits.of_run(run)
