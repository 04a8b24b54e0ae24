"""Applying: exactly the plan that was made is judged, stored and sent. Nothing is recomputed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nlargest
from itertools import chain, islice, zip_longest
from typing import Any

from syncworker.engine import ready_plan, stale
from syncworker.engine.assemble import too_many
from syncworker.engine.engine import Engine
from syncworker.engine.holder import held_by
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.proposal import Proposal
from syncworker.engine.run_words import RunMode
from syncworker.errors import UnsafePlan
from syncworker.planning import guard
from syncworker.planning.records import RecordPlan

_STRETCH = 1_000


def verify(engine: Engine, proposal: Proposal) -> None:
    """Make sure, before anybody is asked, that the plan may still be applied.

    Raises:
        LockHeld: A run is at work on the portal, perhaps on this very plan.
        StalePlan: What it was made from has changed, or the file has.
    """
    portal = proposal.plan.portal
    if (other := engine.runs.running(portal)) is not None:
        raise held_by(portal, other, engine.clock())
    for _ in stale.verified(engine, proposal.header, proposal.records()):
        pass


def judge(engine: Engine, proposal: Proposal, *, force: bool, max_changes: int | None) -> None:
    """Make sure that the plan changes no more than it may.

    Args:
        engine: The ports.
        proposal: The plan.
        force: Let it through the guard.
        max_changes: Records that may change at most; None: any number.

    Raises:
        UnsafePlan: The guard refuses it, or it changes too many records.
    """
    if max_changes is not None and (refusal := too_many(proposal.plan, max_changes)):
        raise refusal
    portal = proposal.plan.portal
    settings = checked(portal, engine.mapping_text(portal)).guard
    refusals = guard.check(proposal.header.tallies, settings)
    if refusals and not force:
        raise UnsafePlan(
            "; ".join(refusal.message for refusal in refusals),
            help="often a broken source: look at the plan and at the source; if the change is "
            "meant, apply with --force",
            code="GUARD_REFUSED",
        )


def start(
    engine: Engine,
    proposal: Proposal,
    *,
    target: str,
    force: bool = False,
    canary: int = 0,
    mode: RunMode = "inline",
) -> Run:
    """Open the run that sends the plan; it is looked at again while no other run can interfere.

    Args:
        engine: The ports.
        proposal: The plan.
        target: What was typed: the file or the portal, to say how it goes on.
        force: Let it through the guard.
        canary: How many records are sent and read back before the rest; 0: none.
        mode: Whether this process or workers do the rest.

    Raises:
        StalePlan: What it was made from has changed; the run has ended with its words.
        LockHeld: Another run holds the portal.
    """
    header = proposal.header
    options: dict[str, Any] = {
        "plan": header.digest,
        "planned_at": header.planned_at.isoformat(),
        "target": target,
    }
    first: list[RecordPlan] = []
    if canary:
        first = _most_telling(proposal.records(), canary)
        options["canary"] = len(first)
    known = {(record.object, record.key) for record in first}
    # All are looked at before the run goes on, those that come first too.
    rest = (
        record
        for record in stale.verified(engine, header, proposal.records())
        if (record.object, record.key) not in known
    )
    return ready_plan.start(
        engine,
        header.plan.portal,
        chain(first, rest),
        kind="apply",
        tallies=header.tallies,
        as_of=header.plan.as_of,
        mode=mode,
        force=force,
        options=options,
    )


def is_of(run: Run, options: Mapping[str, Any]) -> bool:
    """Whether a run applies the plan that is meant: by its digest, or as last typed."""
    if "plan" in options:
        return bool(run.options.get("plan") == options["plan"])
    return bool(run.options.get("target") == options["target"])


def is_sending(run: Run) -> bool:
    """Whether a run is an apply whose whole plan is stored: only it can send what is left.

    What clears a portal is none: the same command finds anew what is left to be emptied.
    """
    stored = run.kind == "apply" and run.step not in ("start", "compute")
    return stored and not run.options.get("clear")


def _most_telling(records: Iterable[RecordPlan], number: int) -> list[RecordPlan]:
    """The records with most changes, one object after the other."""
    rest = iter(records)
    most: dict[str, list[RecordPlan]] = {}
    while stretch := list(islice(rest, _STRETCH)):
        for record in stretch:
            if record.changes or record.action == "create":
                most.setdefault(record.object, []).append(record)
        most = {name: nlargest(number, kept, key=_size) for name, kept in most.items()}
    turns = chain.from_iterable(zip_longest(*most.values()))
    return list(islice((record for record in turns if record is not None), number))


def _size(record: RecordPlan) -> int:
    return len(record.changes) + len(record.create_values)
