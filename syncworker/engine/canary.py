"""The canary: a plan's first records are sent and read back before any other is.

What HubSpot answers to a write is not yet what it holds: a workflow or another app may overwrite
it at once. What is read afterwards is compared with what was sent: what the pushing kept, because
a person has set it meanwhile, is nobody's fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace

from syncworker.engine import properties
from syncworker.engine.engine import Engine
from syncworker.engine.letter_stores import Wanted
from syncworker.engine.memory import Chunk, Run
from syncworker.engine.ports import Portal
from syncworker.engine.push import send
from syncworker.errors import UnsafePlan
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.property_rules import property_rules
from syncworker.metrics.catalog import catalog_of
from syncworker.planning.outcome import judge
from syncworker.planning.plan import from_json
from syncworker.planning.records import Change, RecordOutcome, RecordPlan

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not there as planned; `property` is "" where the whole record is not."""

    object: str
    name: str
    property: str
    planned: str
    there: str

    def __str__(self) -> str:
        if not self.property:
            return f"{self.object} {self.name} {self.there}"
        there = self.there or "nothing"
        return (
            f"{self.object} {self.name}: {self.property} should be {self.planned or 'empty'}, "
            f"and HubSpot holds {there}"
        )


def canary(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Send the first records, read them back, and keep what differs with the chunk's figures.

    Raises:
        PortalError: HubSpot cannot be used now; done again, nothing is sent twice.
    """
    figures = send(engine, run, mapping, chunk)
    portal = engine.connect(run.portal, mapping, run.priority)
    requests, waited = portal.requests, portal.waited
    number = chunk.payload["last"] + 1
    plans = [from_json(one.body) for one in engine.plans.show(run.id, number)]
    differences = [
        astuple(found)
        for name in dict.fromkeys(plan.object for plan in plans)
        for found in _compared(
            engine, run, mapping, portal, [plan for plan in plans if plan.object == name]
        )
    ]
    figures["requests"] += portal.requests - requests
    figures["waited"] += portal.waited - waited
    engine.chunks.complete(chunk, {**figures, "differences": differences})


def refusal(engine: Engine, run: Run) -> UnsafePlan | None:
    """Why the rest must not be sent, where the canary says so."""
    (result,) = engine.chunks.results(run.id, "canary")
    found = [Difference(*row) for row in result["differences"]]
    if not found:
        return None
    records = len({(one.object, one.name) for one in found})
    more = f"; and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    of = result["last"] + 1
    return UnsafePlan(
        f"{records:,} of the first {of:,} record{'s' * (of != 1)} "
        f"{'do' if records > 1 else 'does'} not hold what was planned: "
        + "; ".join(str(one) for one in found[:_NAMED])
        + more
        + "; the rest was not sent",
        help="look for a workflow or another app that sets the property; to put back what was "
        f"sent type syncworker rollback {run.id}",
        code="CANARY_DIFFERS",
    )


def _compared(
    engine: Engine, run: Run, mapping: PortalMapping, portal: Portal, plans: list[RecordPlan]
) -> Iterator[Difference]:
    """What HubSpot holds otherwise than it was sent, of records of one object."""
    name = plans[0].object
    definitions = properties.known(engine, run.portal, name, portal)
    rules = property_rules(mapping, name, catalog_of(mapping.metrics), definitions)
    linked = engine.ledger.get(run.portal, name, [plan.key for plan in plans])
    ids = [record.hubspot_id for record in linked.values()]
    asked = sorted({change.property for plan in plans for change in plan.changes})
    found = portal.read(name, ids, asked) if ids else {}
    tried = _tried(engine, run, plans)
    for plan in plans:
        known = linked.get(plan.key)
        there = found.get(known.hubspot_id) if known else None
        label = plan.name or plan.key
        if there is None:
            yield Difference(name, label, "", "", "is not in HubSpot")
            continue
        outcome = RecordOutcome(plan.key, "sent", there.id, there.values)
        for judged in judge(replace(plan, changes=tried[plan.key]), outcome, rules):
            if judged.status != "sent":
                change = judged.change
                yield Difference(
                    name, label, change.property, change.new, there.values[change.property]
                )


def _tried(engine: Engine, run: Run, plans: list[RecordPlan]) -> dict[str, tuple[Change, ...]]:
    """By our key, the changes that HubSpot was asked for: it confirmed or refused them."""
    name = plans[0].object
    values: dict[str, dict[str, str]] = {plan.key: {} for plan in plans}
    for kept in engine.letters.kept(
        run.portal, Wanted(run_id=run.id, kind="record"), discarded=True
    ):
        if kept.letter.subject == name and kept.letter.key in values:
            values[kept.letter.key].update(kept.letter.values)
    for one in engine.histories.of_records(run.portal, name, list(values), from_run=run.id):
        if one.run_id == run.id:
            values[one.key].update({change.property: change.new for change in one.changes})
    return {
        plan.key: tuple(
            change._replace(new=values[plan.key][change.property])
            for change in plan.changes
            if change.property in values[plan.key]
        )
        for plan in plans
    }
