"""`syncworker apply`: send exactly the plan that was made."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncworker import settings as settings_module
from syncworker.cli import ended, exits, options
from syncworker.cli.console import counted, say, say_json

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine
    from syncworker.engine.memory import Run
    from syncworker.engine.proposal import Proposal


@click.command()
@click.argument("plan", metavar="PLAN|PORTAL")
@options.output("text", "json")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.option("--force", is_flag=True, help="Let this plan through the guard.")
@options.max_changes
@click.option(
    "--canary",
    type=click.IntRange(min=1),
    metavar="N",
    show_envvar=True,
    help="Send N records first, read them back, and send the rest only where HubSpot holds what "
    "was planned.",
)
@click.option("--enqueue", is_flag=True, help="Let workers send it (`syncworker worker`).")
@click.option("--wait", is_flag=True, help="With --enqueue: follow the run to its end.")
def command(  # noqa: PLR0913 - one argument for each thing a person can ask for
    plan: str,
    *,
    format_: str,
    yes: bool,
    force: bool,
    max_changes: int | None,
    canary: int | None,
    enqueue: bool,
    wait: bool,
) -> int:
    """Send exactly the plan of a file, or of a portal planned anew. Nothing is recomputed.

    A file is what `syncworker plan --out` saved. It is refused where it was edited, where the
    mapping has changed, and where one of its records is no longer as it was. The guard looks at it
    too. Cut short, the same command goes on where it was.

    Exits with 0, 3 where some records did not get through, 4 where the plan is refused, 5 where
    another run holds the portal, 6 where the portal's daily requests are used up, 64 where there
    is no terminal to ask on and no --yes, and 1 where it could not be done.

    \b
    Examples:
      syncworker apply plan.json
      syncworker apply acme --yes --canary 5 --max-changes 500
    """
    from syncworker import bootstrap
    from syncworker.cli import asking, broker, progress
    from syncworker.engine import plan_file

    if wait and not enqueue:
        raise click.UsageError("--wait goes with --enqueue")
    asking.require_answer(yes=yes, what="apply sends to HubSpot")
    settings = settings_module.load()
    engine = bootstrap.engine(settings)
    if enqueue:
        broker.require(settings)
    saved = plan_file.read(Path(plan)) if plan_file.names_file(plan) else None
    portal = saved.plan.portal if saved else plan
    meant = {"plan": saved.header.digest} if saved else {"target": plan}
    run = progress.resumed(engine, portal, "apply", meant)
    if run is not None and enqueue:
        engine.runs.hand_over(run.id)
    if run is None:
        made = saved or _planned(engine, portal, format_)
        if isinstance(made, int):
            return made
        how = {"force": force, "canary": canary or 0, "mode": "queue" if enqueue else "inline"}
        begun = _begun(engine, plan, made, format_, yes=yes, max_changes=max_changes, how=how)
        if isinstance(begun, int):
            return begun
        run = begun
    return _told(engine, _carried_out(engine, run, enqueue=enqueue, wait=wait), format_)


def _planned(engine: Engine, portal: str, format_: str) -> Proposal | int:
    """The portal planned anew and shown; the exit code where there is no plan."""
    from syncworker.cli.progress import carry_out
    from syncworker.cli.show_run import left_alone
    from syncworker.engine.proposal import of_run

    position = engine.ledger.position(portal)
    run = carry_out(engine, portal, as_of=None, kind="plan", force=False)
    if "plan" not in run.summary:
        return _told(engine, run, format_)
    if format_ == "text":
        for line in left_alone(run):
            say(line)
    return of_run(engine, run, position=position)


def _begun(
    engine: Engine,
    target: str,
    proposal: Proposal,
    format_: str,
    *,
    yes: bool,
    max_changes: int | None,
    how: dict[str, Any],
) -> Run | int:
    """The run that applies the plan, judged, shown and agreed to; else the exit code."""
    from syncworker.cli import asking, show_plan
    from syncworker.engine import apply
    from syncworker.engine.plan_cost import cost

    plan = proposal.plan
    apply.verify(engine, proposal)
    if format_ == "text":
        takes = cost(engine, plan.portal, engine.mapping_text(plan.portal), proposal.records())
        for line in show_plan.text(proposal, takes):
            say(line)
    apply.judge(engine, proposal, force=how["force"], max_changes=max_changes)
    number = counted(proposal.changing, "record")
    if proposal.changing and asking.agreed(f"Send {number} to {plan.portal}?", yes=yes):
        return apply.start(engine, proposal, target=target, **how)
    code = exits.FAILED if proposal.changing else exits.OK  # no was said, or nothing is to be sent
    if format_ == "json":
        say_json(
            {"portal": plan.portal, "status": "nothing sent", "digest": proposal.header.digest}
        )
        return code
    say("Nothing was sent." if proposal.changing else "Nothing to send.")
    again = f"syncworker apply {shlex.quote(target)}"
    say(f"Next: {again if proposal.changing else 'syncworker plan ' + plan.portal}")
    return code


def _carried_out(engine: Engine, run: Run, *, enqueue: bool, wait: bool) -> Run:
    from syncworker.cli import progress

    if not enqueue:
        return progress.worked_on(engine, run)
    from syncworker.cli.enqueue import enqueue as send

    send(engine, run)
    return progress.follow(engine, run) if wait else engine.runs.get(run.id)


def _told(engine: Engine, run: Run, format_: str) -> int:
    more = []
    if run.status in {"done", "rejects"} and run.options.get("canary"):
        more.append(f"  the first {counted(run.options['canary'], 'record')} held what was planned")
    if run.status == "done":
        more.append(f"Next: syncworker runs show {run.id}")
    return ended.told(engine, run, format_, more)
