"""`syncworker resume`: end a portal's pause."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import say, say_json


@click.command()
@options.portal
@options.output("text", "json")
def command(portal: str, *, format_: str) -> int:
    """End a portal's pause: its schedule goes on, and what it missed is made up by one run.

    \b
    Examples:
      syncworker resume acme
      syncworker resume acme && syncworker status acme
    """
    from syncworker import bootstrap
    from syncworker.cli import show_status
    from syncworker.engine import pausing

    engine = bootstrap.engine(settings.load())
    before = pausing.resume(engine, portal)
    if format_ == "json":
        say_json({"portal": portal, "paused": None, "before": show_status.paused(before)})
        return exits.OK
    if before is None:
        say(f"{portal} is not paused.")
    else:
        say(f"{portal} goes on; it was paused since {before.at:%Y-%m-%d %H:%M} UTC.")
    say(f"Next: syncworker status {portal}")
    return exits.OK
