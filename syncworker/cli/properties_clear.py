"""`syncworker properties clear`: take back what was written."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import complain, counted, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncworker.engine.clear import Found


@click.command()
@options.portal
@click.option("--property", "names", multiple=True, help="Only this property; may be repeated.")
@click.option(
    "--archive",
    is_flag=True,
    help="Archive the properties that syncworker created, once they are empty. For good: HubSpot "
    "keeps an archived name taken.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be emptied, and what stays.")
@click.option("--yes", is_flag=True, show_envvar=True, help="Do not ask for the portal's name.")
def clear(portal: str, names: tuple[str, ...], *, archive: bool, dry_run: bool, yes: bool) -> int:
    """Empty every value that syncworker wrote and HubSpot still holds, to leave without a trace.

    What a person or another app has changed since stays, and so do stages and records. Asks for
    the portal's name before anything is sent.

    \b
    Examples:
      syncworker properties clear acme --dry-run
      syncworker properties clear acme --property saas_old_name --archive
    """
    from syncworker import bootstrap
    from syncworker.cli import show_run
    from syncworker.cli.asking import typed
    from syncworker.engine import clear as clearing
    from syncworker.engine import inline, ready_plan
    from syncworker.engine.mappings import checked

    engine = bootstrap.engine(settings.load())
    mapping = checked(portal, engine.mapping_text(portal))
    hubspot = engine.connect(portal, mapping, "interactive")
    engine.definitions.forget(portal)
    found = clearing.find(engine, portal, mapping, hubspot, names)
    going = clearing.archivable(engine, portal, hubspot, found, names) if archive else {}
    for line in _lines(found, going):
        say(line)
    if not found.plans and not going:
        say(f"Nothing to clear. Next: syncworker links {portal}")
        return exits.OK
    values = counted(sum(found.cleared.values()), "value")
    if dry_run:
        say(f"Would clear {values}; nothing was sent. Next: syncworker properties clear {portal}")
        return exits.OK
    if not typed(f"This empties {values} in HubSpot.", portal, yes=yes):
        complain("nothing was cleared")
        return exits.FAILED
    if found.plans:
        asked = {"clear": True}
        run = ready_plan.start(engine, portal, found.plans, kind="apply", options=asked)
        run = inline.carry_out(engine, run, f"{socket.gethostname()}:{os.getpid()}")
        for line in show_run.report(engine, run):
            say(line)
        if exits.of_run(run):
            return exits.of_run(run)
    if going:
        clearing.archive(engine, portal, hubspot, going)
        say(f"Archived {sum(map(len, going.values()))} properties.")
    mapped = {name for config in mapping.objects.values() for name in config.properties} & {
        name for _, name in found.cleared
    }
    if mapped:
        say(
            f"The next sync fills {', '.join(sorted(mapped))} again while mappings/{portal}.yaml "
            "maps them."
        )
        say(f"Next: take them out of the mapping, then syncworker validate {portal}")
    else:
        say(f"Next: syncworker plan {portal}")
    return exits.OK


def _lines(found: Found, going: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What is emptied and what stays, by object and property."""
    for object_name in sorted({*found.written, *found.unmapped}):
        yield object_name
        for name in sorted(found.written.get(object_name, ())):
            parts = []
            if found.cleared[object_name, name]:
                parts.append(f"{counted(found.cleared[object_name, name], 'value')} to clear")
            if found.stays[object_name, name]:
                changed = counted(found.stays[object_name, name], "value")
                parts.append(f"{changed} changed since by a person or another app: stays")
            if name in going.get(object_name, ()):
                parts.append("then archived for good")
            if parts:
                yield f"  {name}  {', '.join(parts)}"
        for number, what in (
            (found.stages[object_name], "whose stage syncworker moved: the stage stays"),
            (found.created[object_name], "that syncworker created: stays in HubSpot"),
            (found.gone[object_name], "that HubSpot no longer has"),
            (found.unmapped[object_name], "of an object that is not mapped: left alone"),
        ):
            if number:
                yield f"  {counted(number, 'record')} {what}"
