"""Desired record against ledger: what is sent to HubSpot, and nothing that is there already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.mapping.hubspot_names import DEAL_PIPELINE, DEAL_STAGE
from syncworker.planning.lifecycle import STAGE_PROPERTY, move
from syncworker.planning.records import Change, Held, LedgerRecord, RecordPlan
from syncworker.planning.values import options, same


def diff(
    desired: DesiredRecord,
    ledger: LedgerRecord | None,
    rules: Mapping[str, PropertyRule],
    as_of: datetime,
    volatile_days: int,
    stages: tuple[str, ...],
    *,
    peoples: bool = False,
) -> RecordPlan | None:
    """The plan of one record, or None where nothing changes and nothing is held.

    Where `needs_reading` says so, pass a ledger record read in this run; otherwise a value people
    have filled meanwhile would be overwritten.

    Args:
        desired: What the mapping asks for.
        ledger: What HubSpot confirmed; None: the record is to be created.
        rules: By property, how it is written; holds every property of `desired.values`.
        as_of: The moment the numbers are for.
        volatile_days: Volatile properties go alone when we never wrote, or longer ago than this.
        stages: Internal names of the portal's lifecycle stages of this object, first to last.
        peoples: Whether its stage is left as it is, because a person set it.
    """
    known = ledger.values if ledger else {}
    stage = move(desired, known.get(STAGE_PROPERTY, ""), stages, peoples=peoples)
    meaningful: list[Change] = [stage] if isinstance(stage, Change) else []
    kept: list[Held] = [stage] if isinstance(stage, Held) else []
    volatile: list[Change] = []
    for name, wanted in desired.values.items():
        old = known.get(name, "")
        new = _write(rules[name], old, wanted)
        if new is not None and name == DEAL_STAGE and (reason := elsewhere(desired, ledger)):
            kept.append(Held(name, old, new, f"kept: {reason}"))
        elif new is not None:
            changes = volatile if rules[name].volatile else meaningful
            changes.append(Change(name, old, new, desired.because.get(name, "")))
    held = tuple(kept) + tuple(
        Held(name, known.get(name, ""), "", f"kept: {reason}")
        for name, reason in desired.unknown.items()
    )
    if meaningful or ledger is None or _due(ledger, as_of, volatile_days):
        meaningful += volatile
    refused = tuple(
        Held(name, known.get(name, ""), "", reason) for name, reason in desired.refused.items()
    )
    if ledger and not meaningful and not held and not refused:
        return None
    changed = {change.property for change in meaningful}
    return RecordPlan(
        object=desired.object,
        key=desired.key,
        name=desired.name,
        hubspot_id=ledger.hubspot_id if ledger else None,
        action="update" if ledger else "create",
        changes=tuple(sorted(meaningful, key=lambda change: change.property)),
        held=held,
        create_values={} if ledger else dict(desired.create_values),
        empty=() if ledger else tuple(sorted(desired.values.keys() - changed)),
        refused=refused,
    )


def needs_reading(
    desired: DesiredRecord,
    ledger: LedgerRecord | None,
    rules: Mapping[str, PropertyRule],
    stages: tuple[str, ...],
) -> bool:
    """Whether the record's values must be read from HubSpot before `diff` can be trusted.

    True where the ledger has no row, where it does not know a property, and where a pending change
    depends on what people did meanwhile: filling an empty property, adding options, moving a stage,
    of a deal too, unless the deal is known to be in another pipeline than the mapped one.
    """
    if ledger is None:
        return True
    if not ledger.values or any(name not in ledger.values for name in desired.values):
        return True
    if desired.stage is not None and STAGE_PROPERTY not in ledger.values:
        return True
    if ledger.fresh:
        return False
    if isinstance(move(desired, ledger.values.get(STAGE_PROPERTY, ""), stages), Change):
        return True
    return any(
        _peoples_too(rules[name], desired, ledger)
        and _write(rules[name], ledger.values[name], wanted) is not None
        for name, wanted in desired.values.items()
    )


def _peoples_too(rule: PropertyRule, desired: DesiredRecord, ledger: LedgerRecord) -> bool:
    """Whether what people did meanwhile decides what is sent."""
    if rule.name == DEAL_STAGE:
        return not elsewhere(desired, ledger)
    return rule.mode in {"fill_empty", "append"}


def elsewhere(desired: DesiredRecord, ledger: LedgerRecord | None) -> str:
    """Why a deal does not take the mapped stages, or "": people have it in another pipeline."""
    ours = desired.create_values.get(DEAL_PIPELINE)
    theirs = ledger.values.get(DEAL_PIPELINE) if ledger else None
    if not ours or not theirs or ours == theirs:
        return ""
    return f"the deal is in pipeline {theirs}, not in {ours}"


def _write(rule: PropertyRule, old: str, wanted: str) -> str | None:
    """The value to send, or None where the property stays as it is."""
    if same(rule.type, old, wanted):
        return None
    match rule.mode:
        case "always":
            return wanted
        case "never_clear":
            return wanted or None
        case "fill_empty":
            return None if old else wanted
    return _append(old, wanted)


def _append(old: str, wanted: str) -> str | None:
    """People's options as they stand, then the new ones."""
    new = sorted(set(options(wanted)) - set(options(old)))
    return ";".join((*options(old), *new)) if new else None


def _due(ledger: LedgerRecord, as_of: datetime, volatile_days: int) -> bool:
    return ledger.written_at is None or as_of - ledger.written_at > timedelta(days=volatile_days)
