"""`syncworker status`: how every portal stands, and what to do first."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import say, say_json


@click.command()
@click.argument("portal", required=False)
@options.output("text", "json")
@click.option("--check", is_flag=True, help="Exit with 1 where something needs a person.")
def command(portal: str | None, *, format_: str, check: bool) -> int:
    """Show of every portal its last run, freshness, dead letters, HubSpot requests and next slot.

    Neither HubSpot nor a source is asked. Of one portal, its streams and schedule are shown too.

    \b
    Examples:
      syncworker status
      syncworker status acme --format json
    """
    from syncworker import bootstrap
    from syncworker.cli import show_status
    from syncworker.engine import pausing, standing

    engine = bootstrap.engine(settings.load())
    if portal is not None:
        pausing.known(engine, portal)
    portals = engine.portals() if portal is None else [portal]
    found = [standing.standing(engine, name) for name in portals]
    now, alive = engine.clock(), standing.alive(engine)
    asleep = not alive["worker"] and any(one.slots for one in found)
    wrong = asleep or any(one.todo for one in found)
    code = exits.FAILED if check and wrong else exits.OK
    if format_ == "json":
        say_json(show_status.document(found, now, alive))
        return code
    if not found:
        say("There is no portal yet. Next: syncworker demo")
        return code
    for line in show_status.table(found, now):
        say(line)
    if portal is not None:
        for line in show_status.details(found[0], now):
            say(line)
    say(show_status.workers_line(alive, scheduled=any(one.slots for one in found)))
    todos = ["syncworker worker"] if asleep else [show_status.first(one) for one in found]
    say(f"Next: {next(filter(None, todos), 'syncworker runs list')}")
    return code
