"""`syncworker history`: what was written to a record, when, why and by which run."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import say, say_json


@click.command()
@options.portal
@click.argument("record")
@click.option("--object", "object_name", help="Only one object, for example companies.")
@click.option("--property", "property_name", metavar="NAME", help="Only one property's changes.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    show_envvar=True,
    metavar="N",
    help="How many writings to show, the newest first.",
)
@options.output("text", "json")
def command(
    portal: str,
    record: str,
    *,
    object_name: str | None,
    property_name: str | None,
    limit: int,
    format_: str,
) -> None:
    """Show what was written to a record, when, why and by which run, the newest first.

    RECORD is your own key, HubSpot's id, an account's domain or a person's e-mail address. HubSpot
    is not asked.

    \b
    Examples:
      syncworker history acme northwind.example
      syncworker history acme a17 --property health_score --limit 5
    """
    from syncworker import bootstrap
    from syncworker.cli import show_history
    from syncworker.engine.past_writings import past_writings

    engine = bootstrap.engine(settings.load())
    found = past_writings(
        engine, portal, record, object_name=object_name, property_name=property_name
    )
    if format_ == "json":
        say_json(show_history.as_document(portal, found, limit))
        return
    for line in show_history.lines(portal, found, limit):
        say(line)
