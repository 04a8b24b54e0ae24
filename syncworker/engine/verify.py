"""Verifying: the linked records as HubSpot has them, against the ledger.

It holds the portal, so that no sync changes what is compared, and works a stretch of records at a
time. Killed and run again it begins anew: what was adopted before is the same then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from syncworker.engine import properties, sync
from syncworker.engine.at_work import at_work
from syncworker.engine.differences import Difference, Kind, Letters, differences
from syncworker.engine.engine import Engine
from syncworker.engine.mapped import Mapped, mapped
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Chunk, Run
from syncworker.engine.ports import Portal, PortalRecord
from syncworker.engine.stretches import STRETCH
from syncworker.errors import ConfigError
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.planning.records import LedgerRecord

EXAMPLES = 5
"""Differences of a group that are kept to be shown."""
OnStretch = Callable[[int, int], None]
"""Told how many records were looked at, and of how many."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a portal is looked at.

    Attributes:
        objects: The objects.
        linked: By object, how many records are linked.
        sample: How many records of each object, spread over all by our key; None: all.
    """

    objects: tuple[str, ...]
    linked: dict[str, int]
    sample: int | None

    @property
    def size(self) -> int:
        """How many records that is."""
        return sum(min(n, self.sample or n) for n in self.linked.values())


@dataclass(slots=True)
class Found:
    """What was found; grows stretch by stretch.

    Attributes:
        scope: What was to be looked at.
        looked_at: Records that were.
        unknown: Of these, those whose values the ledger does not know: the next sync reads them.
        counts: By kind, object and property, how many differences there are.
        examples: A few of each group.
        adopted: Records whose row in the ledger has changed.
    """

    scope: Scope
    looked_at: int = 0
    unknown: int = 0
    counts: dict[tuple[Kind, str, str], int] = field(default_factory=dict)
    examples: dict[tuple[Kind, str, str], list[Difference]] = field(default_factory=dict)
    adopted: int = 0

    @property
    def total(self) -> int:
        """How many differences there are."""
        return sum(self.counts.values())

    def add(self, found: Sequence[Difference]) -> None:
        """Count them, and keep a few."""
        for one in found:
            group = (one.kind, one.object, one.property)
            self.counts[group] = self.counts.get(group, 0) + 1
            examples = self.examples.setdefault(group, [])
            if len(examples) < EXAMPLES:
                examples.append(one)


def scope_of(engine: Engine, portal: str, *, object_name: str | None, sample: int | None) -> Scope:
    """What there is to look at.

    Raises:
        MappingError: The mapping has errors.
        ConfigError: The mapping has no such object.
    """
    mapping = checked(portal, engine.mapping_text(portal))
    if object_name is not None and object_name not in mapping.objects:
        raise ConfigError(
            f"the mapping of {portal} has no object {object_name}",
            help=did_you_mean(object_name, mapping.objects, listed(mapping.objects)),
            code="OBJECT_UNKNOWN",
        )
    objects = tuple(mapping.objects) if object_name is None else (object_name,)
    return Scope(objects, {name: engine.ledger.count(portal, name) for name in objects}, sample)


def verify(
    engine: Engine,
    portal: str,
    scope: Scope,
    *,
    adopt: bool = False,
    on_stretch: OnStretch = lambda _done, _of: None,
) -> tuple[Run, Found]:
    """Look at every linked record of the scope.

    Args:
        engine: The ports.
        portal: The portal's name.
        scope: As `scope_of` gives it.
        adopt: Take what HubSpot holds into the ledger.
        on_stretch: For showing how far it is.

    Raises:
        LockHeld: Another run holds the portal.
        PortalError: HubSpot cannot be used; the run has ended with its words.
    """
    run = sync.start(engine, portal, kind="verify", options={"adopt": adopt})
    with at_work(engine, run) as chunk:
        mapping = checked(portal, run.mapping)
        hubspot = engine.connect(portal, mapping, run.priority)
        requests = hubspot.requests
        found = Found(scope)
        for one, records, there, _ in look(engine, run, mapping, hubspot, found):
            if adopt:
                _adopt(engine, run, chunk, one, records, there, found)
            on_stretch(found.looked_at, scope.size)
    summary = {**as_summary(found), "requests": hubspot.requests - requests, "writes": 0}
    engine.runs.finish(replace(run, status="done", summary=summary, finished_at=engine.clock()))
    return engine.runs.get(run.id), found


def look(
    engine: Engine, run: Run, mapping: PortalMapping, portal: Portal, found: Found
) -> Iterator[tuple[Mapped, list[LedgerRecord], dict[str, PortalRecord], list[Difference]]]:
    """The records a stretch at a time: the ledger's, HubSpot's, and how they differ.

    What is found is added to `found` before it is given.
    """
    engine.definitions.forget(run.portal)  # a property may have been archived a minute ago
    for name in found.scope.objects:
        if not found.scope.linked[name]:
            continue
        one = mapped(mapping, name, properties.known(engine, run.portal, name, portal))
        found.add(_missing(portal, one))
        for records in _stretches(engine, run.portal, found.scope, name):
            ids = [record.hubspot_id for record in records]
            there = dict(portal.read(name, ids, one.read))
            refused = _refused(engine, run.portal, name, records)
            apart = differences(engine, run.portal, portal, one, records, there, refused)
            found.looked_at += len(records)
            found.unknown += sum(not record.values for record in records)
            found.add(apart)
            yield one, records, there, apart


def as_summary(found: Found) -> dict[str, Any]:
    """What was found, in figures."""
    return {
        "linked": found.scope.linked,
        "looked_at": found.looked_at,
        "unknown": found.unknown,
        "adopted": found.adopted,
        "differences": [
            {"kind": kind, "object": name, "property": prop, "records": number}
            for (kind, name, prop), number in sorted(found.counts.items())
        ],
    }


def _missing(portal: Portal, one: Mapped) -> list[Difference]:
    missing = one.rules.keys() - one.there
    archived = portal.archived_properties(one.name) if missing else frozenset()
    return [
        Difference(
            "property", one.name, "", "", "", name, by="archived" if name in archived else "gone"
        )
        for name in sorted(missing)
    ]


def _stretches(
    engine: Engine, portal: str, scope: Scope, name: str
) -> Iterator[list[LedgerRecord]]:
    """The object's linked records; of a sample, evenly spread over the keys."""
    of, wanted = scope.linked[name], scope.sample
    last, place = "", 0
    while records := engine.ledger.page(portal, name, after=last, most=STRETCH):
        last = records[-1].key
        numbered = list(enumerate(records, start=place))
        place += len(records)
        taken = [
            record
            for number, record in numbered
            if wanted is None or (number + 1) * wanted // of > number * wanted // of
        ]
        if taken:
            yield taken


