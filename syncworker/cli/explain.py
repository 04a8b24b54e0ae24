"""`syncworker explain`: why a number is what it is."""

from __future__ import annotations

from datetime import datetime

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import say, say_json


@click.command()
@options.portal
@click.argument("who", metavar="ACCOUNT_OR_EMAIL")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    help="Only this metric, mapped or not, by its name or its property; repeatable.",
)
@click.option("--object", "object_name", help="Only what goes to one object, for example contacts.")
@click.option(
    "--as-of",
    type=options.Moment(),
    help="The moment the numbers are for; UTC unless it has an offset. By default that of the "
    "last sync.",
)
@options.output("text", "json")
def command(
    portal: str,
    who: str,
    *,
    metrics: tuple[str, ...],
    object_name: str | None,
    as_of: datetime | None,
    format_: str,
) -> None:
    """Show for one account or person where each number comes from and what HubSpot has of it.

    From the source rows over the components to the value, the property and the mapping's wish, and
    why HubSpot's value stays or changes. An account is named by its id, domain or name. Neither
    the sources nor HubSpot are asked. E-mail addresses are masked.

    \b
    Examples:
      syncworker explain acme northwind.example --metric health_score
      syncworker explain acme ann@northwind.example --format json
    """
    from syncworker import bootstrap
    from syncworker.cli import show_explain
    from syncworker.engine.explain import explain

    engine = bootstrap.engine(settings.load())
    found = explain(engine, portal, who, metrics=metrics, object_name=object_name, as_of=as_of)
    if format_ == "json":
        say_json(show_explain.document(found))
        return
    for line in show_explain.lines(found):
        say(line)
