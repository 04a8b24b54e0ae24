"""`syncworker sources`: what a portal's sources are, and whether they can be read."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import say, say_json


@click.group()
def command() -> None:
    """Show a portal's sources, and try them."""


@command.command("list")
@options.portal
@options.output("text", "json")
def list_(portal: str, format_: str) -> None:
    """Show every stream: where it is read, what is staged of it, and how fresh it is.

    No source is asked: it says what the last readings found.

    \b
    Examples:
      syncworker sources list acme
      syncworker sources list acme --format json
    """
    from syncworker import bootstrap
    from syncworker.cli import show_sources
    from syncworker.engine import sources

    engine = bootstrap.engine(settings.load())
    rows = sources.overview(engine, portal)
    if format_ == "json":
        say_json(show_sources.list_document(portal, rows))
        return
    for line in show_sources.list_lines(rows):
        say(line)
    say(f"Next: syncworker sources check {portal}")


@command.command()
@options.portal
@click.option("--stream", "streams", multiple=True, help="Only this stream: name or source.stream.")
@options.output("text", "json")
def check(portal: str, streams: tuple[str, ...], format_: str) -> int:
    """Connect to every source, count its rows, and show the first five as they would be staged.

    Nothing is staged. E-mail addresses are masked, and what people wrote is left out. Exits with
    1 when a stream cannot be read, 3 when some of its first rows do not fit.

    \b
    Examples:
      syncworker sources check acme
      syncworker sources check acme --stream events --format json
    """
    from syncworker import bootstrap
    from syncworker.cli import show_sources
    from syncworker.engine.mappings import checked
    from syncworker.engine.sampling import ROWS, sample
    from syncworker.engine.streams import chosen

    few = settings.load().model_copy(update={"page_rows": ROWS})
    engine = bootstrap.engine(few)
    mapping = checked(portal, engine.mapping_text(portal))
    samples = [sample(engine, portal, mapping, name) for name in chosen(portal, mapping, streams)]
    if format_ == "json":
        say_json(show_sources.check_document(portal, samples))
    else:
        for one in samples:
            for line in show_sources.check_lines(one):
                say(line)
    if any(one.error for one in samples):
        return exits.FAILED
    if any(one.rejected for one in samples):
        return exits.DEAD_LETTERS
    if format_ == "text":
        say(f"Next: syncworker extract {portal}")
    return exits.OK