def _refused(engine: Engine, portal: str, name: str, records: Sequence[LedgerRecord]) -> Letters:
    """What HubSpot refused; that records could not be associated says nothing of their values."""
    found = engine.letters.of_records(portal, name, [record.key for record in records])
    return {
        key: [one for one in letters if not one.property.startswith("association:")]
        for key, letters in found.items()
    }


def _adopt(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    one: Mapped,
    records: Sequence[LedgerRecord],
    there: dict[str, PortalRecord],
    found: Found,
) -> None:
    """Take a stretch over as HubSpot has it.

    The row of a record that is gone is dropped: a plan looks for it again. Of one that was merged
    into a record of another row, a plan tells the conflict.
    """
    now = {r.key: there[r.hubspot_id] for r in records if r.hubspot_id in there}
    merged = [new.id for r in records if (new := now.get(r.key)) and new.id != r.hubspot_id]
    owners = engine.ledger.owners(run.portal, one.name, merged)
    kept = []
    for record in records:
        new = now.get(record.key)
        if new is None:
            continue
        if new.id == record.hubspot_id:
            others = {n: v for n, v in new.values.items() if not _known(one, record, n, v)}
            if others:
                kept.append(replace(record, values={**record.values, **others}))
        elif owners.setdefault(new.id, record.key) == record.key:
            kept.append(replace(record, hubspot_id=new.id, values=dict(new.values)))
        else:
            kept.append(replace(record, values={}))
    gone = [record.key for record in records if record.key not in now]
    if kept:
        engine.ledger.confirm(chunk, run.portal, kept, engine.clock())
    if gone:
        engine.ledger.forget(chunk, run.portal, one.name, gone)
    found.adopted += len(kept) + len(gone)


def _known(one: Mapped, record: LedgerRecord, name: str, value: str) -> bool:
    """Whether the ledger has the value, in whatever spelling."""
    return name in record.values and one.same(name, record.values[name], value)
