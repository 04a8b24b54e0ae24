"""Pushing: a stretch of the plan to HubSpot, batch by batch, each settled before the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, DeadLetter, Planned, Run, Settled
from syncworker.errors import Unavailable
from syncworker.mapping.desired import PropertyRule
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.properties import property_rules
from syncworker.metrics.catalog import METRICS
from syncworker.planning.batch import batches
from syncworker.planning.outcome import Judged, judge
from syncworker.planning.plan import from_json
from syncworker.planning.records import Batch, LedgerRecord, RecordOutcome, RecordPlan

_GONE = frozenset({"OBJECT_NOT_FOUND", "VANISHED"})
"""Causes of a rejection that mean: it was deleted or merged since it was linked."""


def push(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Send what has no outcome yet. A batch sent twice sets the same values again.

    Raises:
        PortalError: HubSpot cannot be used now; what was settled before stays settled.
    """
    portal = engine.connect(run.portal, mapping)
    requests, writes = portal.requests, portal.writes
    planned = engine.plans.open(run.id, chunk.payload["first"], chunk.payload["last"])
    plans = {(p.object, p.key): (p, from_json(p.body)) for p in planned}
    _settle_held(engine, run, chunk, list(plans.values()))
    deferred = 0
    for object_name in mapping.objects:
        rules = property_rules(mapping, object_name, METRICS)
        of_object = [plan for _, plan in plans.values() if plan.object == object_name]
        match_property = mapping.objects[object_name].match.property
        for batch in batches(of_object, match_property):
            with _accounted_for(engine, run, chunk, batch, plans):
                outcomes = portal.write(batch)
                done = [outcome for outcome in outcomes if outcome.status != "deferred"]
                deferred += len(outcomes) - len(done)
                engine.plans.settle(
                    chunk, run.portal, _settled(engine, run, rules, batch, done, plans), run.as_of
                )
    if deferred:
        raise Unavailable(f"HubSpot did not take {deferred} records this time")
    engine.chunks.complete(
        chunk,
        {
            **chunk.payload,
            "requests": portal.requests - requests,
            "writes": portal.writes - writes,
        },
    )


@contextmanager
def _accounted_for(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    batch: Batch,
    plans: Mapping[tuple[str, str], tuple[Planned, RecordPlan]],
) -> Iterator[None]:
    """See to it that no value is in HubSpot which the ledger takes for another one.

    What is about to be sent is written down first: if the run fails before its answer came, it is
    read again. Where the answer cannot be settled the ledger forgets the records' values at once:
    this worker may have been halted and send when the chunk has long been another worker's.
    """
    keys = [one.key for one in batch.inputs]
    engine.plans.sending(chunk, [plans[batch.object, key][0].position for key in keys])
    try:
        yield
    except Exception:
        engine.ledger.doubt(run.portal, batch.object, keys)
        raise


def _settle_held(
    engine: Engine, run: Run, chunk: Chunk, plans: Sequence[tuple[Planned, RecordPlan]]
) -> None:
    """Records that only hold changes back need no request."""
    held = [
        Settled(planned.position, "held", plan.object, plan.key, None)
        for planned, plan in plans
        if plan.action == "update" and not plan.changes
    ]
    if held:
        engine.plans.settle(chunk, run.portal, held, run.as_of)


def _settled(
    engine: Engine,
    run: Run,
    rules: Mapping[str, PropertyRule],
    batch: Batch,
    outcomes: Sequence[RecordOutcome],
    plans: Mapping[tuple[str, str], tuple[Planned, RecordPlan]],
) -> list[Settled]:
    ledger = engine.ledger.get(run.portal, batch.object, [outcome.key for outcome in outcomes])
    return [
        _settle(*plans[batch.object, outcome.key], outcome, ledger.get(outcome.key), rules, run)
        for outcome in outcomes
    ]


def _settle(
    planned: Planned,
    plan: RecordPlan,
    outcome: RecordOutcome,
    known: LedgerRecord | None,
    rules: Mapping[str, PropertyRule],
    run: Run,
) -> Settled:
    """One record's outcome: what is confirmed enters the ledger, what is not is a dead letter."""
    if outcome.hubspot_id is None:
        letter = _letter(plan, outcome.cause, outcome.property, outcome.message, outcome.help)
        # Without values it is read in the next run, and looked for again if it is gone.
        unsure = replace(known, values={}) if known and outcome.cause in _GONE else None
        return Settled(planned.position, "rejected", plan.object, plan.key, unsure, (), (letter,))
    judged = judge(plan, outcome, rules)
    confirmed = {j.change.property: j.value for j in judged if j.value is not None}
    base = known
    if base is None or plan.action == "create":  # what an earlier record held says nothing
        base = LedgerRecord(plan.object, plan.key, outcome.hubspot_id, {})
    values = {**base.values, **confirmed}
    if base.hubspot_id != outcome.hubspot_id:  # merged: the next run reads what it holds, and
        values = {}  # whether it is linked to another key already
    letters = tuple(
        _letter(plan, j.cause, j.change.property, j.message, j.help)
        for j in judged
        if j.status == "rejected"
    )
    return Settled(
        position=planned.position,
        status=_status(judged),
        object=plan.object,
        key=plan.key,
        record=replace(
            base,
            values=values,
            written_at=run.as_of,
        ),
        changes=tuple(j.change for j in judged if j.status == "sent"),
        letters=letters,
    )


def _status(judged: Sequence[Judged]) -> Literal["sent", "held", "rejected"]:
    """Of a record HubSpot took: rejected if it kept a value, held if it kept its stage only."""
    every = {one.status for one in judged}
    if "rejected" in every:
        return "rejected"
    return "held" if every == {"held"} else "sent"


def _letter(plan: RecordPlan, cause: str, name: str, message: str, help: str) -> DeadLetter:  # noqa: A002
    return DeadLetter(
        kind="record",
        subject=plan.object,
        key=plan.key,
        cause=cause,
        property=name,
        message=message,
        help=help,
        values={change.property: change.new for change in plan.changes},
    )
