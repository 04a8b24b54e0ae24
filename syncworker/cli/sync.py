"""`syncworker sync`: bring a portal up to date."""

from __future__ import annotations

from datetime import datetime

import click

from syncworker import settings as settings_module
from syncworker.cli import ended, options


@click.command()
@options.portal
@options.as_of
@options.output("text", "json")
@click.option("--enqueue", is_flag=True, help="Let workers do it (`syncworker worker`).")
@click.option("--wait", is_flag=True, help="With --enqueue: follow the run to its end.")
@click.option("--force", is_flag=True, help="Let this run through the guard.")
@options.max_changes
def command(
    portal: str,
    *,
    as_of: datetime | None,
    format_: str,
    enqueue: bool,
    wait: bool,
    force: bool,
    max_changes: int | None,
) -> int:
    """Read the sources, compute, plan, ask the guard, and send only what changed.

    Exits with 0 when all is well, 3 when some records or rows did not get through, 4 when the
    guard or --max-changes refused, 5 when another run holds the portal, 6 when the portal's daily
    requests are used up and the run waits for its next day, 1 when it could not be done.

    \b
    Examples:
      syncworker sync acme
      syncworker sync acme --enqueue --wait
    """
    from syncworker import bootstrap
    from syncworker.cli import broker, progress
    from syncworker.engine import sync

    if wait and not enqueue:
        raise click.UsageError("--wait goes with --enqueue")
    settings = settings_module.load()
    engine = bootstrap.engine(settings)
    asked = {} if max_changes is None else {"max_changes": max_changes}
    if enqueue:
        from syncworker.cli.enqueue import enqueue as send

        broker.require(settings)
        run = sync.start(engine, portal, as_of=as_of, mode="queue", force=force, options=asked)
        send(engine, run)
        if wait:
            run = progress.follow(engine, run)
    else:
        run = progress.carry_out(
            engine, portal, as_of=as_of, kind="sync", force=force, options=asked
        )
    return ended.told(engine, run, format_)
