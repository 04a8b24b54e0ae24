"""Records that are another one than planned: made by somebody quicker, or merged meanwhile.

HubSpot names the record. It becomes a link unless it is another row's, its values are read, and
only what the mapping may write to a record that is there is sent: nothing a person has just entered
is overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncworker.engine.conflicts import LINK_CONFLICT
from syncworker.engine.engine import Engine
from syncworker.engine.link import set_by_people
from syncworker.engine.memory import Run
from syncworker.engine.ports import Portal, PortalRecord
from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.mapping.hubspot_names import DEAL_PIPELINE, DEAL_STAGE
from syncworker.planning.batch import batches
from syncworker.planning.diff import diff
from syncworker.planning.lifecycle import STAGE_PROPERTY, move
from syncworker.planning.records import Change, LedgerRecord, RecordOutcome, RecordPlan


@dataclass(frozen=True, slots=True)
class Written:
    """How records of one object are written.

    Attributes:
        rules: By property, how it is written.
        stages: Internal names of the object's lifecycle stages, first to last.
        volatile_days: After how many days volatile properties go alone.
        create_only: Whether a record that is there is never changed.
        keep_peoples: Whether a stage that a person set last stays.
        own_keys: Unique properties of our own, by which records are found.
    """

    rules: Mapping[str, PropertyRule]
    stages: tuple[str, ...]
    volatile_days: int
    create_only: bool
    keep_peoples: bool
    own_keys: tuple[str, ...]

    @property
    def properties(self) -> list[str]:
        """What is read of a record before it is written to."""
        stage = [STAGE_PROPERTY] if self.stages else []
        pipeline = [DEAL_PIPELINE] if DEAL_STAGE in self.rules else []
        return sorted({*self.rules, *stage, *pipeline})


@dataclass(frozen=True, slots=True)
class Relinked:
    """What became of records that were another one than planned.

    Attributes:
        outcomes: In place of the ones that said so.
        plans: By our key, what was planned in place of the plan.
        records: By our key, the link with the values as read.
        unchanged: Links of records to which nothing is written.
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
    known: Mapping[str, LedgerRecord],
) -> Relinked:
    """Link the records and write to them what the mapping allows.

    Args:
        engine: The ports.
        run: The run.
        portal: The portal.
        written: How records of the object are written.
        plans: By our key, what was planned; of one object.
        outcomes: Of status `existing`, each with HubSpot's id.
        known: By our key, the ledger's rows.
    """
    relinked = Relinked()
    if not outcomes:
        return relinked
    object_name = plans[outcomes[0].key].object
    ids = [str(outcome.hubspot_id) for outcome in outcomes]
    found = portal.read(object_name, ids, written.properties)
    owners = engine.ledger.owners(run.portal, object_name, [record.id for record in found.values()])
    for outcome in outcomes:
        there, plan = found.get(str(outcome.hubspot_id)), plans[outcome.key]
        if there is None:
            relinked.outcomes.append(_gone(outcome))
            continue
        owner = owners.setdefault(there.id, outcome.key)
        if owner == outcome.key:
            owner = _named_owner(written, plan, known.get(outcome.key), there) or outcome.key
        if owner != outcome.key:
            relinked.outcomes.append(_taken(outcome, there.id, owner))
            continue
        relinked.records[outcome.key] = LedgerRecord(
            object_name,
            outcome.key,
            there.id,
            there.values,
            fresh=True,
            linked_by="" if plan.hubspot_id else "existing",
        )
    _plan(run, portal, written, plans, relinked)
    for batch in batches(relinked.plans.values(), ""):
        answered = portal.write(batch)
        relinked.outcomes.extend(
            _gone(one) if one.status == "existing" else one for one in answered
        )
    return relinked


def _plan(
    run: Run,
    portal: Portal,
    written: Written,
    plans: Mapping[str, RecordPlan],
    relinked: Relinked,
) -> None:
    """Plan anew what the mapping may write to the records that are there."""
    peoples = _peoples(portal, written, plans, relinked) if written.keep_peoples else set()
    for key, record in relinked.records.items():
        update = None
        if not written.create_only:
            update = diff(
                _desired(plans[key]),
                record,
                written.rules,
                run.as_of,
                written.volatile_days,
                written.stages,
                peoples=key in peoples,
            )
        if update is not None:
            relinked.plans[key] = update
        if update is None or not update.changes:
            relinked.unchanged.append(record)


def _named_owner(
    written: Written, plan: RecordPlan, known: LedgerRecord | None, there: PortalRecord
) -> str | None:
    """The other row that our own key property on the HubSpot record names."""
    ours = {
        **(known.values if known else {}),
        **plan.create_values,
        **{change.property: change.new for change in plan.changes},
    }
    for name in written.own_keys:
        held = there.values.get(name, "")
        if held and held != ours.get(name, held):
            return held
    return None


def _peoples(
    portal: Portal, written: Written, plans: Mapping[str, RecordPlan], relinked: Relinked
) -> set[str]:
    """Keys of the records whose stage would move and was last set by a person."""
    moving = {
        record.hubspot_id: key
        for key, record in relinked.records.items()
        if (current := record.values.get(STAGE_PROPERTY))
        and isinstance(move(_desired(plans[key]), current, written.stages), Change)
    }
    return set_by_people(portal, plans[next(iter(plans))].object, moving)


def _desired(plan: RecordPlan) -> DesiredRecord:
    """What the plan was made from, as far as it says so; a stage only goes forward."""
    stage = next((c for c in plan.changes if c.property == STAGE_PROPERTY), None)
    return DesiredRecord(
        object=plan.object,
        key=plan.key,
        matches=(("", plan.name),),
        values={c.property: c.new for c in plan.changes if c is not stage},
        because={c.property: c.because for c in plan.changes},
        stage=stage.new if stage else None,
        stage_because=stage.because if stage else "",
        create_values=plan.create_values,
        refused={one.property: one.reason for one in plan.refused},
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
