"""Leaving without a trace: emptying the values that syncworker wrote and HubSpot still holds.

The history says what was written to each record. A value that is another one now is a person's or
another app's and stays, and so does theirs that a rollback put back; so do lifecycle and deal
stages, which people work with, and records that syncworker created.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import cast

from syncworker.engine import properties, whose
from syncworker.engine.engine import Engine
from syncworker.engine.ports import Portal, PortalRecord, PropertyDefinition
from syncworker.engine.stretches import stretches
from syncworker.errors import ConfigError
from syncworker.mapping.desired import PropertyType
from syncworker.mapping.hubspot_names import DEAL_STAGE
from syncworker.mapping.portal import PortalMapping
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.records import Change, LedgerRecord, RecordPlan
from syncworker.planning.values import options, same

_STAGES = frozenset({STAGE_PROPERTY, DEAL_STAGE})
_SEVERAL = "checkbox"
_BECAUSE = "what syncworker wrote is taken back"

Place = tuple[str, str]
"""An object and a property."""


@dataclass(slots=True)
class Found:
    """What there is to clear, and what stays.

    Attributes:
        plans: The records with a value to empty; those of one object together.
        cleared: How many values are emptied, by object and property.
        stays: How many values are another one now, by object and property.
        put_back: How many values are others' that a rollback put back, by object and property.
        stages: Records whose stage syncworker set, by object; stages stay.
        created: Records that syncworker created, by object; they stay.
        gone: Records that HubSpot no longer has, by object.
        unmapped: Linked records of objects that the mapping no longer has, by object; untouched.
        written: Every property that syncworker wrote, by object.
    """

    plans: list[RecordPlan] = field(default_factory=list)
    cleared: Counter[Place] = field(default_factory=Counter)
    stays: Counter[Place] = field(default_factory=Counter)
    put_back: Counter[Place] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    created: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    written: dict[str, set[str]] = field(default_factory=dict)


def find(
    engine: Engine,
    portal_name: str,
    mapping: PortalMapping,
    portal: Portal,
    names: Collection[str] = (),
) -> Found:
    """Compare what was written with what HubSpot holds now; changes nothing.

    Args:
        engine: The ports.
        portal_name: The portal's name.
        mapping: Its mapping.
        portal: The portal.
        names: The properties that are meant; empty: all.

    Raises:
        ConfigError: One of the names was never written.
        PortalError: HubSpot cannot be read.
    """
    found = Found()
    rolled_back = whose.rollbacks(engine, portal_name)
    for object_name, records in groupby(engine.ledger.linked(portal_name), lambda r: r.object):
        if object_name not in mapping.objects:
            found.unmapped[object_name] = sum(1 for _ in records)
            continue
        there = properties.known(engine, portal_name, object_name, portal)
        for stretch in stretches(records):
            history = _history(engine, portal_name, stretch)
            _look(portal, stretch, history, there, names, rolled_back, found)
    never = sorted(
        set(names) - {name for of_object in found.written.values() for name in of_object}
    )
    if never:
        raise ConfigError(
            f"{', '.join(never)} was never written in portal {portal_name}",
            help=f"what it writes: syncworker properties list {portal_name}",
            code="PROPERTY_NEVER_WRITTEN",
        )
    return found


def archivable(
    engine: Engine,
    portal_name: str,
    portal: Portal,
    found: Found,
    names: Collection[str] = (),
) -> dict[str, list[str]]:
    """By object, the properties that syncworker created and that hold nobody else's value.

    It created what it wrote and what stands in its property group.
    """
    by_object: dict[str, list[str]] = {}
    for object_name, written in sorted(found.written.items()):
        there = properties.known(engine, portal_name, object_name, portal)
        mine = [
            name
            for name in sorted(written)
            if name in there and there[name].group == properties.GROUP[0]
            if not found.stays[object_name, name] + found.put_back[object_name, name]
            if not names or name in names
        ]
        if mine:
            by_object[object_name] = mine
    return by_object


def archive(
    engine: Engine, portal_name: str, portal: Portal, by_object: Mapping[str, Sequence[str]]
) -> None:
    """Archive the properties; raises PortalError where HubSpot refuses."""
    try:
        for object_name, names in by_object.items():
            portal.archive_properties(object_name, names)
    finally:
        engine.definitions.forget(portal_name)


def _history(
    engine: Engine, portal_name: str, records: Sequence[LedgerRecord]
) -> dict[str, list[whose.Written]]:
    """By our key, all that was written to some records of one object."""
    history: dict[str, list[whose.Written]] = {}
    keys = [record.key for record in records]
    for one in engine.histories.of_records(portal_name, records[0].object, keys):
        history.setdefault(one.key, []).extend((one.run_id, change) for change in one.changes)
    return history


def _look(
    portal: Portal,
    records: Sequence[LedgerRecord],
    history: Mapping[str, Sequence[whose.Written]],
    there: Mapping[str, PropertyDefinition],
    names: Collection[str],
    rolled_back: Mapping[str, str],
    found: Found,
) -> None:
    """Add what some records of one object hold."""
    object_name = records[0].object
    written = {change.property for changes in history.values() for _, change in changes}
    found.written.setdefault(object_name, set()).update(written - _STAGES)
    found.created[object_name] += sum(record.linked_by == "created" for record in records)
    found.stages[object_name] += sum(
        any(change.property in _STAGES for _, change in changes) for changes in history.values()
    )
    meant = sorted(
        name
        for name in written - _STAGES
        if name in there and not there[name].read_only and (not names or name in names)
    )
    if not meant:
        return
    ids = [record.hubspot_id for record in records if record.key in history]
    held = portal.read(object_name, ids, meant)
    for record in records:
        if record.key not in history:
            continue
        now = held.get(record.hubspot_id)
        if now is None or now.id != record.hubspot_id:
            found.gone[object_name] += 1
            continue
        known = history[record.key]
        changes = tuple(_changes(object_name, known, now, meant, there, rolled_back, found))
        if changes:
            plan = RecordPlan(object_name, record.key, record.key, now.id, "update", changes)
            found.plans.append(plan)


def _changes(
    object_name: str,
    history: Sequence[whose.Written],
    now: PortalRecord,
    meant: Sequence[str],
    there: Mapping[str, PropertyDefinition],
    rolled_back: Mapping[str, str],
    found: Found,
) -> Iterator[Change]:
    for name in meant:
        of_property = [one for one in history if one[1].property == name]
        current = now.values.get(name, "")
        if not of_property or not current:
            continue
        several = there[name].field_type == _SEVERAL
        # Options that a rollback put back were added before it, by whoever it was.
        known = [change for run, change in of_property if not (several and run in rolled_back)]
        left = rest(there[name], known, current)
        type_ = cast("PropertyType", there[name].type)
        if left == current:
            found.stays[object_name, name] += bool(of_property[-1][1].new)
        elif not several and not whose.ours(type_, of_property, rolled_back):
            found.put_back[object_name, name] += 1
        else:
            found.cleared[object_name, name] += 1
            yield Change(name, current, left, _BECAUSE)


def rest(there: PropertyDefinition, history: Sequence[Change], current: str) -> str:
    """What is left of a value without what syncworker wrote; the same value where it is not ours.

    Of several options only those go that were added.
    """
    if there.field_type == _SEVERAL:
        ours = {o for c in history for o in set(options(c.new)) - set(options(c.old))}
        return ";".join(option for option in options(current) if option not in ours)
    ours_now = same(cast("PropertyType", there.type), current, history[-1].new)
    return "" if ours_now else current
