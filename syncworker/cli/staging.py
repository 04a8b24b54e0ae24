"""`syncworker staging`: the rows that are kept from the sources."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import columns, counted, say, say_json


@click.group()
def command() -> None:
    """Show and prune the rows that are kept from the sources."""


@command.command()
@options.portal
@options.output("text", "json")
def stats(portal: str, format_: str) -> None:
    """Show by stream how many rows, files and bytes are staged.

    Rows are versions: one that changed is there twice.

    \b
    Examples:
      syncworker staging stats acme
      syncworker staging stats acme --format json
    """
    from syncworker import bootstrap
    from syncworker.cli import show_staging
    from syncworker.engine import stocktaking

    engine = bootstrap.engine(settings.load())
    stock = stocktaking.take(engine, portal)
    if format_ == "json":
        say_json(show_staging.document(portal, stock))
        return
    for line in columns(show_staging.table(stock), indent=""):
        say(line)
    say(f"Next: syncworker staging prune {portal} --dry-run")


@command.command()
@options.portal
@click.option("--dry-run", is_flag=True, help="Count, and drop nothing.")
@options.output("text", "json")
def prune(portal: str, *, dry_run: bool, format_: str) -> None:
    """Drop what the mapping's `staging: keep_days` no longer keeps, and files of killed runs.

    It happens by itself once a day. The newest version of an account, a user or a subscription is
    never dropped.

    \b
    Examples:
      syncworker staging prune acme --dry-run
      syncworker staging prune acme
    """
    from syncworker import bootstrap
    from syncworker.cli import ready
    from syncworker.engine.prune import prune as drop

    engine = bootstrap.engine(settings.load())
    ready.make_way(engine, portal, "prune")
    pruned = drop(engine, portal, dry_run=dry_run)
    if format_ == "json":
        say_json({"portal": portal, "dry_run": dry_run, "rows": pruned.rows, "files": pruned.files})
        return
    would = "would drop" if dry_run else "dropped"
    for stream, number in pruned.rows.items():
        say(f"{would} {counted(number, 'row')} of {stream}")
    say(f"{would} {counted(pruned.files, 'file')} of killed runs")
    if dry_run:
        say(f"Next: syncworker staging prune {portal}")
    else:
        say(f"Next: syncworker staging stats {portal}")
