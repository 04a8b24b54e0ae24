"""What became of each change of a record, judged by the values HubSpot returned.

HubSpot may answer with success and still keep its own value: a lifecycle stage never steps back,
and a workflow may overwrite a property at once. Only what came back as sent was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncworker.mapping.desired import PropertyRule
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.records import Change, OutcomeStatus, RecordOutcome, RecordPlan
from syncworker.planning.values import same


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one change.

    Attributes:
        change: The change.
        status: sent (HubSpot confirmed it), held (a stage HubSpot kept), rejected, or deferred.
        value: What HubSpot holds now, for the ledger; None: unknown, the ledger stays as it is.
        cause: Of a rejection: HubSpot's error code, or VALUE_NOT_KEPT.
        message: Of held and rejected: what happened, in words for the admin.
        help: Of a rejection: what to do.
    """

    change: Change
    status: OutcomeStatus
    value: str | None = None
    cause: str = ""
    message: str = ""
    help: str = ""


def judge(
    plan: RecordPlan, outcome: RecordOutcome, rules: Mapping[str, PropertyRule]
) -> tuple[Judged, ...]:
    """One answer for every change of the plan, in the plan's order.

    Args:
        plan: What was sent for the record.
        outcome: What HubSpot answered. A property that a successful answer does not mention counts
            as confirmed. Anything but success holds for all changes of the record.
        rules: By property; gives the type to compare by.
    """
    if outcome.status != "sent":
        return tuple(
            Judged(change, outcome.status, None, outcome.cause, outcome.message, outcome.help)
            for change in plan.changes
        )
    return tuple(_judge(change, outcome.values, rules) for change in plan.changes)


def _judge(
    change: Change, returned: Mapping[str, str], rules: Mapping[str, PropertyRule]
) -> Judged:
    value = returned.get(change.property, change.new)
    if change.property == STAGE_PROPERTY:
        if value == change.new:
            return Judged(change, "sent", value)
        message = f"HubSpot kept {value or 'no stage'} and did not take {change.new}"
        return Judged(change, "held", value, message=message)
    if same(rules[change.property].type, value, change.new):
        return Judged(change, "sent", value)
    return Judged(
        change,
        "rejected",
        value,
        cause="VALUE_NOT_KEPT",
        message=f"HubSpot answered with success and holds another value of {change.property}",
        help="look in HubSpot for a workflow or a calculation that sets this property",
    )
