"""`syncworker extract`: read the sources into staging, and nothing more."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import say


@click.command()
@options.portal
@click.option(
    "--stream",
    "streams",
    multiple=True,
    help="Only this stream: its name, or source.stream. May be given several times.",
)
@click.option("--full", is_flag=True, help="Read it whole, not only what is new and changed.")
@options.output("text", "json")
def command(portal: str, *, streams: tuple[str, ...], full: bool, format_: str) -> int:
    """Read a portal's sources into staging; HubSpot is not asked.

    Every sync does this by itself. Alone it shows what the sources give, and with --full it reads
    again what a cursor passed over; earlier versions of rows stay. Exits with 0 when all is well,
    3 when some rows or streams did not get through, 5 when another run holds the portal.

    \b
    Examples:
      syncworker extract acme
      syncworker extract acme --stream events --full
    """
    from syncworker import bootstrap
    from syncworker.cli import ended, show_extract
    from syncworker.cli.progress import carry_out
    from syncworker.engine.mappings import checked
    from syncworker.engine.streams import chosen

    engine = bootstrap.engine(settings.load())
    mapping = checked(portal, engine.mapping_text(portal))
    asked = chosen(portal, mapping, streams)
    wanted = {"full": full} | ({"streams": asked} if streams else {})
    run = carry_out(engine, portal, as_of=None, kind="extract", options=wanted)
    if format_ == "text":
        for line in show_extract.lines(engine, run):
            say(line)
    more = [f"Next: syncworker plan {portal}"] if run.status == "done" else []
    return ended.told(engine, run, format_, more)
