"""Repairing: today's values of the ledger are sent again where HubSpot has others.

What never arrived is sent again. What somebody else has set is sent again only where the mapping
says that the property is ours (`always`); elsewhere it is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from syncworker.engine import ready_plan
from syncworker.engine.differences import Difference
from syncworker.engine.engine import Engine
from syncworker.engine.mapped import Mapped, Rules
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.verify import Found, OnStretch, Scope, look
from syncworker.engine.with_values import with_values
from syncworker.planning import guard
from syncworker.planning.guard import Tally
from syncworker.planning.records import Change, Held, LedgerRecord, RecordPlan

_WHO = {"person": "a person", "app": "another app"}


@dataclass(slots=True)
class Repair:
    """What a repair means to do, beside its plan.

    Attributes:
        found: Every difference.
        peoples: Values that people or other apps have set and that would be replaced.
        again: Records that are gone or merged: the next sync looks for them.
    """

    found: Found
    peoples: int = 0
    again: int = 0
    tallies: list[Tally] = field(default_factory=list)


def start(
    engine: Engine, portal: str, scope: Scope, *, force: bool, on_stretch: OnStretch
) -> tuple[Run, Repair]:
    """Open a run that repairs; nothing is sent before the run is gone on with.

    Raises:
        LockHeld: Another run holds the portal.
        PortalError: HubSpot cannot be used; the run has ended with its words.
    """
    repair = Repair(Found(scope))
    plans = _plans(engine, portal, repair, on_stretch)
    run = ready_plan.start(
        engine, portal, plans, kind="repair", tallies=repair.tallies, force=force
    )
    return run, repair


def _plans(
    engine: Engine, portal: str, repair: Repair, on_stretch: OnStretch
) -> Iterator[RecordPlan]:
    run = engine.runs.running(portal)
    if run is None:
        raise AssertionError(portal)  # ready_plan takes the first plan once it has the portal
    mapping = checked(portal, run.mapping)
    hubspot = engine.connect(portal, mapping, run.priority)
    rules: dict[str, Rules] = {}
    done: tuple[Tally, ...] = ()
    for one, records, _, apart in look(engine, run, mapping, hubspot, repair.found):
        rules[one.name] = one.rules
        gone = [each.key for each in apart if each.kind in {"deleted", "merged"}]
        if gone:
            engine.ledger.doubt(portal, one.name, gone)
            repair.again += len(gone)
        stretch = list(_of_stretch(one, records, apart))
        repair.peoples += sum(
            each.kind in _WHO and one.mode(each.property) == "always" for each in apart
        )
        done = guard.combine(done, guard.done_by(stretch, rules))
        yield from stretch
        on_stretch(repair.found.looked_at, repair.found.scope.size)
    repair.tallies.extend(guard.combine(with_values(engine, portal, done), done))


def _of_stretch(
    one: Mapped, records: Sequence[LedgerRecord], apart: Sequence[Difference]
) -> Iterator[RecordPlan]:
    by_key: dict[str, list[Difference]] = {}
    for each in apart:
        if each.kind in {"stale", *_WHO}:
            by_key.setdefault(each.key, []).append(each)
    for record in records:
        if record.key not in by_key:
            continue
        changes: list[Change] = []
        held: list[Held] = []
        for each in by_key[record.key]:
            if each.kind == "stale":
                because = f"the write of run {each.run_id} never arrived" if each.run_id else ""
            else:
                because = f"{_WHO[each.kind]} set it{_when(each)}"
            if each.kind == "stale" or one.mode(each.property) == "always":
                changes.append(one.change(each.property, each.theirs, each.ours, because))
            else:
                held.append(Held(each.property, each.theirs, each.ours, f"kept: {because}"))
        yield RecordPlan(
            one.name,
            record.key,
            one.label(record),
            record.hubspot_id,
            "update",
            tuple(changes),
            tuple(held),
        )


def _when(each: Difference) -> str:
    return f" on {each.at:%Y-%m-%d %H:%M} UTC" if each.at else ""
