"""`syncworker pause`: let nothing start for a portal by itself, and send it nothing."""

from __future__ import annotations

from datetime import timedelta

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import say, say_json
from syncworker.cli.spans import Span


@click.command()
@options.portal
@click.option("--why", default="", help="The reason, which status and a refused sync tell.")
@click.option("--for", "lasting", type=Span(), help="Until then only: 90s, 30m, 2h or 3d from now.")
@options.output("text", "json")
def command(portal: str, *, why: str, lasting: timedelta | None, format_: str) -> int:
    """Pause a portal: no scheduled or webhook run starts, and a sync is refused.

    What webhooks send is stored. A run at work goes on to its end. `plan` and `rollback` work.

    \b
    Examples:
      syncworker pause acme --why "their CRM is being cleaned up"
      syncworker pause acme --for 2h
    """
    from syncworker import bootstrap
    from syncworker.cli import show_status
    from syncworker.engine import pausing

    engine = bootstrap.engine(settings.load())
    made = pausing.pause(engine, portal, why=why, lasting=lasting)
    run = engine.runs.running(portal)
    if format_ == "json":
        at_work = None if run is None else run.id
        say_json({"portal": portal, "paused": show_status.paused(made), "at_work": at_work})
        return exits.OK
    say(f"{portal} {pausing.told(made)}")
    if run is not None:
        say(f"  run {run.id} is at work and goes on to its end")
    say(f"Next: syncworker resume {portal}")
    return exits.OK
