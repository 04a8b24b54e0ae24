"""What verifying found, by cause, with examples and what to type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from syncworker.cli import show_run
from syncworker.cli.console import counted
from syncworker.engine.differences import Difference, Kind
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.repair import Repair
from syncworker.engine.verify import Found

_CAUSES: dict[Kind, tuple[str, str]] = {
    "stale": ("where our write never arrived", "syncworker verify {portal} --repair"),
    "person": (
        "edited by a person",
        "keep it with syncworker verify {portal} --adopt, or put ours back with --repair",
    ),
    "own": (
        "written by us, unknown to this state database",
        "was it restored from a backup? Take HubSpot's values: syncworker verify {portal} --adopt",
    ),
    "app": (
        "changed by another app or a workflow",
        "find out who writes it, then syncworker verify {portal} --adopt or --repair",
    ),
    "rejected": ("rejected by HubSpot", "syncworker dead-letters list {portal}"),
    "deleted": ("deleted in HubSpot", "the next sync looks for it again; or --adopt"),
    "merged": ("merged into another record in HubSpot", "the next sync follows it; or --adopt"),
    "property": (
        "not in the portal",
        "syncworker properties create {portal}, or take it out of the mapping",
    ),
}


def lines(portal: str, found: Found) -> Iterator[str]:
    """How many records were looked at, and every group of differences."""
    linked = sum(found.scope.linked.values())
    share = f" of {linked:,} linked ({_percent(found.looked_at, linked)})"
    yield f"{portal}: {counted(found.looked_at, 'record')} looked at{share}"
    for (kind, name, prop), number in sorted(found.counts.items()):
        cause, help_ = _CAUSES[kind]
        where = f"{name}.{prop}" if prop else name
        what = counted(number, "record") if kind != "property" else "property"
        yield f"  {where}: {what} {cause}"
        for one in found.examples[kind, name, prop]:
            yield f"      {_example(one)}"
        if number > len(found.examples[kind, name, prop]):
            yield f"      … and {number - len(found.examples[kind, name, prop]):,} more"
        yield f"      = help: {help_.format(portal=portal)}"
    if found.unknown:
        yield f"  {counted(found.unknown, 'record')} not known: the next sync reads what they hold"


def next_line(portal: str, found: Found) -> str:
    """What to type."""
    if not sum(found.scope.linked.values()):
        return f"Nothing is linked yet. Next: syncworker verify {portal} --adopt"
    if not found.total:
        return f"All agree. Next: syncworker plan {portal}"
    kinds = {kind for kind, _, _ in found.counts}
    if "property" in kinds:
        return f"Next: syncworker properties diff {portal}"
    if kinds <= {"deleted", "merged"}:
        return f"Next: syncworker sync {portal}"
    next_ = {"own": f"verify {portal} --adopt", "rejected": f"dead-letters list {portal}"}
    kind = next(iter(kinds)) if len(kinds) == 1 else ""
    return f"Next: syncworker {next_.get(kind, f'verify {portal} --repair, or --adopt')}"


def repaired_lines(engine: Engine, run: Run, meant: Repair, updates: int) -> Iterator[str]:
    """How a repair ended."""
    if meant.again:
        yield f"  {counted(meant.again, 'record')} deleted or merged: the next sync looks again"
    if not updates:
        yield f"Run {run.id}: nothing to send again."
        yield f"Next: syncworker sync {run.portal}"
        return
    yield from show_run.report(engine, run)
    if run.status == "refused":
        yield f"Next: syncworker verify {run.portal} --repair --force"
    elif run.status != "rejects":
        yield f"Next: syncworker verify {run.portal}"


def adopted_lines(engine: Engine, portal: str, found: Found, run: Run) -> Iterator[str]:
    """What was taken over, and what a sync would change now."""
    yield from lines(portal, found)
    if sum(found.scope.linked.values()):
        yield f"Adopted: {counted(found.adopted, 'record')} as HubSpot has them"
    else:  # the database was new: the plan has linked them
        new = sum(engine.ledger.count(portal, name) for name in found.scope.linked)
        yield f"Rebuilt: {counted(new, 'record')} linked, with the values HubSpot has"
    if run.status != "planned":
        yield from show_run.report(engine, run)
        return
    yield from show_run.plan_text(engine, run, limit=show_run.SHOWN)
    yield f"Next: syncworker sync {portal}"


def as_document(portal: str, found: Found) -> dict[str, Any]:
    """The same for people's programs."""
    linked = sum(found.scope.linked.values())
    return {
        "portal": portal,
        "linked": found.scope.linked,
        "looked_at": found.looked_at,
        "share": found.looked_at / linked if linked else None,
        "unknown": found.unknown,
        "adopted": found.adopted,
        "differences": [
            {
                "kind": kind,
                "object": name,
                "property": prop,
                "records": number,
                "examples": [asdict(one) for one in found.examples[kind, name, prop]],
            }
            for (kind, name, prop), number in sorted(found.counts.items())
        ],
    }


def _example(one: Difference) -> str:
    if one.kind == "property":
        return one.by
    name = f"{one.name} ({one.hubspot_id})"
    if one.kind == "merged":
        return f"{name} -> {one.merged_into}"
    if one.kind == "deleted":
        return name
    when = f" on {one.at:%Y-%m-%d %H:%M} UTC" if one.at else ""
    if one.kind == "rejected":
        return f"{name}: {one.by}, {one.ours or '(empty)'} was refused{when}"
    run = f", sent by run {one.run_id}" if one.run_id else ""
    values = f"HubSpot has {one.theirs or '(empty)'}, ours is {one.ours or '(empty)'}{run}"
    return f"{name}: {values}; set{when} by {one.by or 'nobody'}"


def _percent(part: int, whole: int) -> str:
    return "all" if part == whole else f"{100 * part / whole:.1f} %"
