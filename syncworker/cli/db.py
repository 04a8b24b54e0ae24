"""`syncworker db`: the state database."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.asking import agreed
from syncworker.cli.console import complain, counted, say, say_json, tell


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

    configured = settings.load()
    before, after = bootstrap.upgrade(configured)
    if format_ == "json":
        say_json({"before": before, "after": after})
        return
    ours = bootstrap.database_state(configured).newest
    if after != ours:
        say(f"The state database has schema {after}, of a newer syncworker.")
        say(f"This older version, of schema {ours}, still works on it: nothing is to be done here.")
    elif before == after:
        say(f"The state database has schema {after} already.")
    else:
        say(f"The state database went from schema {before or 'none'} to {after}.")
    say("Next: syncworker doctor")


@command.command()
@options.output("text", "json")
def current(format_: str) -> int:
    """Show the state database's schema, and whether this version works with it.

    Exits with 1 where it does not.

    \b
    Examples:
      syncworker db current
      syncworker db current --json
    """
    from syncworker import bootstrap

    state = bootstrap.database_state(settings.load())
    found, needed, mend = state.schema, state.newest, state.mend
    if format_ == "json":
        say_json({"schema": found, "needed": needed, "fits": not mend})
        return exits.FAILED if mend else exits.OK
    if not mend and found != needed:
        say(f"The state database has schema {found}, of a newer syncworker.")
        say(f"This older version, of schema {needed}, still works on it.")
        return exits.OK
    say(f"The state database has schema {found or 'none'}; this version works with {needed}.")
    if mend:
        say(f"Next: {mend}")
    return exits.FAILED if mend else exits.OK


@command.command()
@click.option(
    "--to",
    "reference",
    required=True,
    metavar="env:NAME|file:PATH",
    help="Where the new database's URL is; never the URL itself, which holds a password.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.output("text", "json")
def copy(reference: str, *, yes: bool, format_: str) -> int:
    """Copy the state to another, empty database, for example from SQLite to PostgreSQL.

    Stop workers and webhook receivers first. Every row is compared afterwards; if anything
    differs, nothing stays there. The state here is not changed, and staging stays where it is.

    \b
    Examples:
      NEW_URL=postgresql://… syncworker db copy --to env:NEW_URL
      syncworker db copy --to file:/run/secrets/database_url --yes
    """
    from syncworker import bootstrap

    configured = settings.load()
    if not agreed(f"Copy the state to the database in {reference}?", yes=yes):
        complain("nothing was copied")
        return exits.FAILED
    moved = bootstrap.move_state(
        configured, reference, lambda one: tell(f"  {one.table}: {counted(one.rows, 'row')}")
    )
    rows = sum(one.rows for one in moved)
    if format_ == "json":
        say_json({"rows": rows, "tables": {one.table: one.rows for one in moved}})
        return exits.OK
    say(f"Copied {counted(rows, 'row')} of {counted(len(moved), 'table')}; both sides are equal.")
    say("Next: set SYNCWORKER_DATABASE_URL to the new database's URL, then syncworker db current")
    return exits.OK
