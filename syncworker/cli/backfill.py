"""`syncworker backfill`: read a stretch of the past again, and send what that changes today."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from syncworker import settings as settings_module
from syncworker.cli import ended, exits, options
from syncworker.cli.console import say, say_json, tell
from syncworker.cli.select import select as select_option

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine
    from syncworker.engine.memory import Run


def _duration(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,4}[smhd]", value):
        raise click.BadParameter(f"{value!r} is no duration; write 7d, 12h or 30m")
    return value


def _names(_ctx: click.Context, _param: click.Parameter, value: str | None) -> list[str]:
    return [name.strip() for name in (value or "").split(",") if name.strip()]


@click.command()
@options.portal
@click.option(
    "--from",
    "start",
    type=options.Moment(),
    required=True,
    help="Read rows again from this time on; UTC unless it has an offset.",
)
@click.option(
    "--to",
    "end",
    type=options.Moment(),
    help="Until this time, itself not included. Now by default.",
)
@click.option(
    "--chunk",
    default="7d",
    show_default=True,
    callback=_duration,
    help="How long a slice is that is read at a time: 7d, 12h, 30m.",
)
@click.option(
    "--metrics",
    callback=_names,
    help="Send only the properties of these metrics; separated by commas.",
)
@select_option
@click.option("--dry-run", is_flag=True, help="Say what it would take, and do nothing.")
@click.option("--force", is_flag=True, help="Let its plan through the guard.")
@click.option("--enqueue", is_flag=True, help="Let workers do it (`syncworker worker`).")
@click.option("--wait", is_flag=True, help="With --enqueue: follow the run to its end.")
@options.output("text", "json")
def command(  # noqa: PLR0913 - one keyword for each option
    portal: str,
    *,
    start: datetime,
    end: datetime | None,
    chunk: str,
    metrics: list[str],
    select: tuple[tuple[str, str], ...],
    dry_run: bool,
    force: bool,
    enqueue: bool,
    wait: bool,
    format_: str,
) -> int:
    """Read [from, to) of every source again, whatever the cursors say, and send what that changes.

    The daily snapshots after late rows are made anew, in order; then today's values are planned,
    guarded and sent, at the lowest priority. Past values are never written to HubSpot. Where
    another run holds the portal it waits for its turn, and it gives way to scheduled syncs. Cut
    short, it goes on where it was with the same command. Exits as sync does.

    \b
    Examples:
      syncworker backfill acme --from 2026-08-01 --to 2026-09-01 --dry-run
      syncworker backfill acme --from 2026-08-01 --metrics health_score,mrr --enqueue
    """
    from syncworker import bootstrap

    if wait and not enqueue:
        raise click.UsageError("--wait goes with --enqueue")
    settings = settings_module.load()
    engine = bootstrap.engine(settings)
    asked = _asked(
        engine, portal, start=start, end=end, chunk=chunk, metrics=metrics, select=select
    )
    if dry_run:
        return _forecast(engine, portal, asked, format_)
    if enqueue:
        run = _enqueued(engine, settings, portal, asked, force=force, wait=wait)
    else:
        run = _here(engine, portal, asked, force=force, until_now=end is None)
    more = [f"Next: syncworker runs show {run.id} --plan"] if run.status == "done" else []
    return ended.told(engine, run, format_, more)


def _asked(engine: Engine, portal: str, **wanted: Any) -> dict[str, Any]:
    """The options, checked; what is typed wrong is wrong usage."""
    from syncworker.cli import show_forecast
    from syncworker.engine import backfill
    from syncworker.errors import ConfigError

    try:
        asked = backfill.asked(engine, portal, **wanted)
    except ConfigError as error:
        if error.code != "BACKFILL_ASKED":
            raise
        raise click.UsageError(f"{error.message}: {error.help}") from None
    for line in show_forecast.not_kept_lines(engine, portal, asked):
        tell(line)
    return asked


def _forecast(engine: Engine, portal: str, asked: Mapping[str, Any], format_: str) -> int:
    from syncworker.cli import show_forecast
    from syncworker.engine.forecast import forecast

    expected = forecast(engine, portal, asked)
    if format_ == "json":
        say_json(show_forecast.as_document(expected))
    else:
        for line in show_forecast.lines(expected):
            say(line)
    return exits.OK


def _enqueued(
    engine: Engine,
    settings: settings_module.Settings,
    portal: str,
    asked: Mapping[str, Any],
    *,
    force: bool,
    wait: bool,
) -> Run:
    from syncworker.cli import broker, progress
    from syncworker.cli.enqueue import enqueue
    from syncworker.engine import backfill

    broker.require(settings)
    run = backfill.start(engine, portal, asked, mode="queue", force=force)
    enqueue(engine, run)
    return progress.follow(engine, run) if wait else run


def _here(
    engine: Engine, portal: str, asked: Mapping[str, Any], *, force: bool, until_now: bool
) -> Run:
    from syncworker.cli import progress
    from syncworker.engine import backfill

    run = _cut_short(engine, portal, asked, until_now=until_now)
    if run is None:
        run = backfill.start(engine, portal, asked, force=force)
    else:
        progress.tell_going_on(run)
    return progress.work_off(engine, run)


def _cut_short(
    engine: Engine, portal: str, asked: Mapping[str, Any], *, until_now: bool
) -> Run | None:
    """The same backfill, begun by a process that is gone; one that another works on is none."""
    held = engine.runs.running(portal)
    for run in [*([held] if held else []), *engine.turns.waiting(portal)]:
        same = {**asked, "to": run.options.get("to")} if until_now else asked
        at_work = engine.chunks.held(run.id, now=engine.clock())
        if run.kind == "backfill" and run.mode == "inline" and run.options == same and not at_work:
            return run
    return None
