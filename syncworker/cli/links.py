"""`syncworker links`: which rows have a HubSpot record, and which have not, and why."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import say

if TYPE_CHECKING:
    from syncworker.engine.linkage import LinkState


@click.command()
@options.portal
@click.option("--object", "object_name", help="Only rows of one object, for example companies.")
@click.option(
    "--state",
    type=click.Choice(["linked", "unlinked", "conflict"]),
    help="Only rows in one state. Text lists unlinked rows and conflicts unless told.",
)
@options.output("text", "csv", "json")
@click.option("--full", is_flag=True, help="In text: show every row, not only the first.")
def command(
    portal: str, *, object_name: str | None, state: LinkState | None, format_: str, full: bool
) -> int:
    """Show which rows are linked to a HubSpot record, which are not, and why.

    It says what the last plan or sync found; HubSpot is not asked. CSV and JSON hold every row.
    E-mail addresses are masked.

    \b
    Examples:
      syncworker links acme
      syncworker links acme --state conflict --format csv
    """
    from syncworker import bootstrap
    from syncworker.cli import show_links
    from syncworker.cli.show_run import SHOWN
    from syncworker.engine import linkage

    engine = bootstrap.engine(settings.load())
    linkage.require_runs(engine, portal)
    if object_name is not None:
        linkage.require_object(engine, portal, object_name)
    rows = partial(linkage.rows, engine, portal, object_name=object_name)
    wanted = linkage.STATES if state is None else (state,)
    if format_ == "csv":
        show_links.write_csv(rows(states=wanted), sys.stdout)
        return exits.OK
    counts = show_links.count(rows())
    if format_ == "json":
        show_links.write_json(portal, counts, rows(states=wanted), sys.stdout)
        return exits.OK
    for line in show_links.count_lines(counts):
        say(line)
    listed = show_links.UNSOLVED if state is None else (state,)
    for line in show_links.row_lines(rows(states=listed), None if full else SHOWN):
        say(line)
    say(show_links.next_line(portal, counts))
    return exits.OK
