"""`syncworker db`: the state database."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import say, say_json


@click.group()
def command() -> None:
    """Look after the state database."""


@command.command()
@options.output("text", "json")
def upgrade(format_: str) -> None:
    """Bring the state database to this version's schema.

    \b
    Examples:
      syncworker db upgrade
      SYNCWORKER_DATABASE_URL=postgresql+psycopg://… syncworker db upgrade
    """
    from syncworker import bootstrap

    before, after = bootstrap.upgrade(settings.load())
    if format_ == "json":
        say_json({"before": before, "after": after})
        return
    if before == after:
        say(f"The state database has schema {after} already.")
    else:
        say(f"The state database went from schema {before or 'none'} to {after}.")
    say("Next: syncworker doctor")
