"""Plans that waited, for the portal's next day or for a worker: what people did meanwhile counts.

A plan is made from what HubSpot held then. A change that must not overwrite people's values is
dropped where its old value is no longer there: the next run decides anew. A rollback overwrites
nobody's values, whatever the mapping says of them: it looks again however short it rested, was
asked about or was deferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from syncworker.engine.engine import Engine
from syncworker.engine.existing import Written
from syncworker.engine.memory import Run
from syncworker.engine.ports import Portal, PortalRecord
from syncworker.mapping.hubspot_names import DEAL_STAGE
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.records import Change, Held, LedgerRecord, RecordPlan
from syncworker.planning.values import same

LONG = timedelta(hours=1)
"""How old a plan may be before it is looked at again."""
_MOVED_ON = "kept: it changed in HubSpot while this plan waited"

Plans = dict[str, RecordPlan]
Records = dict[str, LedgerRecord]


def read_at(run: Run) -> datetime:
    """Since when people may have changed what the run's plan was made from.

    Not when it was done: a computing may take hours, or be deferred to the next day.
    """
    summary = run.summary
    # Runs of older versions tell the end of their computing only.
    return datetime.fromisoformat(summary.get("read_at") or summary["computed_at"])


def has_waited(engine: Engine, run: Run) -> bool:
    """Whether the run's plan is so old that people may well have done something meanwhile."""
    if run.kind == "rollback":
        return True
    planned_at = run.options.get("planned_at")
    since = datetime.fromisoformat(planned_at) if planned_at else read_at(run)
    return engine.clock() - since > LONG


def brought_up_to_date(
    portal: Portal,
    written: Written,
    plans: Mapping[str, RecordPlan],
    known: Mapping[str, LedgerRecord],
    *,
    every: bool,
) -> tuple[Plans, Records]:
    """The plans without the changes that would overwrite people's values, and what was read.

    Args:
        portal: The portal.
        written: How records of the object are written.
        plans: By our key, the plans of records of one object.
        known: By our key, the ledger's rows.
        every: Whether each change is looked at, also of values that are ours.
    """
    now, records = dict(plans), dict(known)
    asked = [
        plan
        for plan in plans.values()
        if plan.hubspot_id and any(every or _peoples_too(one, written) for one in plan.changes)
    ]
    if not asked:
        return now, records
    ids = [str(plan.hubspot_id) for plan in asked]
    found = portal.read(asked[0].object, ids, written.properties)
    for plan in asked:
        there = found.get(str(plan.hubspot_id))
        if there is None or there.id != plan.hubspot_id or plan.key not in records:
            continue  # gone or merged: the answer to the write says so
        now[plan.key] = _without_the_dropped(plan, there, written, every=every)
        before = records[plan.key]
        records[plan.key] = replace(before, values={**before.values, **there.values})
    return now, records


def _without_the_dropped(
    plan: RecordPlan, there: PortalRecord, written: Written, *, every: bool
) -> RecordPlan:
    dropped = [
        change
        for change in plan.changes
        if (every or _peoples_too(change, written)) and not _as_planned(change, there, written)
    ]
    held = (Held(c.property, there.values.get(c.property, ""), c.new, _MOVED_ON) for c in dropped)
    changes = tuple(change for change in plan.changes if change not in dropped)
    return replace(plan, changes=changes, held=(*plan.held, *held))


def _peoples_too(change: Change, written: Written) -> bool:
    if change.property in {STAGE_PROPERTY, DEAL_STAGE}:
        return True
    rule = written.rules.get(change.property)
    return rule is not None and rule.mode in {"fill_empty", "append"}


def _as_planned(change: Change, there: PortalRecord, written: Written) -> bool:
    """Whether the old value is still there, or what we sent before the answer was lost.

    A stage may have been emptied to be set anew.
    """
    held = there.values.get(change.property)
    if held is None:  # the portal has no such property any more
        return False
    if change.clear_first:
        return held in {change.old, ""}
    rule = written.rules.get(change.property)
    type_ = rule.type if rule else "string"
    return same(type_, held, change.old) or same(type_, held, change.new)
