"""`syncworker db`: the state database."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli.console import say


@click.group()
def command() -> None:
    """Look after the state database."""


@command.command()
def upgrade() -> None:
    """Bring the state database to this version's schema.

    \b
    Examples:
      syncworker db upgrade
      SYNCWORKER_DATABASE_URL=postgresql+psycopg://… syncworker db upgrade
    """
    from syncworker import bootstrap

    before, after = bootstrap.upgrade(settings.load())
    if before == after:
        say(f"The state database has schema {after} already.")
    else:
        say(f"The state database went from schema {before or 'none'} to {after}.")
