"""Where a value goes: the mapping's wish against what HubSpot confirmed, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncworker.engine.conflicts import LINK_CONFLICT
from syncworker.engine.explained import Destination, State
from syncworker.engine.memory import DeadLetter, Written
from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.mapping.portal import PropertyMapping
from syncworker.planning.diff import diff
from syncworker.planning.records import LedgerRecord
from syncworker.planning.values import same


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one HubSpot record.

    Attributes:
        desired: What the mapping asks for.
        ledger: What HubSpot confirmed; None: no record is linked.
        rules: By property, how it is written.
        unlinked: Why there is no record.
        history: What was written to it, the newest first.
        letters: Its open dead letters.
        as_of: The moment the numbers are for.
        volatile_days: As in the mapping.
    """

    desired: DesiredRecord
    ledger: LedgerRecord | None
    rules: Mapping[str, PropertyRule]
    unlinked: str
    history: Sequence[Written]
    letters: Sequence[DeadLetter]
    as_of: datetime
    volatile_days: int


def destination(record: Record, name: str, mapped: PropertyMapping, held: str) -> Destination:
    """How one property of a record stands.

    Args:
        record: The record.
        name: The property.
        mapped: Its section of the mapping.
        held: Why its metric is held for the whole portal, or "".
    """
    state, reason = _state(record, name, held)
    last = next((w for w in record.history if any(c.property == name for c in w.changes)), None)
    return Destination(
        object=record.desired.object,
        property=name,
        mode=mapped.mode,
        desired=None if held else record.desired.values.get(name),
        has=record.ledger.values.get(name) if record.ledger else None,
        hubspot_id=record.ledger.hubspot_id if record.ledger else "",
        written_at=last.at if last else None,
        run_id=last.run_id if last else "",
        state=state,
        reason=reason,
    )


def _state(record: Record, name: str, held: str) -> tuple[State, str]:
    desired, ledger = record.desired, record.ledger
    if held or name not in {*desired.values, *desired.unknown, *desired.refused}:
        return "left alone", held or "the portal has no such property to write"
    if name in desired.unknown:
        return "not known", f"{desired.unknown[name]}; the last value stays"
    if name in desired.refused:
        return "rejected", desired.refused[name]
    if ledger is None:
        return "not linked", record.unlinked or _conflict(record)
    return _against(record, ledger, name)


def _conflict(record: Record) -> str:
    """Why a record that is wanted has no HubSpot record yet."""
    letter = next((one for one in record.letters if one.cause == LINK_CONFLICT), None)
    return letter.message if letter else "the next sync looks for its HubSpot record"


def _against(record: Record, ledger: LedgerRecord, name: str) -> tuple[State, str]:
    """How a wanted value stands to what HubSpot has."""
    wish = replace(record.desired, stage=None)
    plan = diff(wish, ledger, record.rules, record.as_of, record.volatile_days, ())
    if plan and any(change.property == name for change in plan.changes):
        letter = next((one for one in record.letters if one.property in {name, ""}), None)
        if letter is not None:
            return "rejected", f"{letter.message} ({letter.cause})"
        return "changes", "the next sync writes it"
    return _stays(record.rules[name], ledger.values.get(name, ""), wish.values[name])


def _stays(rule: PropertyRule, has: str, wanted: str) -> tuple[State, str]:
    if same(rule.type, has, wanted):
        return "unchanged", "HubSpot has this value"
    if rule.volatile:
        return "waits", "it rides along with the next change"
    if rule.mode == "append":
        return "kept", "append takes no option away, and the wanted ones are there"
    if rule.mode == "never_clear":
        return "kept", "never_clear keeps the last value"
    return "kept", f"{rule.mode} leaves it as people have it"
