"""What one record's outcome means for the ledger, its history and the dead letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from syncworker.engine.conflicts import LINK_CONFLICT
from syncworker.engine.memory import DeadLetter, Settled
from syncworker.mapping.desired import PropertyRule
from syncworker.planning.outcome import Judged, judge
from syncworker.planning.records import Change, Held, LedgerRecord, RecordOutcome, RecordPlan

_GONE = frozenset({"OBJECT_NOT_FOUND", "VANISHED", LINK_CONFLICT})
"""Causes of a rejection that mean: it was deleted or merged since it was linked."""


def settled(
    position: int,
    plan: RecordPlan,
    outcome: RecordOutcome,
    known: LedgerRecord | None,
    rules: Mapping[str, PropertyRule],
    as_of: datetime,
) -> Settled:
    """What is confirmed enters the ledger, what is not is a dead letter.

    Args:
        position: The record's position in the plan.
        plan: What was sent for it.
        outcome: What HubSpot answered: sent or rejected.
        known: Its row in the ledger.
        rules: By property, how it is written.
        as_of: The run's moment.
    """
    if outcome.hubspot_id is None:
        told = _letter(plan, outcome.cause, outcome.property, outcome.message, outcome.help)
        letters = (_tried(plan, told), *refused(plan))
        # Without values it is read in the next run, and looked for again if it is gone.
        back = any(change.clear_first for change in plan.changes)
        unsure = replace(known, values={}) if known and (outcome.cause in _GONE or back) else None
        return Settled(position, "rejected", plan.object, plan.key, unsure, (), letters)
    sent = {name: new for name, _, new, _, _ in plan.changes}
    as_sent = outcome.status == "sent" and outcome.values.items() >= sent.items()
    judged = () if as_sent else judge(plan, outcome, rules)
    confirmed = {j.change.property: j.value for j in judged if j.value is not None}
    base = known
    if base is None or plan.action == "create":  # what an earlier record held says nothing
        empty = dict.fromkeys(plan.empty, "")
        base = LedgerRecord(plan.object, plan.key, outcome.hubspot_id, empty, linked_by="created")
    values = {**base.values, **(sent if as_sent else confirmed)}
    if base.hubspot_id != outcome.hubspot_id:  # merged: the next run reads what it holds, and
        values = {}  # whether it is linked to another key already
    letters = tuple(
        _tried(plan, _letter(plan, j.cause, j.change.property, j.message, j.help))
        for j in judged
        if j.status == "rejected"
    )
    status = "sent" if as_sent else _status(judged)
    return Settled(
        position=position,
        status="rejected" if plan.refused else status,
        object=plan.object,
        key=plan.key,
        record=replace(base, values=values, written_at=as_of),
        changes=plan.changes if as_sent else _sent(judged),
        letters=(*letters, *refused(plan)),
        created=plan.action == "create",
    )


def refused(plan: RecordPlan) -> tuple[DeadLetter, ...]:
    """What the portal's properties cannot take of the record, or would not a short while ago."""
    return tuple(_refused(plan, one) for one in plan.refused)


def _refused(plan: RecordPlan, one: Held) -> DeadLetter:
    if one.cause:
        known = _letter(plan, one.cause, one.property, one.reason, one.help)
        return replace(known, values={**known.values, one.property: one.new})
    help_ = f"add the option to {one.property} in HubSpot, or map another property"
    return _letter(plan, "INVALID_OPTION", one.property, one.reason, help_)


def nothing_to_send(position: int, plan: RecordPlan) -> Settled:
    """A record of which everything is held back or refused."""
    letters = refused(plan)
    status: Literal["held", "rejected"] = "rejected" if letters else "held"
    return Settled(position, status, plan.object, plan.key, None, (), letters)


def unchanged(position: int, record: LedgerRecord, plan: RecordPlan | None) -> Settled:
    """A record that is another one than planned, or has changed since, and needs no request."""
    letters = refused(plan) if plan else ()
    status: Literal["held", "rejected"] = "rejected" if letters else "held"
    return Settled(position, status, record.object, record.key, record, (), letters)


def _sent(judged: Sequence[Judged]) -> tuple[Change, ...]:
    return tuple(one.change for one in judged if one.status == "sent")


def _status(judged: Sequence[Judged]) -> Literal["sent", "held", "rejected"]:
    """Of a record HubSpot took: rejected if it kept a value, held if it kept its stage only."""
    every = {one.status for one in judged}
    if "rejected" in every:
        return "rejected"
    return "held" if every == {"held"} else "sent"


def _tried(plan: RecordPlan, letter: DeadLetter) -> DeadLetter:
    """The letter of something that was sent: with all that may be at fault, to know it again."""
    blamed = letter.property
    if blamed in letter.values:
        return replace(letter, tried=True)
    created = plan.create_values
    named = {blamed: created[blamed]} if blamed in created else created
    return replace(letter, values={**named, **letter.values}, tried=True)


def _letter(plan: RecordPlan, cause: str, name: str, message: str, help: str) -> DeadLetter:
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
