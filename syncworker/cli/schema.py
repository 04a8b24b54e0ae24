"""`syncworker schema`: what an editor completes and checks mappings with, and the streams."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli.console import say


@click.command()
@click.option("--write", is_flag=True, help="Write mapping.schema.json beside the mappings.")
@click.option("--streams", is_flag=True, help="Print the streams and their columns as Markdown.")
def command(*, write: bool, streams: bool) -> None:
    """Print the JSON Schema of a mapping, or write it where the mappings' first line names it.

    \b
    Examples:
      syncworker schema --write
      syncworker schema --streams
    """
    from syncworker.mapping.schema import mapping_schema
    from syncworker.model.reference import streams_page

    if streams:
        say(streams_page().rstrip("\n"))
        return
    if not write:
        say(mapping_schema().rstrip("\n"))
        return
    path = settings.load().mappings / "mapping.schema.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(mapping_schema(), "utf-8")
    say(f"{path} is up to date")
