"""What of the values that a run wrote to some records is put back, and why the rest stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from syncworker.engine.differences import who
from syncworker.engine.engine import Engine
from syncworker.engine.histories import Writing
from syncworker.engine.mapped import Mapped
from syncworker.engine.memory import Run
from syncworker.engine.ports import Portal
from syncworker.engine.touched import LastChange, Touched
from syncworker.mapping.objects import RECORD_ID
from syncworker.planning.records import Change, Held, LedgerRecord, RecordPlan

Why = Literal["person", "app", "later", "created", "gone", "property"]
EXAMPLES = 20
"""Of each reason, how many are kept to be shown."""


@dataclass(slots=True)
class Kept:
    """What stays as it is, by why; a few of each, and how many there are.

    Attributes:
        counts: By why: edited by a person, set by another app, written again by a later run, a
            record the run created, one that is gone or merged, a property or object that is gone.
        examples: By why, the record's name and what stays with the reason.
        back: Values that are as they were before the run already.
    """

    counts: dict[Why, int] = field(default_factory=dict)
    examples: dict[Why, list[tuple[str, Held]]] = field(default_factory=dict)
    back: int = 0

    def add(self, why: Why, name: str, held: Held) -> Held:
        """Note one thing that stays."""
        self.counts[why] = self.counts.get(why, 0) + 1
        examples = self.examples.setdefault(why, [])
        if len(examples) < EXAMPLES:
            examples.append((name, held))
        return held


@dataclass(frozen=True, slots=True)
class _Record:
    """One record the run wrote to, from every side.

    Attributes:
        wrote: What the run wrote first and last of each property that is meant.
        later: By property, the last later run that wrote it.
        known: The ledger's row.
        touched: Who last set what in HubSpot; None: it is gone.
    """

    wrote: Mapping[str, Change]
    later: Mapping[str, str]
    known: LedgerRecord
    touched: Touched | None


def put_back(
    engine: Engine,
    target: Run,
    portal: Portal,
    mapped: Mapped,
    written: Sequence[RecordPlan],
    writings: Mapping[str, Sequence[Writing]],
    kept: Kept,
) -> Iterator[RecordPlan]:
    """The plans of some records of one object.

    Args:
        engine: The ports.
        target: The run that is rolled back.
        portal: Read for what the records hold and who set it, 50 records per request.
        mapped: The object.
        written: What of the run's writing to each record is meant.
        writings: By our key, what that run and later ones wrote.
        kept: Added to.
    """
    keys = [plan.key for plan in written]
    ledger = engine.ledger.get(target.portal, mapped.name, keys)
    names = sorted({change.property for plan in written for change in plan.changes} & mapped.there)
    ids = [ledger[key].hubspot_id for key in keys if key in ledger]
    touched = portal.last_changes(mapped.name, ids, names) if ids and names else {}
    for plan in written:
        known = ledger.get(plan.key)
        if known is None:
            yield whole(plan, kept, "gone", "it is linked to no HubSpot record any more")
            continue
        record = _Record(
            wrote=_wrote(plan, [w for w in writings[plan.key] if w.run_id == target.id]),
            later={
                change.property: w.run_id
                for w in writings[plan.key]
                if w.run_id != target.id
                for change in w.changes
            },
            known=known,
            touched=touched.get(known.hubspot_id),
        )
        yield from _of_record(mapped, target, record, names, kept)


def whole(plan: RecordPlan, kept: Kept, why: Why, reason: str) -> RecordPlan:
    """The plan of a record that is left alone altogether."""
    held = Held(RECORD_ID, plan.hubspot_id or "", "", f"kept: {reason}")
    kept.add(why, plan.name, held)
    return RecordPlan(plan.object, plan.key, plan.name, plan.hubspot_id, "update", (), (held,))


def _wrote(plan: RecordPlan, writings: Sequence[Writing]) -> dict[str, Change]:
    """From before the run's first change of each property to after its last."""
    meant = {change.property for change in plan.changes}
    wrote: dict[str, Change] = {}
    for change in (change for writing in writings for change in writing.changes):
        if change.property in meant:
            first = wrote.setdefault(change.property, change)
            wrote[change.property] = first._replace(new=change.new)
    return wrote


def _of_record(
    mapped: Mapped, target: Run, record: _Record, there: Sequence[str], kept: Kept
) -> Iterator[RecordPlan]:
    known = record.known
    name = mapped.label(known)
    plan = RecordPlan(mapped.name, known.key, name, known.hubspot_id, "update")
    if record.touched is None and there:
        yield whole(plan, kept, "gone", "HubSpot does not have it any more")
        return
    if record.touched is not None and record.touched.id != known.hubspot_id:
        into = record.touched.id
        yield whole(plan, kept, "gone", f"it was merged into {into} in HubSpot")
        return
    changes: list[Change] = []
    held: list[Held] = []
    for one, wrote in sorted(record.wrote.items()):
        last = record.touched.changes.get(one) if record.touched else None
        theirs = last.value if last else ""
        if _is_back(mapped, record, wrote, theirs):
            kept.back += 1
        elif stays := _stays(mapped, record, wrote, last, gone=one not in there):
            why, reason = stays
            held.append(kept.add(why, name, Held(one, theirs, wrote.old, f"kept: {reason}")))
        else:
            because = f"before {target.kind} {target.id}"
            changes.append(mapped.change(one, theirs, wrote.old, because))
    if changes or held:
        yield RecordPlan(
            mapped.name, known.key, name, known.hubspot_id, "update", tuple(changes), tuple(held)
        )


def _stays(
    mapped: Mapped, record: _Record, wrote: Change, last: LastChange | None, *, gone: bool
) -> tuple[Why, str] | None:
    """Why a value stays; None where it goes back."""
    name = wrote.property
    if gone:
        return "property", "HubSpot has no such property any more"
    theirs = last.value if last else ""
    later = record.later.get(name)
    if later is not None and not mapped.same(name, record.known.values.get(name, ""), wrote.new):
        return "later", f"written again by run {later}: syncworker rollback {later}"
    if last is not None and last.by_person:
        return "person", f"a person set it{_when(last)}"
    if mapped.same(name, theirs, wrote.new) or mapped.same(name, theirs, wrote.old):
        return None
    return "app", f"{who(last) if last else 'somebody'} set it{_when(last)}"


def _is_back(mapped: Mapped, record: _Record, wrote: Change, theirs: str) -> bool:
    name = wrote.property
    holds = record.known.values.get(name, theirs)
    return mapped.same(name, holds, wrote.old) and mapped.same(name, theirs, wrote.old)


def _when(last: LastChange | None) -> str:
    return f" on {last.at:%Y-%m-%d %H:%M} UTC" if last and last.at else ""
