"""Linking: which HubSpot record a desired record is, and what it holds before the first write.

A link is kept in the ledger. What is not known, or may have been changed by people in a way that
matters, is read from HubSpot, 100 records a request. Two candidates are a conflict that is
reported with both sides, never a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, DeadLetter, Run
from syncworker.engine.ports import Portal, PortalRecord
from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.mapping.portal import Object
from syncworker.masking import mask
from syncworker.planning.diff import needs_reading
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.records import LedgerRecord


@dataclass(frozen=True, slots=True)
class Links:
    """What linking found out about some desired records.

    Attributes:
        records: By our key, the ledger's row, up to date as far as the diff needs it.
        new: Keys of records that HubSpot does not have and the mapping lets us create.
        unlinked: By key, why there is no record and none is made.
        letters: Conflicts.
    """

    records: dict[str, LedgerRecord] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    unlinked: dict[str, str] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """The object a portal's records are linked to.

    Attributes:
        name: `companies` or `contacts`.
        config: The mapping's section.
        rules: By property, how it is written.
        stages: Internal names of the object's lifecycle stages, first to last.
        shared: Match values, in lower case, that several source rows of any shard have.
        rows: Keys of all source rows of any shard.
    """

    name: str
    config: Object
    rules: Mapping[str, PropertyRule]
    stages: tuple[str, ...]
    shared: AbstractSet[str]
    rows: pl.Series

    @property
    def properties(self) -> list[str]:
        """What is read of a record."""
        return sorted({*self.rules, self.config.match.property, STAGE_PROPERTY})


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
    gone = _read_again(engine, run, portal, target, linked, links)
    _find(
        engine,
        run,
        chunk,
        portal,
        target,
        [d for d in stale if d.key not in known or d.key in gone],
        links,
    )
    read = [record for record in links.records.values() if record.fresh]
    if read:
        engine.ledger.confirm(chunk, run.portal, read, run.as_of)
    return links


def _read_again(
    engine: Engine,
    run: Run,
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
    merged = [found[r.hubspot_id].id for _, r in linked if r.hubspot_id in found]
    merged = [one for one in merged if one not in {r.hubspot_id for _, r in linked}]
    owners = engine.ledger.owners(run.portal, target.name, merged) if merged else {}
    owners |= {r.hubspot_id: r.key for _, r in linked}
    for record, known in linked:
        if known.hubspot_id not in found:
            continue
        now = found[known.hubspot_id]
        owner = owners.setdefault(now.id, record.key)
        if owner == record.key or not _there(target, [owner]):
            links.records[record.key] = _as_read(known, now)
        else:
            links.letters.append(_taken(target, record, now, owner))
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
    """Look for records by the match property."""
    column, match_property = target.config.match.column, target.config.match.property
    findable = []
    for record in desired:
        if record.match is None:
            links.unlinked[record.key] = f"its {column} is empty"
        elif record.match.lower() in target.shared:
            links.letters.append(_shared(target, record))
        else:
            findable.append(record)
    if not findable:
        return
    values = [str(record.match) for record in findable]
    found = portal.find(target.name, match_property, values, target.properties)
    by_value = {value.lower(): records for value, records in found.items()}
    ids = [record.id for records in found.values() for record in records]
    owners = engine.ledger.owners(run.portal, target.name, ids)
    # A row that the source no longer has must not keep its record from the row that came after
    # it: the person who asked for a demo and has signed up, the account that was made anew.
    left = set(owners.values()) - {record.key for record in desired}
    left -= _there(target, left)
    if left:
        engine.ledger.forget(chunk, run.portal, target.name, sorted(left))
        owners = {id_: key for id_, key in owners.items() if key not in left}
    for record in findable:
        candidates = by_value.get(str(record.match).lower(), ())
        _decide(target, record, candidates, owners, links)


def _decide(
    target: Target,
    record: DesiredRecord,
    candidates: Sequence[PortalRecord],
    owners: dict[str, str],
    links: Links,
) -> None:
    if len(candidates) > 1:
        links.letters.append(_ambiguous(target, record, candidates))
    elif candidates:
        found = candidates[0]
        owner = owners.setdefault(found.id, record.key)
        if owner != record.key:
            links.letters.append(_taken(target, record, found, owner))
        else:
            fresh = LedgerRecord(target.name, record.key, found.id, {})
            links.records[record.key] = _as_read(fresh, found)
    elif target.config.policy == "upsert":
        links.new.add(record.key)
    else:
        links.unlinked[record.key] = f"HubSpot has none with this {target.config.match.property}"


def _there(target: Target, keys: Collection[str]) -> set[str]:
    """Those of the keys whose row the source has."""
    return set(target.rows.filter(target.rows.is_in(list(keys)))) if keys else set()


def _as_read(record: LedgerRecord, found: PortalRecord) -> LedgerRecord:
    return replace(
        record, hubspot_id=found.id, values={**record.values, **found.values}, fresh=True
    )


def _shared(target: Target, record: DesiredRecord) -> DeadLetter:
    return _conflict(
        target,
        record,
        f"several rows have the {target.config.match.column} {record.match}",
        f"give each row its own {target.config.match.column}, or match by a unique property",
    )


def _ambiguous(
    target: Target, record: DesiredRecord, candidates: Sequence[PortalRecord]
) -> DeadLetter:
    ids = ", ".join(sorted(candidate.id for candidate in candidates))
    return _conflict(
        target,
        record,
        f"HubSpot has {len(candidates)} {target.name} with {target.config.match.property} "
        f"{record.match} (ids {ids})",
        "merge them in HubSpot, or match by a unique property",
    )


def _taken(target: Target, record: DesiredRecord, found: PortalRecord, owner: str) -> DeadLetter:
    return _conflict(
        target,
        record,
        f"HubSpot record {found.id} is linked to {owner} already",
        f"two source rows, {record.key} and {owner}, mean one HubSpot record: "
        "mend the source or match by a unique property",
    )


def _conflict(target: Target, record: DesiredRecord, message: str, help: str) -> DeadLetter:  # noqa: A002
    return DeadLetter(
        kind="record",
        subject=target.name,
        key=record.key,
        cause="LINK_CONFLICT",
        property=target.config.match.property,
        message=mask(message),
        help=mask(help),
        values=record.values,
    )
