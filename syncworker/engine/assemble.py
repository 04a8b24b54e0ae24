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
from syncworker.planning.plan import plan_from_json, plan_to_json


def assemble(engine: Engine, run: Run) -> tuple[dict[str, Any], UnsafePlan | None]:
    """The shards' plans as one, and the guard's refusal where it has one."""
    results = engine.chunks.results(run.id, "compute")
    plan = plan_from_json(results[0]["plan"])
    for result in results[1:]:
        plan = plan.plus(plan_from_json(result["plan"]))
    cut = prepared(engine, run.id)
    tallies = _tallies(results)
    whole = last_whole(engine, run) if restricted(run) else None
    if whole is not None:
        tallies = guard.as_part(tallies, _tallies(engine.chunks.results(whole, "compute")))
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
        "computed_at": engine.clock().isoformat(),
        **({} if whole is None else {"judged_by": whole}),
    }
    if not refusals:
        return summary, None
    return summary, UnsafePlan(
        "; ".join(refusal.message for refusal in refusals),
        help="often a broken source: look at `syncworker plan "
        f"{run.portal}`; if the change is meant: syncworker sync {run.portal} --force",
        code="GUARD_REFUSED",
    )


def _tallies(results: Iterable[Mapping[str, Any]]) -> tuple[Tally, ...]:
    return guard.combine(*([Tally(*row) for row in result["tallies"]] for result in results))
