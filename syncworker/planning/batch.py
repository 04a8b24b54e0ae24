"""Plans as HubSpot requests: up to 100 records of one object and action, each record once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from syncworker.planning.records import Action, Batch, BatchInput, RecordPlan

MAX_INPUTS = 100
"""HubSpot refuses a batch of more."""


def batches(plans: Iterable[RecordPlan], match_property: str) -> Iterator[Batch]:
    """The requests that carry out the plans; every plan that sends something is in exactly one.

    A plan that only holds changes back needs no request. HubSpot refuses a whole batch that names
    a record twice, so a second plan for a record opens a new batch and stays behind the first.
    Trace ids are unique over all batches of one call.

    Args:
        plans: Of any objects and actions.
        match_property: The unique property creating goes by; "" where nothing is created.
    """
    open_batches: dict[tuple[str, Action], dict[str, BatchInput]] = {}
    sending = (plan for plan in plans if plan.changes or plan.action == "create")
    for number, plan in enumerate(sending, start=1):
        group = (plan.object, plan.action)
        record = plan.hubspot_id or plan.create_values.get(match_property, "").lower()
        inputs = open_batches.setdefault(group, {})
        if record in inputs or len(inputs) == MAX_INPUTS:
            yield Batch(*group, match_property, tuple(inputs.values()))
            inputs.clear()
        inputs[record] = _input(f"t{number}", plan, match_property)
    for group, inputs in open_batches.items():
        yield Batch(*group, match_property, tuple(inputs.values()))


def clearing(plans: Iterable[RecordPlan]) -> Iterator[Batch]:
    """The requests that empty stages which go back; to be answered before the stages are set.

    HubSpot gives no order of the inputs within a batch, so both cannot be in one. Everything else
    that changes goes along: a record that HubSpot refuses for it keeps its stage.
    """
    emptied = [
        replace(
            plan,
            changes=tuple(c._replace(new="") if c.clear_first else c for c in plan.changes),
        )
        for plan in plans
        if goes_back(plan)
    ]
    return batches(emptied, "")


def setting(plan: RecordPlan) -> RecordPlan:
    """What is left to send of a plan once the stage that goes back is empty."""
    return replace(plan, changes=tuple(c for c in plan.changes if c.clear_first))


def goes_back(plan: RecordPlan) -> bool:
    """Whether the record's stage goes back."""
    return any(change.clear_first for change in plan.changes)


def _input(trace_id: str, plan: RecordPlan, match_property: str) -> BatchInput:
    properties = {**plan.create_values, **{name: new for name, _, new, _, _ in plan.changes}}
    match = plan.create_values.get(match_property, "")
    return BatchInput(trace_id, plan.key, plan.hubspot_id, match, properties)
