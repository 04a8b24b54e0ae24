"""`syncworker plan`: what a sync would change, and the file that `apply` takes."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncworker import settings
from syncworker.cli import ended, exits, options
from syncworker.cli.console import say, say_json, tell
from syncworker.cli.select import select as select_option

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine
    from syncworker.engine.memory import Run
    from syncworker.engine.proposal import Proposal

_IN_HTML = 500  # records of an object
_LETTERS = 1_000


@click.command()
@options.portal
@options.as_of
@options.output("text", "json", "markdown", "html")
@select_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    show_envvar=True,
    metavar="FILE",
    help="Save the plan for `syncworker apply`. It holds personal data: only its owner may read "
    "it. A file that is there is replaced.",
)
@click.option("--full", is_flag=True, help="Show every record, not only the first.")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where something would change, with 0 where nothing would.",
)
def command(
    portal: str,
    *,
    as_of: datetime | None,
    format_: str,
    select: tuple[tuple[str, str], ...],
    out: Path | None,
    full: bool,
    detailed_exitcode: bool,
) -> int:
    """Read the sources, compute, and show old -> new with the reason. Sends nothing.

    The last lines say how many HubSpot requests it takes to send the plan, how long they last and
    their share of the day's. Exits with 0, with 4 where the guard would refuse the plan, and with
    1 where none could be made.

    \b
    Examples:
      syncworker plan acme --out plan.json
      syncworker plan acme --select account:northwind.example --format markdown
    """
    from syncworker import bootstrap
    from syncworker.cli.progress import carry_out
    from syncworker.engine import plan_file, private_file, selecting
    from syncworker.engine.mappings import checked
    from syncworker.engine.proposal import of_run

    engine = bootstrap.engine(settings.load())
    if format_ == "html":
        _require_report()
    if out is not None:
        private_file.require_place(out)
    mapping = checked(portal, engine.mapping_text(portal))
    picked = selecting.picked(portal, mapping, select)
    position = engine.ledger.position(portal)
    run = carry_out(engine, portal, as_of=as_of, kind="plan", force=False)
    if "plan" not in run.summary:
        return ended.told(engine, run, format_)
    selection = selecting.with_accounts(engine, run, picked) if picked else None
    typed = [f"{kind}:{name}" for kind, name in select]
    proposal = of_run(engine, run, position=position, selection=selection, select=typed)
    refusal = _refusal(run, proposal)
    if out is not None:
        replaced = out.exists()
        plan_file.write(out, proposal)
        tell(f"{'replaced' if replaced else 'saved'} {out}: it holds personal data")
    _show(engine, run, proposal, format_=format_, full=full, refusal=refusal, out=out)
    if refusal:
        return exits.REFUSED
    return exits.CHANGES if detailed_exitcode and proposal.changing else exits.OK


def _require_report() -> None:
    from syncworker.errors import ConfigError

    try:
        import jinja2  # noqa: F401 - only whether it is there
    except ModuleNotFoundError:
        raise ConfigError(
            "the package that makes HTML is not installed",
            help="pip install 'syncworker[report]'",
            code="EXTRA_MISSING",
        ) from None


def _refusal(run: Run, proposal: Proposal) -> str:
    """Why the guard refuses what is left of the plan; nothing where it does not."""
    from syncworker.engine.mappings import checked
    from syncworker.planning import guard

    settings_ = checked(run.portal, run.mapping).guard
    return "; ".join(one.message for one in guard.check(proposal.header.tallies, settings_))


def _show(
    engine: Engine,
    run: Run,
    proposal: Proposal,
    *,
    format_: str,
    full: bool,
    refusal: str,
    out: Path | None,
) -> None:
    from syncworker.cli import show_plan, show_run
    from syncworker.engine.plan_cost import cost

    takes = cost(engine, run.portal, run.mapping, proposal.records())
    if format_ == "json":
        say_json(show_plan.document(engine, run, proposal, takes) | {"refusal": refusal})
        return
    if format_ == "markdown":
        from syncworker.cli.show_plan_markdown import markdown

        say(markdown(proposal, takes, run, refusal=refusal))
        return
    if format_ == "html":
        say(_page(run, proposal, show_plan.needs(takes), full=full, refusal=refusal))
        return
    limit = None if full else show_run.SHOWN
    for line in _text(engine, run, show_plan.text(proposal, takes, run, limit=limit)):
        say(line)
    for line in _ending(run, proposal, refusal, out):
        say(line)


def _page(run: Run, proposal: Proposal, needs: str, *, full: bool, refusal: str) -> str:
    from syncworker.cli import show_plan, show_run
    from syncworker.report.plan import page

    return page(
        proposal.plan,
        show_plan.shown(proposal, None if full else _IN_HTML),
        digest=proposal.header.short,
        needs=needs,
        notes=[*show_run.left_alone(run), *show_plan.left_out(proposal)],
        refusal=refusal,
    )


def _text(engine: Engine, run: Run, plan: Iterable[str]) -> Iterator[str]:
    from syncworker.cli import show_run

    yield from show_run.letter_lines(engine.letters.open(run.portal, run_id=run.id, most=_LETTERS))
    yield from plan


def _ending(run: Run, proposal: Proposal, refusal: str, out: Path | None) -> Iterator[str]:
    """What the guard says, where the plan is, and what to type next."""
    if refusal:
        yield f"Refused by the guard: {refusal}"
        yield f"  = help: {_HELP.format(portal=run.portal)}"
    elif run.status == "refused":
        yield "  the guard would refuse the whole plan, and lets this part of it through"
    if out is not None:
        yield f"Saved {out} (digest {proposal.header.short})."
        yield f"Next: syncworker apply {shlex.quote(str(out))}{' --force' if refusal else ''}"
    elif proposal.header.select:
        typed = shlex.join(part for one in proposal.header.select for part in ("--select", one))
        yield f"Next: syncworker plan {run.portal} {typed} --out plan.json"
    elif refusal:
        yield f"Next: syncworker runs show {run.id}"
    else:
        yield f"Next: syncworker sync {run.portal}"


_HELP = (
    "often a broken source: look at `syncworker plan {portal}`; if the change is meant: "
    "syncworker sync {portal} --force"
)
