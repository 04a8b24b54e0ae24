"""Pushing: a stretch of the plan to HubSpot, batch by batch, each settled before the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from syncworker import counters
from syncworker.engine import properties
from syncworker.engine.engine import Engine
from syncworker.engine.existing import Written, relink
from syncworker.engine.mapped import with_unmapped
from syncworker.engine.memory import READY_KINDS, Chunk, Planned, Run, Settled
from syncworker.engine.ports import Portal
from syncworker.engine.settle import nothing_to_send, settled, unchanged
from syncworker.engine.waited import brought_up_to_date, has_waited
from syncworker.engine.wish import heed
from syncworker.errors import Unavailable
from syncworker.mapping.objects import created_by, lifecycle_of, own_keys
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.property_rules import property_rules
from syncworker.metrics.catalog import catalog_of
from syncworker.planning.batch import batches, clearing, goes_back, setting
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.plan import from_json
from syncworker.planning.records import Batch, LedgerRecord, RecordOutcome, RecordPlan

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Push:
    """What every batch of one object needs."""

    engine: Engine
    run: Run
    chunk: Chunk
    portal: Portal
    written: Written
    positions: Mapping[str, int]
    plans: Mapping[str, RecordPlan]
    known: dict[str, LedgerRecord]


def push(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Send the chunk's stretch of the plan; see `send`."""
    engine.chunks.complete(chunk, send(engine, run, mapping, chunk))


