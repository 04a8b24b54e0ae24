"""Values that HubSpot refused not long ago: they are not sent again with every run.

A refused value whose cause is as it was is sent again once a day at most; the record's other
values go through meanwhile. Where the property's definition changes (it was created, an option was
added), the value is another one, or the record is found under another link, it is sent at once.
So does a record wait that was refused without a word of which value is at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from syncworker.engine.conflicts import LINK_CONFLICT
from syncworker.engine.engine import Engine
from syncworker.engine.memory import DeadLetter, Run
from syncworker.engine.part import asked_records
from syncworker.engine.ports import Pair
from syncworker.engine.target import Target
from syncworker.mapping.desired import DesiredRecord
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.records import Held, LedgerRecord, RecordPlan

PAUSE = timedelta(days=1)
"""How long a refused value waits, where nothing has changed."""
DEFINED = frozenset(
    {
        *("INVALID_OPTION", "PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE", "INVALID_LONG"),
        *("INVALID_INTEGER", "INVALID_FLOAT", "INVALID_NUMBER", "INVALID_DATE"),
    }
)
"""Causes that a property's definition tells of: it is read anew before the next run."""
_ABOUT_THE_LINK = frozenset({"OBJECT_NOT_FOUND", "VANISHED", LINK_CONFLICT})

Row = tuple[DesiredRecord, LedgerRecord | None, RecordPlan | None]
Again = Callable[[DesiredRecord, LedgerRecord | None], RecordPlan | None]


def without_refused(
    engine: Engine, run: Run, target: Target, rows: Sequence[Row], again: Again
) -> tuple[list[Row], list[DeadLetter]]:
    """The rows without the values that would be refused once more.

    Args:
        engine: The ports.
        run: The run.
        target: The object of all rows.
        rows: Desired records with their plans.
        again: Plans a record anew.

    Returns:
        The rows that are left, their plans with what is not sent under `refused`; and the letters
        of records of which nothing can be sent.
    """
    sending = [record.key for record, _, plan in rows if plan is not None and _sends(plan)]
    if not sending or asked_records(run) is not None:  # a person asked to try again
        return list(rows), []
    known = engine.letters.refused(run.portal, target.name, sending, after=run.as_of - PAUSE)
    volatile = frozenset(name for name, rule in target.rules.items() if rule.volatile)
    left: list[Row] = []
    letters: list[DeadLetter] = []
    for record, ledger, plan in rows:
        told = [one for one in known.get(record.key, ()) if _unchanged(one, plan, volatile)]
        if plan is None or not told:
            left.append((record, ledger, plan))
        elif _whole(plan, told):
            letters.extend(told)
        else:
            left.append((record, ledger, _planned(record, ledger, told, again)))
    return left, letters


def refused_pairs(
    engine: Engine, run: Run, from_object: str, to_object: str, pairs: Mapping[Pair, str]
) -> dict[Pair, DeadLetter]:
    """Of pairs by our key of the first record, those that HubSpot refused not long ago."""
    if asked_records(run) is not None:
        return {}
    after, about = run.as_of - PAUSE, f"association:{to_object}"
    known = engine.letters.refused(run.portal, from_object, [*pairs.values()], after=after)
    return {
        pair: letter
        for pair, key in pairs.items()
        for letter in known.get(key, ())
        if letter.property == about and letter.values.get(about) == pair.to_id
        if "OBJECT_NOT_FOUND" not in letter.cause
    }


def _sends(plan: RecordPlan) -> bool:
    return bool(plan.changes) or plan.action == "create"


def _values(plan: RecordPlan) -> dict[str, str]:
    return {**plan.create_values, **{change.property: change.new for change in plan.changes}}


def _unchanged(letter: DeadLetter, plan: RecordPlan | None, volatile: frozenset[str]) -> bool:
    """Whether the plan would send what was refused.

    What is at fault is the property that is blamed. Where none is, or one that was not sent, it is
    all that was sent. That a volatile property has another value in every run changes nothing.
    """
    if plan is None or letter.cause in _ABOUT_THE_LINK:
        return False
    values = _values(plan)
    blamed = {letter.property} & letter.values.keys()
    if not blamed <= values.keys():
        return False
    at_fault = (blamed or {*letter.values, *values}) - volatile
    return all(letter.values.get(name) == values.get(name) for name in at_fault)


def _whole(plan: RecordPlan, letters: Iterable[DeadLetter]) -> bool:
    """Whether nothing of the record can be sent without what was refused."""
    changed = {change.property for change in plan.changes}
    return any(letter.property not in changed for letter in letters)


def _planned(
    record: DesiredRecord, ledger: LedgerRecord | None, told: Sequence[DeadLetter], again: Again
) -> RecordPlan | None:
    """The record's plan without the refused values."""
    by_name = {letter.property: letter for letter in told}
    values = {name: value for name, value in record.values.items() if name not in by_name}
    reasons = {name: letter.message for name, letter in by_name.items()}
    stage = None if STAGE_PROPERTY in by_name else record.stage
    rest = replace(record, values=values, stage=stage, refused={**record.refused, **reasons})
    plan = again(rest, ledger)
    if plan is None:
        raise AssertionError(record.key)  # what is refused is always part of a plan
    return replace(plan, refused=tuple(_held(one, by_name) for one in plan.refused))


def _held(one: Held, by_name: Mapping[str, DeadLetter]) -> Held:
    letter = by_name.get(one.property)
    if letter is None:
        return one
    value = letter.values[one.property]
    return replace(one, new=value, cause=letter.cause, help=letter.help)
