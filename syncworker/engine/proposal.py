"""A plan that can be shown, saved and applied: its header and its records, as often as asked for.

It comes from a run that stopped at its plan, whole or narrowed to what a person picked, or from a
file (`plan_file.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice

from syncworker.engine import properties
from syncworker.engine.assemble import tallies_of
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.waited import read_at
from syncworker.mapping.desired import PropertyRule
from syncworker.mapping.property_rules import property_rules
from syncworker.metrics.catalog import catalog_of
from syncworker.planning import guard
from syncworker.planning.plan import Counts, Plan, from_json, plan_from_json
from syncworker.planning.records import RecordPlan
from syncworker.planning.saved import Header, empty, summarized
from syncworker.planning.selection import Selection

_STRETCH = 1_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan with its records.

    Attributes:
        header: What it says of itself.
        records: Its records, from the first one on at each call; one of a file raises StalePlan
            where it was changed.
        left_out: How many records that would change a selection leaves out, or changes of them.
    """

    header: Header
    records: Callable[[], Iterator[RecordPlan]]
    left_out: int = 0

    @property
    def plan(self) -> Plan:
        """Its counts."""
        return self.header.plan

    @property
    def changing(self) -> int:
        """Records that something is sent of."""
        return self.plan.total.create + self.plan.total.update


def of_run(
    engine: Engine,
    run: Run,
    *,
    position: int,
    selection: Selection | None = None,
    select: Sequence[str] = (),
) -> Proposal:
    """The plan of a run that stopped there.

    Args:
        engine: The ports.
        run: A finished run that has a plan.
        position: How far the history went before the run began.
        selection: What of it is meant; None: all.
        select: The selection, as typed.
    """
    size = engine.plans.number(run.id)
    whole = plan_from_json(run.summary["plan"])
    tallies = tallies_of(engine, run.id)
    header = Header(
        plan=whole,
        run_id=run.id,
        planned_at=read_at(run),
        position=position,
        tallies=tallies,
        select=tuple(select),
        version=version("syncworker"),
    )

    def records() -> Iterator[RecordPlan]:
        for first in range(0, size, _STRETCH):
            for one in engine.plans.open(run.id, first, first + _STRETCH - 1):
                yield from_json(one.body)

    if selection is None:
        return Proposal(header, records)

    def picked() -> Iterator[RecordPlan]:
        return (part for record in records() if (part := selection.of(record)) is not None)

    left_out = sum(_sends(one) and selection.of(one) != one for one in records())
    plan = _narrowed(engine, run, whole, selection, picked)
    tallies = guard.narrowed(tallies, picked(), _rules(engine, run))
    return Proposal(replace(header, plan=plan, tallies=tallies), picked, left_out)


def _sends(record: RecordPlan) -> bool:
    return bool(record.changes) or record.action == "create"


def _narrowed(
    engine: Engine,
    run: Run,
    whole: Plan,
    selection: Selection,
    picked: Callable[[], Iterator[RecordPlan]],
) -> Plan:
    """The plan of the picked records, with how many of those that were meant need nothing."""
    plan = empty(whole)
    rest = picked()
    while stretch := list(islice(rest, _STRETCH)):
        for name in dict.fromkeys(record.object for record in stretch):
            of_object = [record for record in stretch if record.object == name]
            plan = plan.plus(summarized(plan, name, of_object))
    objects = {}
    for name in whole.objects:
        if not selection.takes(name):
            continue
        mine = plan.objects.get(name, Counts())
        linked = whole.objects[name].read - whole.objects[name].unlinked
        if selection.keys is not None:
            keys = sorted(selection.keys.get(name, ()))
            linked = len(engine.ledger.get(run.portal, name, keys)) + mine.create
        objects[name] = replace(mine, unchanged=max(0, linked - mine.read))
    return replace(plan, objects=objects)


def _rules(engine: Engine, run: Run) -> Mapping[str, Mapping[str, PropertyRule]]:
    mapping = checked(run.portal, run.mapping)
    portal = engine.connect(run.portal, mapping, run.priority)
    return {
        name: property_rules(
            mapping,
            name,
            catalog_of(mapping.metrics),
            properties.known(engine, run.portal, name, portal),
        )
        for name in mapping.objects
    }
