"""Where HubSpot's records differ from the ledger, and whose doing it is.

HubSpot keeps every value a property has had with when and through what it was set. A person's edit
is told by that alone. A value is stale where ours was sent later than it was set and it is an
earlier one of ours, or empty: ours never arrived. What our own app set otherwise is a write that
this state database does not know of: it was restored from a backup. Everything else is another
app's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from syncworker.engine.engine import Engine
from syncworker.engine.histories import Writing
from syncworker.engine.mapped import Mapped
from syncworker.engine.memory import DeadLetter
from syncworker.engine.ports import Portal, PortalRecord
from syncworker.engine.touched import LastChange
from syncworker.planning.records import LedgerRecord

Kind = Literal["stale", "person", "own", "app", "rejected", "deleted", "merged", "property"]
Letters = Mapping[str, Sequence[DeadLetter]]
"""Open dead letters of records of one object, by our key."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not in HubSpot as the ledger has it.

    Attributes:
        kind: stale (a write that never arrived), person (edited by one), own (a write of ours that
            the ledger does not know), app (changed by another app), rejected (HubSpot refused it),
            deleted, merged, or property (a mapped property that is archived or gone; of all
            records at once).
        object: The HubSpot object.
        key: Our key; "" of a property.
        name: What people know the record by.
        hubspot_id: The id the ledger has.
        property: The property; "" of a whole record.
        ours: The value the ledger has, or the one that was refused.
        theirs: The value HubSpot has.
        at: When it was set in HubSpot, by HubSpot's clock; None where it is not known.
        by: Who set it: HubSpot's source type, with the person's or the app's id where one is told;
            or why it was refused.
        run_id: The run that sent ours last; "" where none did.
        merged_into: The id of the record it was merged into.
    """

    kind: Kind
    object: str
    key: str
    name: str
    hubspot_id: str
    property: str = ""
    ours: str = ""
    theirs: str = ""
    at: datetime | None = None
    by: str = ""
    run_id: str = ""
    merged_into: str = ""


def differences(
    engine: Engine,
    portal_name: str,
    portal: Portal,
    mapped: Mapped,
    records: Sequence[LedgerRecord],
    found: Mapping[str, PortalRecord],
    letters: Letters,
) -> list[Difference]:
    """Every difference of some records of one object, in their order.

    Args:
        engine: The ports.
        portal_name: The portal's name.
        portal: Where the histories of differing properties are read, 50 records per request.
        mapped: The object.
        records: As the ledger has them.
        found: As HubSpot has them, by the id asked for.
        letters: What HubSpot refused.
    """
    apart = {record.key: _apart(mapped, record, found) for record in records}
    differing = [record for record in records if apart[record.key]]
    names = sorted({name for record in differing for name in apart[record.key]})
    ids = [record.hubspot_id for record in differing]
    touched = portal.last_changes(mapped.name, ids, names) if ids else {}
    writings: dict[str, list[Writing]] = {record.key: [] for record in differing}
    for one in engine.histories.of_records(portal_name, mapped.name, list(writings)):
        writings[one.key].append(one)
    all_: list[Difference] = []
    for record in records:
        there = found.get(record.hubspot_id)
        refused = letters.get(record.key, ())
        if there is None:
            all_.append(_of(mapped, record, "deleted"))
            continue
        if there.id != record.hubspot_id:
            all_.append(_of(mapped, record, "merged", merged_into=there.id))
            continue
        all_.extend(_refused(mapped, record, there, one) for one in refused)
        told = {one.property for one in refused}
        for name in apart[record.key]:
            if name not in told:
                last = (
                    touched[record.hubspot_id].changes.get(name)
                    if record.hubspot_id in touched
                    else None
                )
                all_.append(
                    _judged(
                        portal, mapped, record, name, there.values[name], last, writings[record.key]
                    )
                )
    return all_


def _apart(mapped: Mapped, record: LedgerRecord, found: Mapping[str, PortalRecord]) -> list[str]:
    """The properties that are not the same; of a record that is gone or merged none."""
    there = found.get(record.hubspot_id)
    if there is None or there.id != record.hubspot_id:
        return []
    return [
        name
        for name in sorted(mapped.compared & record.values.keys())
        if not mapped.same(name, record.values[name], there.values.get(name, ""))
    ]


def _judged(
    portal: Portal,
    mapped: Mapped,
    record: LedgerRecord,
    name: str,
    theirs: str,
    last: LastChange | None,
    writings: Sequence[Writing],
) -> Difference:
    ours = record.values[name]
    mine = [w for w in writings if any(change.property == name for change in w.changes)]
    sent = mine[-1] if mine else None
    run_id = sent.run_id if sent else ""
    if last is not None and last.by_person:
        kind: Kind = "person"
    elif last is None or (sent and _before(last, sent) and _was_ours(mapped, name, theirs, mine)):
        kind = "stale"
    else:
        kind = "own" if last.of_an_app and last.source_id == portal.app() else "app"
    return _of(
        mapped,
        record,
        kind,
        property=name,
        ours=ours,
        theirs=theirs,
        at=last.at if last else None,
        by=who(last) if last else "",
        run_id=run_id,
    )


def who(last: LastChange) -> str:
    """Who set a value, as HubSpot tells it."""
    if last.user:
        return f"{last.source} user {last.user}"
    return f"{last.source} {last.source_id}".strip() or "not told"


def _before(last: LastChange, sent: Writing) -> bool:
    return last.at is None or last.at <= sent.at


def _was_ours(mapped: Mapped, name: str, theirs: str, mine: Sequence[Writing]) -> bool:
    earlier = {v for w in mine for c in w.changes if c.property == name for v in (c.old, c.new)}
    return any(mapped.same(name, theirs, value) for value in {"", *earlier})


def _refused(
    mapped: Mapped, record: LedgerRecord, there: PortalRecord, letter: DeadLetter
) -> Difference:
    return _of(
        mapped,
        record,
        "rejected",
        property=letter.property,
        ours=letter.values.get(letter.property, ""),
        theirs=there.values.get(letter.property, ""),
        at=letter.first_at,
        by=letter.cause,
    )


def _of(mapped: Mapped, record: LedgerRecord, kind: Kind, **more: Any) -> Difference:
    return Difference(
        kind,
        mapped.name,
        record.key,
        mapped.label(record),
        record.hubspot_id,
        **more,
    )
