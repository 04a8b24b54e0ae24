"""Records that were to be created and that HubSpot has already: somebody was quicker.

HubSpot names the record. It becomes a link, its values are read, and only what the mapping may
write to a record that is there is sent: nothing a person has just entered is overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncworker.engine.conflicts import LINK_CONFLICT
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.ports import Portal
from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.planning.batch import batches
from syncworker.planning.diff import diff
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.records import LedgerRecord, RecordOutcome, RecordPlan


@dataclass(frozen=True, slots=True)
class Written:
    """How records of one object are written.

    Attributes:
        rules: By property, how it is written.
        stages: Internal names of the object's lifecycle stages, first to last.
        volatile_days: After how many days volatile properties go alone.
        create_only: Whether a record that is there is never changed.
    """

    rules: Mapping[str, PropertyRule]
    stages: tuple[str, ...]
    volatile_days: int
    create_only: bool


@dataclass(frozen=True, slots=True)
class Relinked:
    """What became of records that HubSpot had already.

    Attributes:
        outcomes: In place of the ones that said so.
        plans: By our key, what was planned in place of creating.
        records: By our key, the link with the values as read.
        unchanged: Links of records to which nothing had to be written.
    """

    outcomes: list[RecordOutcome] = field(default_factory=list)
    plans: dict[str, RecordPlan] = field(default_factory=dict)
    records: dict[str, LedgerRecord] = field(default_factory=dict)
    unchanged: list[LedgerRecord] = field(default_factory=list)


def relink(
    engine: Engine,
    run: Run,
    portal: Portal,
    written: Written,
    plans: Mapping[str, RecordPlan],
    outcomes: Sequence[RecordOutcome],
) -> Relinked:
    """Link the records and write to them what the mapping allows.

    Args:
        engine: The ports.
        run: The run.
        portal: The portal.
        written: How records of the object are written.
        plans: By our key, the creations that were planned; of one object.
        outcomes: Of status `existing`, each with HubSpot's id.
    """
    relinked = Relinked()
    if not outcomes:
        return relinked
    object_name = plans[outcomes[0].key].object
    found = portal.read(
        object_name,
        [str(outcome.hubspot_id) for outcome in outcomes],
        sorted({*written.rules, *([STAGE_PROPERTY] if written.stages else [])}),
    )
    owners = engine.ledger.owners(run.portal, object_name, [record.id for record in found.values()])
    updates = []
    for outcome in outcomes:
        there = found.get(str(outcome.hubspot_id))
        if there is None:
            relinked.outcomes.append(_gone(outcome))
            continue
        owner = owners.setdefault(there.id, outcome.key)
        if owner != outcome.key:
            relinked.outcomes.append(_taken(outcome, there.id, owner))
            continue
        record = LedgerRecord(
            object_name, outcome.key, there.id, there.values, fresh=True, linked_by="existing"
        )
        relinked.records[outcome.key] = record
        update = None
        if not written.create_only:
            desired = _desired(plans[outcome.key])
            update = diff(
                desired, record, written.rules, run.as_of, written.volatile_days, written.stages
            )
        if update is None or not update.changes:
            relinked.unchanged.append(record)
        else:
            relinked.plans[outcome.key] = update
            updates.append(update)
    for batch in batches(updates, ""):
        relinked.outcomes.extend(portal.write(batch))
    return relinked


def _desired(plan: RecordPlan) -> DesiredRecord:
    """What the plan of a creation was made from."""
    stage = next((c for c in plan.changes if c.property == STAGE_PROPERTY), None)
    return DesiredRecord(
        object=plan.object,
        key=plan.key,
        matches=(("", plan.name),),
        values={c.property: c.new for c in plan.changes if c is not stage},
        because={c.property: c.because for c in plan.changes},
        stage=stage.new if stage else None,
        stage_because=stage.because if stage else "",
    )


def _gone(outcome: RecordOutcome) -> RecordOutcome:
    return RecordOutcome(
        outcome.key,
        "rejected",
        cause="CONFLICT",
        message=f"HubSpot named record {outcome.hubspot_id} as holding its value, and has it not",
        help="the next sync looks it up again",
    )


def _taken(outcome: RecordOutcome, hubspot_id: str, owner: str) -> RecordOutcome:
    return RecordOutcome(
        outcome.key,
        "rejected",
        cause=LINK_CONFLICT,
        message=f"HubSpot record {hubspot_id} is linked to {owner} already",
        help=f"two source rows, {outcome.key} and {owner}, mean one HubSpot record: "
        "mend the source or match by a unique property of your own",
    )