def send(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> dict[str, Any]:
    """Send what has no outcome yet, and say what it took.

    A batch sent twice sets the same values again.

    Raises:
        PortalError: HubSpot cannot be used now; what was settled before stays settled.
    """
    portal = engine.connect(run.portal, mapping, run.priority)
    requests, writes, waited = portal.requests, portal.writes, portal.waited
    planned = engine.plans.open(run.id, chunk.payload["first"], chunk.payload["last"])
    plans = [(one, from_json(one.body)) for one in planned]
    _settle_held(engine, run, chunk, plans)
    deferred = 0
    for object_name, config in mapping.objects.items():
        of_object = [(one, plan) for one, plan in plans if plan.object == object_name]
        if not of_object:
            continue
        definitions = properties.known(engine, run.portal, object_name, portal)
        stage = definitions.get(STAGE_PROPERTY)
        lifecycle = lifecycle_of(mapping, object_name)
        rules = property_rules(mapping, object_name, catalog_of(mapping.metrics), definitions)
        if run.kind in READY_KINDS:
            rules = with_unmapped(rules, [plan for _, plan in of_object], definitions)
        context = _Push(
            engine,
            run,
            chunk,
            portal,
            Written(
                rules,
                tuple(value for value, _ in stage.options) if stage else (),
                mapping.volatile_days,
                config.policy == "create_only",
                lifecycle is not None and lifecycle.keep_peoples,
                tuple(way.property for way in own_keys(config)),
            ),
            {plan.key: one.position for one, plan in of_object},
            {plan.key: plan for _, plan in of_object},
            engine.ledger.get(run.portal, object_name, [plan.key for _, plan in of_object]),
        )
        if has_waited(engine, run):
            context = _looked_at_again(context)
        way = created_by(object_name, config)
        # Written down before anything is sent: what is not settled when a run ends is read again.
        engine.plans.sending(chunk, [context.positions[plan.key] for plan in _sendable(context)])
        back = {plan.key: plan for plan in context.plans.values() if goes_back(plan)}
        heed(engine, run)
        cleared, late = _clear_stages(context, back)
        deferred += late
        sending = [
            setting(plan) if plan.key in back else plan
            for plan in _sendable(context)
            if plan.key in cleared or plan.key not in back
        ]
        for batch in batches(sending, way.property if way else ""):
            deferred += _send(context, batch, cleared)
            if not cleared:  # a stage that was emptied is set before anything else
                heed(engine, run)
    if deferred:
        raise Unavailable(f"HubSpot did not take {deferred:,} records this time")
    return {
        **chunk.payload,
        "requests": portal.requests - requests,
        "writes": portal.writes - writes,
        "waited": portal.waited - waited,
    }


def _sendable(context: _Push) -> list[RecordPlan]:
    return [plan for plan in context.plans.values() if plan.changes or plan.action == "create"]


def _looked_at_again(context: _Push) -> _Push:
    """The same with plans that are true again; those that send nothing any more are settled."""
    plans, known = brought_up_to_date(
        context.portal,
        context.written,
        context.plans,
        context.known,
        every=context.run.kind == "rollback",
    )
    now = replace(context, plans=plans, known=known)
    empty = [
        plan for plan in plans.values() if context.plans[plan.key].changes and not plan.changes
    ]
    _settle(now, [unchanged(context.positions[plan.key], known[plan.key], plan) for plan in empty])
    return now


def _send(context: _Push, batch: Batch, cleared: Mapping[str, Values]) -> int:
    """Send a batch and settle it; how many of its records HubSpot could not take now."""
    with _accounted_for(context, batch):
        answered = context.portal.write(batch)
        existing = [outcome for outcome in answered if outcome.status == "existing"]
        found = relink(
            context.engine,
            context.run,
            context.portal,
            context.written,
            context.plans,
            existing,
            context.known,
        )
        outcomes = [outcome for outcome in answered if outcome.status != "existing"]
        done = [one for one in (*outcomes, *found.outcomes) if one.status != "deferred"]
        done = _read_back(context, batch.object, done, cleared)
        known = {**context.known, **found.records}
        plans = {**context.plans, **found.plans}
        _settle(
            context,
            [_settled(context, plans[one.key], one, known.get(one.key)) for one in done]
            + [
                unchanged(context.positions[one.key], one, found.plans.get(one.key))
                for one in found.unchanged
            ],
        )
        _doubt_overwritten(context, batch.object, done, plans)
    return len(outcomes) + len(found.outcomes) - len(done)


def _doubt_overwritten(
    context: _Push,
    object_name: str,
    done: Sequence[RecordOutcome],
    plans: Mapping[str, RecordPlan],
) -> None:
    """Where HubSpot wrote to the record that ours was merged into, whose row may be another."""
    ids = [
        str(one.hubspot_id)
        for one in done
        if one.status == "sent" and plans[one.key].hubspot_id not in {None, one.hubspot_id}
    ]
    owners = context.engine.ledger.owners(context.run.portal, object_name, ids) if ids else {}
    if owners:
        context.engine.ledger.doubt(context.run.portal, object_name, list(owners.values()))
    for key in {*owners.values()} & context.known.keys():
        context.known[key] = replace(context.known[key], values={})


def _clear_stages(context: _Push, back: Mapping[str, RecordPlan]) -> tuple[dict[str, Values], int]:
    """Empty stages that go back, with what else changes.

    Returns:
        By key of the records whose stage can be set now, what HubSpot holds of the rest; and how
        many records are for later.
    """
    cleared: dict[str, Values] = {}
    late = 0
    for batch in clearing(back.values()):
        with _accounted_for(context, batch):
            answered = context.portal.write(batch)
            rejected = [one for one in answered if one.status == "rejected"]
            late += sum(one.status == "deferred" for one in answered)
            # Of one that was merged the next request says so again.
            cleared |= {one.key: {} for one in answered if one.status == "existing"}
            cleared |= {one.key: one.values for one in answered if one.status == "sent"}
            _settle(
                context,
                [
                    _settled(context, context.plans[one.key], one, context.known.get(one.key))
                    for one in rejected
                ],
            )
    return cleared, late


def _read_back(
    context: _Push,
    object_name: str,
    outcomes: Sequence[RecordOutcome],
    cleared: Mapping[str, Values],
) -> list[RecordOutcome]:
    """Outcomes of stages that went back, with what was sent before, as HubSpot really holds it."""
    ids = [str(one.hubspot_id) for one in outcomes if one.key in cleared and one.status == "sent"]
    found = context.portal.read(object_name, ids, [STAGE_PROPERTY]) if ids else {}
    return [
        replace(one, values={**cleared[one.key], **one.values, **found[one.hubspot_id].values})
        if one.hubspot_id is not None and one.hubspot_id in found and one.key in cleared
        else one
        for one in outcomes
    ]


@contextmanager
def _accounted_for(context: _Push, batch: Batch) -> Iterator[None]:
    """See to it that no value is in HubSpot which the ledger takes for another one.

    Where the answer cannot be settled the ledger forgets the records' values at once: this worker
    may have been halted and send when the chunk has long been another worker's.
    """
    try:
        yield
    except Exception:
        keys = [one.key for one in batch.inputs]
        context.engine.ledger.doubt(context.run.portal, batch.object, keys)
        raise


def _settled(
    context: _Push, plan: RecordPlan, outcome: RecordOutcome, known: LedgerRecord | None
) -> Settled:
    position = context.positions[outcome.key]
    return settled(position, plan, outcome, known, context.written.rules, context.run.as_of)


def _settle(context: _Push, every: Sequence[Settled]) -> None:
    for one in every:
        counters.record(context.run.portal, one.object, one.status)
    if every:
        now = context.engine.clock()
        context.engine.plans.settle(context.chunk, context.run.portal, every, now)


def _settle_held(
    engine: Engine, run: Run, chunk: Chunk, plans: Sequence[tuple[Planned, RecordPlan]]
) -> None:
    """Records of which nothing is sent need no request."""
    held = [
        nothing_to_send(planned.position, plan)
        for planned, plan in plans
        if plan.action == "update" and not plan.changes
    ]
    if held:
        engine.plans.settle(chunk, run.portal, held, engine.clock())
