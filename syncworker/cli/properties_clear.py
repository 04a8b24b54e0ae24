"""`syncworker properties clear`: take back what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import complain, counted, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncworker.engine.clear import Found
    from syncworker.engine.engine import Engine
    from syncworker.engine.memory import Run
    from syncworker.mapping.portal import PortalMapping


@click.command()
@options.portal
@options.output("text", "json")
@click.option("--property", "names", multiple=True, help="Only this property; may be repeated.")
@click.option(
    "--archive",
    is_flag=True,
    help="Archive the properties that syncworker created, once they are empty. For good: HubSpot "
    "keeps an archived name taken.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be emptied, and what stays.")
@click.option("--yes", is_flag=True, show_envvar=True, help="Do not ask for the portal's name.")
def clear(
    portal: str, *, names: tuple[str, ...], format_: str, archive: bool, dry_run: bool, yes: bool
) -> int:
    """Empty every value that syncworker wrote and HubSpot still holds, to leave without a trace.

    What a person or another app has changed since stays, and so do stages and records. Asks for
    the portal's name before anything is sent.

    \b
    Examples:
      syncworker properties clear acme --dry-run
      syncworker properties clear acme --property saas_old_name --archive
    """
    from syncworker import bootstrap
    from syncworker.cli import show_clear, show_run
    from syncworker.cli.asking import typed
    from syncworker.engine import clear as clearing
    from syncworker.engine.mappings import checked

    engine = bootstrap.engine(settings.load())
    mapping = checked(portal, engine.mapping_text(portal))
    hubspot = engine.connect(portal, mapping, "interactive")
    engine.definitions.forget(portal)
    found = clearing.find(engine, portal, mapping, hubspot, names)
    going = clearing.archivable(engine, portal, hubspot, found, names) if archive else {}
    told: dict[str, Any] = {"portal": portal, "objects": show_clear.document(found, going)}
    told |= {"run": None, "sent": False}
    text = format_ == "text"
    if text:
        _say_all(show_clear.lines(found, going))
    values = counted(sum(found.cleared.values()), "value")
    if dry_run or not (found.plans or going):
        would = (
            f"Would clear {values}; nothing was sent. Next: {_line(portal, names, archive=archive)}"
        )
        nothing = f"Nothing to clear. Next: syncworker links {portal}"
        if text:
            say(would if found.plans or going else nothing)
        else:
            say_json(told)
        return exits.OK
    if not typed(f"This empties {values} in HubSpot.", portal, yes=yes):
        complain("nothing was cleared")
        return exits.FAILED
    code = exits.OK
    if found.plans:
        run = _emptied(engine, portal, found)
        code = exits.of_run(run)
        told |= {"run": show_run.as_document(engine, run, with_plan=False), "sent": True}
        if text:
            _say_all(show_run.report(engine, run))
    if going and code == exits.OK:
        clearing.archive(engine, portal, hubspot, going)
        told |= {"archived": going}
    if not text:
        say_json(told)
    elif code == exits.OK:
        _say_next(portal, mapping, found, sum(map(len, going.values())))
    return code


def _line(portal: str, names: Iterable[str], *, archive: bool) -> str:
    """The command that does what was shown, and no more: with the properties that were named."""
    named = "".join(f" --property {name}" for name in names)
    return f"syncworker properties clear {portal}{named}{' --archive' if archive else ''}"


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _emptied(engine: Engine, portal: str, found: Found) -> Run:
    """The run that empties the values."""
    from syncworker.cli import progress, ready
    from syncworker.engine import ready_plan

    ready.make_way(engine, portal, "apply")
    asked = {"clear": True}
    with ready.way_out(engine, portal) as opened:
        run = ready_plan.start(engine, portal, found.plans, kind="apply", options=asked)
        opened.append(run)
        return progress.work_off(engine, run)


def _say_next(portal: str, mapping: PortalMapping, found: Found, archived: int) -> None:
    if archived:
        say(f"Archived {counted(archived, 'property', 'properties')}.")
    written = {name for config in mapping.objects.values() for name in config.properties}
    again = sorted(written & {name for _, name in found.cleared})
    if again:
        say(f"While mappings/{portal}.yaml maps them, the next sync fills {', '.join(again)} again")
        say(f"Next: take them out of the mapping, then syncworker validate {portal}")
    else:
        say(f"Next: syncworker plan {portal}")
