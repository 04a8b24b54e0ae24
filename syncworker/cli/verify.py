"""`syncworker verify`: whether HubSpot holds what the ledger says."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import say, say_json


@click.command()
@options.portal
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    show_envvar=True,
    help="Look at N records of each object only, evenly spread and the same each time.",
)
@click.option("--object", "object_name", help="Only one object, for example companies.")
@click.option("--repair", is_flag=True, help="Send the ledger's values again where they differ.")
@click.option("--adopt", is_flag=True, help="Take HubSpot's values into the ledger instead.")
@click.option("--yes", is_flag=True, show_envvar=True, help="With --repair: send without asking.")
@click.option("--force", is_flag=True, help="With --repair: let it through the guard.")
@options.output("text", "json")
def command(  # noqa: PLR0913 - one keyword for each option
    portal: str,
    *,
    sample: int | None,
    object_name: str | None,
    repair: bool,
    adopt: bool,
    yes: bool,
    force: bool,
    format_: str,
) -> int:
    """Read the linked records from HubSpot and sort every difference from the ledger by its cause.

    A write that never arrived, a person's edit (with when), another app's, a rejection, a deleted
    or merged record, an archived property. Exits with 0 when all agree and 3 when something
    differs, with --repair where nothing of it can be sent again. --adopt also rebuilds a lost state
    database: it links the records and takes their values, after which a plan shows what really
    changes.

    \b
    Examples:
      syncworker verify acme --sample 500
      syncworker verify acme --repair
    """
    from syncworker import bootstrap
    from syncworker.cli import mend, ready, show_verify
    from syncworker.engine import verify

    if repair and adopt:
        raise click.UsageError("--repair and --adopt exclude each other")
    if (yes or force) and not repair:
        raise click.UsageError("--yes and --force go with --repair")
    if adopt and (sample is not None or object_name is not None):
        raise click.UsageError("--adopt takes the whole portal: leave --sample and --object out")
    engine = bootstrap.engine(settings.load())
    scope = verify.scope_of(engine, portal, object_name=object_name, sample=sample)
    if repair:
        return mend.repair(engine, portal, scope, yes=yes, force=force, format_=format_)
    if adopt:
        return mend.adopt(engine, portal, scope, format_=format_)
    ready.make_way(engine, portal, "verify")
    run, found = verify.verify(engine, portal, scope, on_stretch=ready.progress_lines())
    if format_ == "json":
        say_json({"run_id": run.id, **show_verify.as_document(portal, found)})
    else:
        for line in (*show_verify.lines(portal, found), show_verify.next_line(portal, found)):
            say(line)
    return exits.DEAD_LETTERS if found.total else exits.OK
