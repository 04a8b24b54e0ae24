"""`syncworker doctor`: is everything there that a sync needs?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from syncworker import settings as settings_module
from syncworker.cli import exits, options
from syncworker.cli.console import say, say_json

if TYPE_CHECKING:
    from syncworker.cli.show_doctor import Area
    from syncworker.engine.doctor import Finding
    from syncworker.engine.engine import Engine
    from syncworker.settings import Settings

_PATIENCE = 5.0  # seconds: a person waits for the answer


@click.command()
@click.argument("portal", required=False)
@options.output("text", "json")
def command(portal: str | None, *, format_: str) -> int:
    """Check packages, settings, disk, database, broker, workers, and each portal with its sources.

    Of a portal: the mapping, the sources, the token and its scopes, the day's requests, the
    properties, the clock. Nothing is written to HubSpot. Exits with 1 when something FAILs.

    \b
    Examples:
      syncworker doctor
      syncworker doctor acme --format json
    """
    from syncworker.cli import show_doctor

    areas: list[Area] = []
    for area, found in _areas(portal):
        findings = list(found)
        areas.append((area, findings))
        if format_ == "text":
            for line in show_doctor.lines(area, findings):
                say(line)
    if format_ == "json":
        say_json(show_doctor.document(areas))
    else:
        portals = [area.removeprefix("portal ") for area, _ in areas[1:]]
        for line in show_doctor.summary(areas, portals):
            say(line)
    failed = any(one.state == "fail" for _, findings in areas for one in findings)
    return exits.FAILED if failed else exits.OK


def _areas(asked: str | None) -> Iterator[tuple[str, list[Finding]]]:
    """This machine, then the portals; what cannot be looked at is left out."""
    from syncworker.cli import doctor_machine, show_doctor
    from syncworker.engine import doctor, doctor_portal

    found = doctor.run("python", doctor_machine.python)
    loaded: list[Settings] = []
    found += doctor.run("settings", lambda: _settings(loaded))
    opened: list[Engine] = []
    if loaded:
        found += _machine(loaded[0], opened)
    if not opened:
        found.append(doctor.Finding("warn", "portals", "not looked at until the rest is mended"))
    yield show_doctor.HERE, found
    for engine in opened:
        for name in [asked] if asked else engine.portals():
            yield f"portal {name}", list(doctor_portal.findings(engine, name))


def _settings(loaded: list[Settings]) -> Iterator[Finding]:
    from syncworker.cli import doctor_machine
    from syncworker.engine.sampling import ROWS

    settings = settings_module.load()
    patience = min(settings.patience_seconds, _PATIENCE)
    loaded.append(settings.model_copy(update={"page_rows": ROWS, "patience_seconds": patience}))
    yield from doctor_machine.configuration(settings)


def _workers(engine: Engine) -> Iterator[Finding]:
    from syncworker.engine import doctor_state

    return doctor_state.workers(engine.heartbeats.all(), engine.clock())


def _machine(settings: Settings, opened: list[Engine]) -> list[Finding]:
    """Everything about this machine; `opened` holds the engine where there can be one."""
    from syncworker import bootstrap
    from syncworker.cli import doctor_machine
    from syncworker.engine import doctor, doctor_state

    found = doctor.run("home", lambda: doctor_machine.home(settings))
    found += doctor.run("disk", lambda: doctor_machine.disks(settings))

    def state() -> Iterator[Finding]:
        told = bootstrap.database_state(settings)
        about = list(doctor_state.database(told, bootstrap.clock()))
        yield from about
        if all(one.state != "fail" for one in about):
            opened.append(bootstrap.engine(settings))

    found += doctor.run("database", state)
    for engine in opened:
        found += doctor.run(
            "staging",
            partial(doctor_state.staging, engine.staging, settings.staging),
        )
        found += doctor.run("workers", partial(_workers, engine))
    found += doctor.run("broker", lambda: doctor_machine.queue(settings))
    return found
