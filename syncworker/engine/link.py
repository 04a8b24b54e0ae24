"""Linking: which HubSpot record a desired record is, and what it holds before the first write.

A link is kept in the ledger. What is not known, or may have been changed by people in a way that
matters, is read from HubSpot, 100 records a request. Two candidates are a conflict that is
reported with both sides, never a guess.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from syncworker.engine import conflicts
from syncworker.engine.engine import Engine
from syncworker.engine.forgotten import DELETED
from syncworker.engine.memory import Chunk, DeadLetter, Run
from syncworker.engine.ports import Portal, PortalRecord
from syncworker.engine.target import Target
from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.hubspot_names import DEAL_STAGE
from syncworker.planning.diff import needs_reading
from syncworker.planning.lifecycle import PEOPLE, STAGE_PROPERTY, move
from syncworker.planning.records import Change, LedgerRecord

CONTACTS = "contacts"


@dataclass(frozen=True, slots=True)
class Links:
    """What linking found out about some desired records.

    Attributes:
        records: By our key, the ledger's row, up to date as far as the diff needs it.
        new: Keys of records that HubSpot does not have and the mapping lets us create.
        unlinked: By key, why there is no record and none is made.
        letters: Conflicts.
        peoples: Keys of records whose stage a person set last, where that counts.
    """

    records: dict[str, LedgerRecord] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    unlinked: dict[str, str] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    peoples: set[str] = field(default_factory=set)


def link(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    portal: Portal,
    target: Target,
    desired: Sequence[DesiredRecord],
) -> Links:
    """Link desired records and read what the diff needs; what was read enters the ledger."""
    links = Links()
    known = engine.ledger.get(run.portal, target.name, [d.key for d in desired])
    stale = [d for d in desired if needs_reading(d, known.get(d.key), target.rules, target.stages)]
    unread = {d.key for d in stale}
    links.records.update({k: r for k, r in known.items() if k not in unread})
    linked = [(d, known[d.key]) for d in stale if d.key in known]
    gone = _read_again(engine, run, chunk, portal, target, linked, links)
    lost = [d for d in stale if d.key not in known or d.key in gone]
    _find(engine, run, chunk, portal, target, lost, links)
    unfound = sorted(gone - links.records.keys())
    if target.name == CONTACTS:
        _leave_deleted(engine, run, set(unfound), links)
    if unfound:
        engine.ledger.forget(chunk, run.portal, target.name, unfound)
    read = [record for record in links.records.values() if record.fresh]
    if read:
        engine.ledger.confirm(chunk, run.portal, read, run.as_of)
        _withdraw(engine, run, chunk, target, desired, known, links)
    if target.keep_peoples:
        links.peoples.update(_peoples(portal, target, desired, links))
    return links


def _leave_deleted(engine: Engine, run: Run, gone: set[str], links: Links) -> None:
    """A contact that was deleted in HubSpot is not made again: it may have been for privacy.

    HubSpot answers alike for a contact that was deleted for good and for one in its bin.
    """
    for key in sorted(gone & links.new):
        engine.forgotten.keep_out(run.portal, {DELETED: [key]}, uuid.uuid4().hex, engine.clock())
    out = engine.forgotten.kept_out(run.portal) if links.new else None
    for key in sorted(links.new) if out is not None else ():
        if out is not None and out.has(DELETED, key):
            links.new.discard(key)
            links.unlinked[key] = "its contact was deleted in HubSpot and is not made again"


def _read_again(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    portal: Portal,
    target: Target,
    linked: Sequence[tuple[DesiredRecord, LedgerRecord]],
    links: Links,
) -> set[str]:
    """Read linked records; the keys of those that HubSpot no longer has.

    One that was merged into a record of another row is a conflict.
    """
    if not linked:
        return set()
    found = portal.read(target.name, [r.hubspot_id for _, r in linked], target.properties)
    asked = {r.hubspot_id for _, r in linked}
    merged = [one.id for one in found.values() if one.id not in asked]
    owners = _owners(engine, run, chunk, target, [d for d, _ in linked], merged) if merged else {}
    owners |= {r.hubspot_id: r.key for _, r in linked}
    for record, known in linked:
        if known.hubspot_id not in found:
            continue
        now = found[known.hubspot_id]
        owner = owners.setdefault(now.id, record.key)
        if owner == record.key and now.id != known.hubspot_id:
            owner = _named_owner(target, record, now) or record.key
        if owner == record.key:
            links.records[record.key] = _as_read(known, now)
        else:
            links.letters.append(conflicts.taken(target, record, now.id, owner))
    return {known.key for _, known in linked if known.hubspot_id not in found}


def _find(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    portal: Portal,
    target: Target,
    desired: Sequence[DesiredRecord],
    links: Links,
) -> None:
    """Look for records, one way after the other, until one finds them."""
    open_ones = {record.key: record for record in desired}
    unsure: dict[str, DeadLetter] = {}
    owners = {record.hubspot_id: key for key, record in links.records.items()}
    for name in [way.property for way in target.config.match]:
        findable = []
        for record in open_ones.values():
            value = dict(record.matches).get(name)
            keys = target.shared.get(name, {}).get(value.lower(), ()) if value else ()
            if keys:
                unsure[record.key] = conflicts.shared(target, record, name, keys)
            elif value:
                findable.append(record)
        if not findable:
            continue
        values = [dict(record.matches)[name] for record in findable]
        found = portal.find(
            target.name, name, values, target.properties, unique=name in target.unique
        )
        by_value = {value.lower(): records for value, records in found.items()}
        ids = [record.id for records in found.values() for record in records]
        owners = _owners(engine, run, chunk, target, desired, ids) | owners
        for record in findable:
            candidates = by_value.get(dict(record.matches)[name].lower(), ())
            if candidates:
                del open_ones[record.key]
                _decide(target, record, name, candidates, owners, links)
    for record in open_ones.values():
        if record.key in unsure:
            links.letters.append(unsure[record.key])
        else:
            _not_found(target, record, links)


def _withdraw(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    target: Target,
    desired: Sequence[DesiredRecord],
    known: Mapping[str, LedgerRecord],
    links: Links,
) -> None:
    """Give up links to records that another worker has linked another row to in the same moment.

    Both have written down theirs before they look, so at least one of them sees the other.
    """
    made = {
        key: record.hubspot_id
        for key, record in links.records.items()
        if record.fresh and (key not in known or known[key].hubspot_id != record.hubspot_id)
    }
    if not made:
        return
    claims = engine.ledger.claims(run.portal, target.name, list(made.values()))
    lost = {
        key: others[0]
        for key, id_ in made.items()
        if (others := sorted(target.rows.among([one for one in claims[id_] if one != key])))
    }
    for record in (one for one in desired if one.key in lost):
        del links.records[record.key]
        links.letters.append(conflicts.taken(target, record, made[record.key], lost[record.key]))
    merged = [replace(known[key], values={}) for key in lost if key in known]
    if merged:
        engine.ledger.confirm(chunk, run.portal, merged, run.as_of)
    if lost:
        engine.ledger.forget(chunk, run.portal, target.name, sorted(lost.keys() - known.keys()))


def _owners(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    target: Target,
    desired: Sequence[DesiredRecord],
    ids: Sequence[str],
) -> dict[str, str]:
    """Which row each of HubSpot's records is linked to."""
    owners = engine.ledger.owners(run.portal, target.name, ids)
    # A row that the source no longer has must not keep its record from the row that came after
    # it: the person who asked for a demo and has signed up, the account that was made anew.
    left = set(owners.values()) - {record.key for record in desired}
    left -= target.rows.among(left)
    if left:
        engine.ledger.forget(chunk, run.portal, target.name, sorted(left))
    return {id_: key for id_, key in owners.items() if key not in left}


