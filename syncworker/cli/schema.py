"""`syncworker schema`: what an editor completes and checks mappings with."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli.console import say


@click.command()
@click.option("--write", is_flag=True, help="Write mapping.schema.json beside the mappings.")
def command(*, write: bool) -> None:
    """Print the JSON Schema of a mapping, or write it where the mappings' first line names it.

    \b
    Examples:
      syncworker schema --write
      syncworker schema > mapping.schema.json
    """
    from syncworker.mapping.schema import mapping_schema

    if not write:
        say(mapping_schema().rstrip("\n"))
        return
    path = settings.load().mappings / "mapping.schema.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(mapping_schema(), "utf-8")
    say(f"{path} is up to date")
