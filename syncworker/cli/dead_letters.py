"""`syncworker dead-letters`: what did not get through, and why."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import counted, say


@click.group()
def command() -> None:
    """Show what did not get through, and why."""


@command.command("list")
@options.portal
@click.option("--run", "run_id", help="Only those of one run.")
def list_(portal: str, run_id: str | None) -> None:
    """Show open dead letters, grouped by cause, with the fix.

    A dead letter is resolved by itself: once its cause is mended, the next sync sends today's
    values.

    \b
    Examples:
      syncworker dead-letters list acme
      syncworker dead-letters list acme --run 20261121T060000123456-ab12cd
    """
    from syncworker import bootstrap
    from syncworker.cli.show_run import letter_lines

    engine = bootstrap.engine(settings.load())
    letters = engine.letters.open(portal, run_id=run_id, most=100_000)
    for line in letter_lines(letters):
        say(line)
    if letters:
        many = counted(len(letters), "open dead letter")
        say(f"{many}. Next: mend the causes, then syncworker sync {portal}")
    else:
        say(f"No open dead letters. Next: syncworker sync {portal}")