def _decide(
    target: Target,
    record: DesiredRecord,
    name: str,
    candidates: Sequence[PortalRecord],
    owners: dict[str, str],
    links: Links,
) -> None:
    """Link a record to the one that was found, unless it is another row's."""
    if len(candidates) > 1:
        links.letters.append(conflicts.ambiguous(target, record, name, candidates))
        return
    found = candidates[0]
    owner = owners.setdefault(found.id, record.key)
    if owner == record.key:
        owner = _named_owner(target, record, found) or record.key
    if owner != record.key:
        links.letters.append(conflicts.taken(target, record, found.id, owner))
        return
    fresh = LedgerRecord(target.name, record.key, found.id, {}, linked_by=name)
    links.records[record.key] = _as_read(fresh, found)


def _named_owner(target: Target, record: DesiredRecord, found: PortalRecord) -> str | None:
    """The other row that our own key property on the HubSpot record names, if it is there."""
    ours = dict(record.matches)
    for name, keys in target.own.items():
        held = found.values.get(name, "")
        if held and held != ours.get(name) and keys.among([held]):
            return held
    return None


def _not_found(target: Target, record: DesiredRecord, links: Links) -> None:
    names = [name for name, _ in record.matches]
    if not names:
        columns = " and ".join(way.column for way in target.config.match)
        links.unlinked[record.key] = f"its {columns} is empty"
    elif not target.creates:
        links.unlinked[record.key] = f"HubSpot has none with this {' or '.join(names)}"
    elif target.created_by in names:
        if DEAL_STAGE in target.rules and not record.values.get(DEAL_STAGE):
            links.unlinked[record.key] = _without_stage(record)
        else:
            links.new.add(record.key)
    else:
        column = next(
            (way.column for way in target.config.match if way.property == target.created_by), ""
        )
        links.unlinked[record.key] = f"it cannot be created, its {column} is empty"


def _without_stage(record: DesiredRecord) -> str:
    state = record.because.get(DEAL_STAGE) or "its subscription's state is not known"
    reason = record.unknown.get(DEAL_STAGE) or f"the mapping names none where {state}"
    return f"it cannot be created without a deal stage: {reason}"


def _peoples(
    portal: Portal, target: Target, desired: Sequence[DesiredRecord], links: Links
) -> set[str]:
    """Keys of the records whose stage would move and was last set by a person."""
    moving = {
        links.records[record.key].hubspot_id: record.key
        for record in desired
        if record.key in links.records
        and (current := links.records[record.key].values.get(STAGE_PROPERTY))
        and isinstance(move(record, current, target.stages), Change)
    }
    return set_by_people(portal, target.name, moving)


def set_by_people(portal: Portal, object_name: str, moving: Mapping[str, str]) -> set[str]:
    """Of our keys by HubSpot id, those of the records whose stage a person set last."""
    sources = portal.last_set_by(object_name, list(moving), STAGE_PROPERTY) if moving else {}
    return {moving[id_] for id_, source in sources.items() if source in PEOPLE}


def _as_read(record: LedgerRecord, found: PortalRecord) -> LedgerRecord:
    # What a record held that was merged into another one says nothing about the other one.
    before = record.values if record.hubspot_id == found.id else {}
    return replace(record, hubspot_id=found.id, values={**before, **found.values}, fresh=True)
