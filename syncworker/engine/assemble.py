"""The shards' plans as one, and whether the guard lets it through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.part import last_whole, restricted
from syncworker.engine.prepared import prepared
from syncworker.engine.renames import suspicions
from syncworker.errors import UnsafePlan
from syncworker.mapping.renames import advice, renamed
from syncworker.planning import guard
from syncworker.planning.guard import Tally
from syncworker.planning.plan import Plan, plan_from_json, plan_to_json


def assemble(engine: Engine, run: Run) -> tuple[dict[str, Any], UnsafePlan | None]:
    """The shards' plans as one, and why it must not be sent where it must not.

    The guard's refusal is heeded unless the run was let through; a number of records that must
    not be exceeded always is.
    """
    results = engine.chunks.results(run.id, "compute")
    plan = plan_from_json(results[0]["plan"])
    for result in results[1:]:
        plan = plan.plus(plan_from_json(result["plan"]))
    cut = prepared(engine, run.id)
    tallies = _tallies(results)
    whole = last_whole(engine, run) if restricted(run) else None
    if whole is not None:
        tallies = guard.as_part(tallies, tallies_of(engine, whole))
    settings = checked(run.portal, run.mapping).guard
    refusals = guard.check(tallies, settings)
    unlinked: Counter[str] = Counter()
    for result in results:
        unlinked.update(result["unlinked"])
    unmapped: dict[str, set[str]] = {}
    for result in results:
        for object_name, names in result["unmapped"].items():
            unmapped.setdefault(object_name, set()).update(names)
    mapping = checked(run.portal, run.mapping)
    computed_at = engine.clock().isoformat()
    summary = {
        "renamed": {
            name: {old: new for old, new in renamed(mapping, name).items() if old in names}
            for name, names in unmapped.items()
        },
        "suspected": [
            advice(one)
            for one in (suspicions(engine, run.portal, mapping) if any(unmapped.values()) else ())
            if one.old in unmapped.get(one.object, ())
        ],
        "plan": plan_to_json(plan),
        "held_metrics": results[0]["held_metrics"],
        "unresolved": {} if cut is None else cut.unresolved,
        "unlinked": unlinked,
        "unmapped": {name: sorted(names) for name, names in unmapped.items() if names},
        "plan_requests": sum(result["requests"] for result in results),
        "accounts": sum(result["accounts"] for result in results),
        "users": sum(result["users"] for result in results),
        "computed_at": computed_at,
        # The plan is as old as the oldest of what it was made from.
        "read_at": min(result.get("read_at", computed_at) for result in results),
        **({} if whole is None else {"judged_by": whole}),
    }
    most = run.options.get("max_changes")
    if most is not None and (refusal := too_many(plan, most)):
        return summary, refusal
    if not refusals or run.force:
        return summary, None
    return summary, UnsafePlan(
        "; ".join(refusal.message for refusal in refusals),
        help="often a broken source: look at `syncworker plan "
        f"{run.portal}`; if the change is meant: {_forced(run)}",
        code="GUARD_REFUSED",
    )


def tallies_of(engine: Engine, run_id: str) -> tuple[Tally, ...]:
    """What the guard judges of a run's plan."""
    return _tallies(engine.chunks.results(run_id, "compute"))


def too_many(plan: Plan, most: int) -> UnsafePlan | None:
    """The refusal of a plan that would change more records than allowed."""
    changing = plan.total.create + plan.total.update
    if changing <= most:
        return None
    return UnsafePlan(
        f"{changing:,} records would change, and --max-changes allows {most:,}",
        help=f"look at them: syncworker plan {plan.portal}; then allow more",
        code="TOO_MANY_CHANGES",
    )


def _forced(run: Run) -> str:
    """The command that lets it through."""
    if run.kind == "rollback":
        return f"syncworker rollback {run.options['of']} --force"
    if run.kind == "apply":
        return f"syncworker apply {run.options.get('target', run.portal)} --force"
    if run.kind == "repair":
        return f"syncworker verify {run.portal} --repair --force"
    return f"syncworker sync {run.portal} --force"


def _tallies(results: Iterable[Mapping[str, Any]]) -> tuple[Tally, ...]:
    return guard.combine(*([Tally(*row) for row in result["tallies"]] for result in results))
