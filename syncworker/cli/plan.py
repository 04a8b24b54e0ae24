"""`syncworker plan`: what a sync would change."""

from __future__ import annotations

from datetime import datetime

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import say, say_json


@click.command()
@options.portal
@options.as_of
@options.output("text", "json")
@click.option("--full", is_flag=True, help="Show every record, not only the first.")
def command(portal: str, as_of: datetime | None, format_: str, full: bool) -> int:
    """Read the sources, compute, and show old -> new with the reason. Sends nothing.

    \b
    Examples:
      syncworker plan acme
      syncworker plan acme --as-of 2026-11-01 --format json
    """
    from syncworker import bootstrap
    from syncworker.cli import show_run
    from syncworker.cli.progress import carry_out

    engine = bootstrap.engine(settings.load())
    run = carry_out(engine, portal, as_of=as_of, kind="plan", force=False)
    if format_ == "json":
        say_json(show_run.as_document(engine, run, with_plan=True))
        return exits.of_run(run)
    if "plan" in run.summary:
        for line in show_run.plan_text(engine, run, limit=None if full else show_run.SHOWN):
            say(line)
    letters = engine.letters.open(portal, run_id=run.id, most=1_000)
    for line in show_run.letter_lines(letters):
        say(line)
    if run.status == "planned":
        say(f"Next: syncworker sync {portal}")
    else:
        for line in show_run.result_text(run):
            say(line)
    return exits.of_run(run)
