"""A plan in lines for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from heapq import nsmallest
from itertools import islice
from typing import Any

from syncworker.cli import show_run
from syncworker.cli.console import counted
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.plan_cost import Cost
from syncworker.engine.proposal import Proposal
from syncworker.planning.plan import plan_to_json, to_document
from syncworker.planning.records import RecordPlan
from syncworker.planning.text import plan_lines

_STRETCH = 1_000


def text(
    proposal: Proposal, cost: Cost, run: Run | None = None, *, limit: int | None = show_run.SHOWN
) -> Iterator[str]:
    """The plan with why each value changes, what is left alone and why, and what it takes.

    Args:
        proposal: The plan.
        cost: What it takes to send it.
        run: The run that made it, where it says what is left alone.
        limit: Records to show of each object; None: all.
    """
    *body, last = plan_lines(proposal.plan, shown(proposal, limit), limit=limit, needs=needs(cost))
    yield from body
    if run is not None:
        yield from show_run.left_alone(run)
    yield from left_out(proposal)
    yield last


def left_out(proposal: Proposal) -> Iterator[str]:
    """What a selection leaves out."""
    if proposal.header.select:
        what = " ".join(f"--select {one}" for one in proposal.header.select)
        records = counted(proposal.left_out, "record")
        out = f": {records} with other changes" if proposal.left_out else ""
        yield f"  selected: {what}" + (f"; left out{out}" if out else "")


def shown(proposal: Proposal, limit: int | None) -> dict[str, list[RecordPlan]]:
    """By object, the records that tell a reader most; no more than `limit` of each."""
    found: dict[str, list[RecordPlan]] = {name: [] for name in proposal.plan.objects}
    records = proposal.records()
    while stretch := list(islice(records, _STRETCH)):
        for record in stretch:
            found[record.object].append(record)
        if limit is not None:
            found = {
                name: nsmallest(limit, of, key=show_run.least_telling) for name, of in found.items()
            }
    return {name: sorted(of, key=show_run.least_telling) for name, of in found.items()}


def needs(cost: Cost) -> str:
    """What it takes to send a plan, in words."""
    if not cost.requests:
        return "no HubSpot request"
    noun = "HubSpot request" if cost.requests == 1 else "HubSpot requests"
    parts = [f"{cost.requests:,} {noun}", f"about {cost.seconds:,} s"]
    if cost.left is not None:
        of = f"the {cost.left:,} left today" if cost.today else f"a day's {cost.left:,}"
        part = "more than all" if cost.percent is None else percent(cost.percent)
        parts.append(f"{part} of {of}")
    return ", ".join(parts)


def document(engine: Engine, run: Run, proposal: Proposal, cost: Cost) -> dict[str, Any]:
    """The plan for people's programs: the run, its plan's records, and what it takes."""
    whole = show_run.as_document(engine, run, with_plan=False)
    whole["summary"] = {**whole["summary"], "plan": json.loads(plan_to_json(proposal.plan))}
    return whole | {
        "records": [to_document(record) for record in proposal.records()],
        "cost": asdict(cost) | {"percent": cost.percent},
        "select": proposal.header.select,
        "left_out": proposal.left_out,
        "digest": proposal.header.digest,
    }


def percent(share: float) -> str:
    """A share of the day's requests, in words."""
    return "under 0.01 %" if share < 0.01 else f"{share:.2f} %"  # noqa: PLR2004 - what is shown
