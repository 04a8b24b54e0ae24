"""How many HubSpot requests a stretch of a plan takes: the batches, counted as they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncworker.planning.batch import batches, clearing, goes_back, setting
from syncworker.planning.records import RecordPlan


def requests_of(plans: Sequence[RecordPlan], match_properties: Mapping[str, str]) -> int:
    """The requests that pushing these records takes where HubSpot takes each of them at once.

    A stage that goes back is emptied in a request before and read back after.

    Args:
        plans: A stretch that is pushed together.
        match_properties: By object, the unique property that creating goes by.
    """
    return sum(
        _of_object([plan for plan in plans if plan.object == name], match_properties.get(name, ""))
        for name in dict.fromkeys(plan.object for plan in plans)
    )


def _of_object(plans: Sequence[RecordPlan], match_property: str) -> int:
    sent = [setting(plan) if goes_back(plan) else plan for plan in plans]
    back = {plan.key for plan in plans if goes_back(plan)}
    number = sum(1 for _ in clearing(plans))
    for batch in batches(sent, match_property):
        number += 1 + any(one.key in back for one in batch.inputs)
    return number
