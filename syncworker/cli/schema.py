"""`syncworker schema`: what an editor checks mappings with, and the generated pages."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli.console import say


@click.command()
@click.option("--write", is_flag=True, help="Write mapping.schema.json beside the mappings.")
@click.option("--streams", is_flag=True, help="Print the streams and their columns as Markdown.")
@click.option("--metrics", is_flag=True, help="Print the metrics and their definitions likewise.")
@click.option("--record", is_flag=True, help="Print what the properties mean on a record likewise.")
@click.option("--codes", is_flag=True, help="Print the codes of `validate` likewise.")
@click.option("--commands", is_flag=True, help="Print every command and its options likewise.")
def command(
    *, write: bool, streams: bool, metrics: bool, record: bool, codes: bool, commands: bool
) -> None:
    """Print the JSON Schema of a mapping, or write it where the mappings' first line names it.

    \b
    Examples:
      syncworker schema --write
      syncworker schema --streams
    """
    from syncworker.mapping.codes_page import codes_page
    from syncworker.mapping.schema import mapping_schema
    from syncworker.metrics.record_page import record_page
    from syncworker.metrics.reference import metrics_page
    from syncworker.model.reference import streams_page

    every = (
        (streams, streams_page),
        (metrics, metrics_page),
        (record, record_page),
        (codes, codes_page),
    )
    pages = [page for wanted, page in every if wanted]
    if commands:
        from syncworker.cli.main import cli
        from syncworker.cli.reference import commands_page

        # Not masked: an address in an example is nobody's.
        click.echo(commands_page(cli).rstrip("\n"))
        return
    if pages:
        say("\n".join(page().rstrip("\n") for page in pages))
        return
    if not write:
        say(mapping_schema().rstrip("\n"))
        return
    path = settings.load().mappings / "mapping.schema.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(mapping_schema(), "utf-8")
    say(f"{path} is up to date")
