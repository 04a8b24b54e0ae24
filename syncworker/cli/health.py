"""`syncworker health`: for probes; imports nothing that computes, so that it answers at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from syncworker import settings as settings_module
from syncworker.cli import exits, options
from syncworker.cli.console import columns, say, say_json
from syncworker.cli.spans import Span, shown
from syncworker.engine.heartbeats import ALIVE, living
from syncworker.errors import StoreError

if TYPE_CHECKING:
    from syncworker.engine.heartbeats import HeartKind
    from syncworker.settings import Settings

_HELP: dict[HeartKind, str] = {
    "worker": "syncworker worker",
    "beat": "syncworker worker (or celery -A tasks beat beside your workers)",
    "webhook": "syncworker webhook",
    "tick": "ticks are sent and not worked on: are all workers busy for long, or gone?",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what to do where it is not well."""

    name: str
    ok: bool
    message: str
    help: str = ""


@click.command()
@click.option(
    "--max-age",
    type=Span(),
    default=shown(ALIVE).replace(" ", ""),
    show_default=True,
    show_envvar=True,
    help="How old a sign of life may be: 90s, 2m or 1h. More than SYNCWORKER_TICK_SECONDS.",
)
@click.option("--worker", "own_worker", is_flag=True, help="Only: does this machine's worker live?")
@click.option("--beat", "own_beat", is_flag=True, help="Only: does this machine's beat live?")
@options.output("text", "json")
def command(max_age: timedelta, *, own_worker: bool, own_beat: bool, format_: str) -> int:
    """Tell whether syncworker is well: database, broker, workers, beat and ticks.

    A webhook receiver too, where one ran within the last day and was not stopped by anybody.
    Exits with 0 when all is well and with 1 when something is not. HubSpot and the sources are not
    asked: `status` and `sources check` look at them.

    \b
    Examples:
      syncworker health
      syncworker health --worker --max-age 1m
    """
    settings = settings_module.load()
    kinds: list[HeartKind] = ["worker"] if own_worker else []
    kinds += ["beat"] if own_beat else []
    checks = list(_own(settings, kinds, max_age) if kinds else _all(settings, max_age))
    well = all(check.ok for check in checks)
    if format_ == "json":
        say_json({"ok": well, "checks": [asdict(check) for check in checks]})
        return exits.OK if well else exits.FAILED
    for line in columns([("ok" if c.ok else "FAIL", c.name, c.message) for c in checks], indent=""):
        say(line)
    first = next((check for check in checks if not check.ok), None)
    say(f"Next: {first.help if first else 'syncworker status'}")
    return exits.OK if well else exits.FAILED


def _all(settings: Settings, max_age: timedelta) -> Iterator[Check]:
    from syncworker.cli import broker

    database = _database(settings)
    yield database
    answers = broker.answers(settings)
    where = "SYNCWORKER_REDIS_URL" if settings.redis_url is not None else str(settings.socket)
    told = f"answers at {where}" if answers else f"nothing answers at {where}"
    yield Check("broker", ok=answers, message=told, help="" if answers else _HELP["worker"])
    if database.ok:
        yield from _signs(settings, ["worker", "beat", "tick"], max_age, machine="")


def _own(settings: Settings, kinds: list[HeartKind], max_age: timedelta) -> Iterator[Check]:
    """Of this machine only; the database is told of where it is not well."""
    import socket

    database = _database(settings)
    if database.ok:
        yield from _signs(settings, kinds, max_age, machine=f"@{socket.gethostname()}")
    else:
        yield database


def _database(settings: Settings) -> Check:
    from syncworker import probe

    try:
        return Check("database", ok=True, message=f"schema {probe.schema_version(settings)}")
    except StoreError as error:
        return Check("database", ok=False, message=error.message, help=error.help)


def _signs(
    settings: Settings, kinds: list[HeartKind], max_age: timedelta, *, machine: str
) -> Iterator[Check]:
    """The newest sign of life of each kind, from machines whose name ends so."""
    from syncworker import probe

    with probe.heartbeats(settings) as store:
        beats, now = store.all(), probe.clock()
    if not machine and any(beat.kind == "webhook" for beat in beats):
        kinds = [*kinds, "webhook"]
    for kind in kinds:
        mine = [b for b in beats if b.kind == kind and b.name.endswith(machine)]
        told = f"last sign of life {shown(now - mine[0].at)} ago" if mine else "no sign of life"
        alive = len(living(mine, now, max_age))
        if alive > 1:
            told = f"{alive} live, {told}"
        limit = "" if alive else f" (limit {shown(max_age)})"
        yield Check(kind, ok=bool(alive), message=told + limit, help="" if alive else _HELP[kind])
