"""`syncworker properties`: the HubSpot properties a mapping needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import counted, say, say_json
from syncworker.cli.properties_clear import clear

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine
    from syncworker.engine.ports import Portal
    from syncworker.engine.properties import Compared


@click.group()
def command() -> None:
    """Compare the HubSpot properties a mapping needs, create them, and clear what was written."""


command.add_command(clear)


@command.command("list")
@options.portal
@options.output("text", "json")
def list_(portal: str, *, format_: str) -> int:
    """Show every property the mapping writes: whether it is there, its type, group and label.

    \b
    Examples:
      syncworker properties list acme
      syncworker properties list acme --format json
    """
    from syncworker.cli import show_properties

    _, _, compared = _compared(portal)
    if format_ == "json":
        say_json(show_properties.list_document(portal, compared))
        return exits.OK
    for line in show_properties.list_lines(compared):
        say(line)
    lacking = sum(len(one.missing) for one in compared)
    wrong = sum(len(one.conflicts) for one in compared)
    say(f"{lacking} to create, {counted(wrong, 'conflict')}.")
    say(f"Next: syncworker properties diff {portal}" if wrong else _next(portal, lacking, wrong))
    return exits.OK


@command.command()
@options.portal
@options.output("text", "json")
def diff(portal: str, *, format_: str) -> int:
    """Show what the portal lacks and what does not fit. Changes nothing.

    Exits with 0 where nothing is wrong (missing properties can be created), with 1 where a person
    has to mend something first.

    \b
    Examples:
      syncworker properties diff acme
      syncworker properties diff acme --format json
    """
    from syncworker.cli import show_properties
    from syncworker.engine import properties

    _, hubspot, compared = _compared(portal)
    found = {one.object: properties.obstacles(hubspot, one) for one in compared}
    lacking = sum(len(one.missing) for one in compared)
    wrong = sum(len(one.conflicts) + found[one.object].too_many for one in compared)
    if format_ == "json":
        say_json(show_properties.diff_document(portal, compared, found, fits=not wrong))
    else:
        for one in compared:
            for line in show_properties.diff_lines(portal, one, found[one.object]):
                say(line)
        say(_next(portal, lacking, wrong))
    return exits.FAILED if wrong else exits.OK


@command.command()
@options.portal
@options.output("text", "json")
def create(portal: str, *, format_: str) -> None:
    """Create the mapped properties the portal lacks, with type, options, label and description.

    Everything is checked before anything is sent. Properties that are there already are left as
    they are. `syncworker properties diff` shows what would be created.

    \b
    Examples:
      syncworker properties create acme
      SYNCWORKER_MAPPINGS=staging syncworker properties create acme
    """
    from syncworker.cli import show_properties
    from syncworker.engine import properties

    engine, hubspot, compared = _compared(portal)
    properties.require_no_conflicts(portal, compared)
    found = {one.object: properties.obstacles(hubspot, one) for one in compared}
    properties.require_room(portal, found)
    for one in compared:
        properties.create(engine, portal, hubspot, one)
        names = [p.name for p in one.missing]
        if format_ == "json":
            continue
        if names:
            say(f"{one.object}: created {len(names)}: {', '.join(names)}")
        else:
            say(f"{one.object}: nothing was missing")
        for line in show_properties.left_out_lines(one):
            say(line)
    if format_ == "json":
        created = {one.object: [p.name for p in one.missing] for one in compared}
        left_out = {one.object: one.left_out for one in compared}
        say_json({"portal": portal, "created": created, "left_out": left_out})
    else:
        say(_next(portal, 0, 0))


def _compared(portal: str) -> tuple[Engine, Portal, list[Compared]]:
    """The portal as it is now, not as it is remembered, against its mapping."""
    from syncworker import bootstrap
    from syncworker.engine import properties
    from syncworker.engine.mappings import checked

    engine = bootstrap.engine(settings.load())
    mapping = checked(portal, engine.mapping_text(portal))
    hubspot = engine.connect(portal, mapping, "interactive")
    engine.definitions.forget(portal)
    return engine, hubspot, properties.compare(engine, portal, mapping, hubspot)


def _next(portal: str, lacking: int, wrong: int) -> str:
    if wrong:
        return f"Next: mend what does not fit, then syncworker properties diff {portal}"
    return f"Next: syncworker {'properties create' if lacking else 'plan'} {portal}"
