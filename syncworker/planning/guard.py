"""The guard: a plan that would empty or turn over too much of a property is refused.

It is there for the day a source breaks: a plan that clears half a column is more often a failed
import than the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.mapping.portal import Guard
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.records import Change, LedgerRecord, RecordPlan


@dataclass(frozen=True, slots=True)
class Tally:
    """What a plan does to one property, over all records looked at.

    Attributes:
        object: `companies` or `contacts`.
        property: HubSpot's internal name.
        with_value: Records that have an acknowledged value which is not empty.
        cleared: Of these, how many would be emptied.
        flipped: Of these, how many would get another value; counted for bools, enumerations and
            stages, and for numbers where their rule says so.
    """

    object: str
    property: str
    with_value: int = 0
    cleared: int = 0
    flipped: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One limit a plan exceeds; `message` is a sentence with the numbers."""

    object: str
    property: str
    message: str


def count(
    records: Iterable[tuple[DesiredRecord, LedgerRecord | None, RecordPlan | None]],
    rules: Mapping[str, PropertyRule],
) -> tuple[Tally, ...]:
    """The tallies of records of one kind of rules, sorted by object and property.

    Args:
        records: Every record looked at, the unchanged ones too, with its plan. One to be created
            (without a ledger row) counts nowhere, and neither does the first value of a property.
        rules: By property, how it is written.
    """
    with_value: Counter[tuple[str, str]] = Counter()
    cleared: Counter[tuple[str, str]] = Counter()
    flipped: Counter[tuple[str, str]] = Counter()
    for desired, ledger, plan in records:
        if ledger is None:
            continue
        with_value.update(
            (desired.object, name)
            for name in {*desired.values, STAGE_PROPERTY}
            if ledger.values.get(name)
        )
        if plan is not None:
            _tally(plan, rules, cleared, flipped)
    return tuple(
        Tally(*key, n, cleared[key], flipped[key]) for key, n in sorted(with_value.items())
    )


def narrowed(
    whole: Iterable[Tally],
    plans: Iterable[RecordPlan],
    rules: Mapping[str, Mapping[str, PropertyRule]],
) -> tuple[Tally, ...]:
    """The tallies of some records of a plan, as shares of the whole portal.

    Args:
        whole: Of the whole plan.
        plans: The records that are left, with the changes that are left.
        rules: By object and property, how it is written.
    """
    cleared: Counter[tuple[str, str]] = Counter()
    flipped: Counter[tuple[str, str]] = Counter()
    for plan in plans:
        if plan.action == "update":
            _tally(plan, rules[plan.object], cleared, flipped)
    return tuple(
        replace(
            tally,
            cleared=cleared[tally.object, tally.property],
            flipped=flipped[tally.object, tally.property],
        )
        for tally in whole
    )


def done_by(
    plans: Iterable[RecordPlan], rules: Mapping[str, Mapping[str, PropertyRule]]
) -> tuple[Tally, ...]:
    """What plans do to the properties they empty or turn over, as shares of nothing yet.

    Args:
        plans: Of records that are there.
        rules: By object and property, how it is written.
    """
    cleared: Counter[tuple[str, str]] = Counter()
    flipped: Counter[tuple[str, str]] = Counter()
    for plan in plans:
        _tally(plan, rules[plan.object], cleared, flipped)
    return tuple(Tally(*key, 0, cleared[key], flipped[key]) for key in sorted({*cleared, *flipped}))


def combine(*shards: Iterable[Tally]) -> tuple[Tally, ...]:
    """The tallies of several shards as one, sorted by object and property."""
    sums: dict[tuple[str, str], Tally] = {}
    for tally in (tally for shard in shards for tally in shard):
        key = (tally.object, tally.property)
        so_far = sums.get(key, Tally(*key))
        sums[key] = Tally(
            *key,
            so_far.with_value + tally.with_value,
            so_far.cleared + tally.cleared,
            so_far.flipped + tally.flipped,
        )
    return tuple(sums[key] for key in sorted(sums))


def as_part(tallies: Iterable[Tally], whole: Iterable[Tally]) -> tuple[Tally, ...]:
    """The tallies of a few records as shares of a whole portal that was looked at before.

    Of a few records half may well change at once: a single account's people do.

    Args:
        tallies: Of the few records.
        whole: Of the whole portal, as counted last.
    """
    counted = {(tally.object, tally.property): tally.with_value for tally in whole}
    return tuple(
        replace(t, with_value=max(t.with_value, counted.get((t.object, t.property), 0)))
        for t in tallies
    )


def check(tallies: Iterable[Tally], settings: Guard) -> tuple[Refusal, ...]:
    """Every limit the plan exceeds; an empty answer lets it through.

    Args:
        tallies: Of the whole portal; a share of a shard says nothing.
        settings: The limits, and from how many records with a value on they hold.
    """
    refusals: list[Refusal] = []
    for tally in tallies:
        if tally.with_value < settings.min_records:
            continue
        if tally.cleared * 100 > settings.max_clear_percent * tally.with_value:
            limit = f"limit {settings.max_clear_percent} %, guard.max_clear_percent"
            refusals.append(_refusal(tally, tally.cleared, "lose", limit))
        if tally.flipped * 100 > settings.max_flip_percent * tally.with_value:
            limit = f"limit {settings.max_flip_percent} %, guard.max_flip_percent"
            refusals.append(_refusal(tally, tally.flipped, "change", limit))
    return tuple(refusals)


def _tally(
    plan: RecordPlan,
    rules: Mapping[str, PropertyRule],
    cleared: Counter[tuple[str, str]],
    flipped: Counter[tuple[str, str]],
) -> None:
    for change in plan.changes:
        if change.old and not change.new:
            cleared[plan.object, change.property] += 1
        elif change.old and _flips(change, rules):
            flipped[plan.object, change.property] += 1


def _flips(change: Change, rules: Mapping[str, PropertyRule]) -> bool:
    if change.property == STAGE_PROPERTY:
        return True
    rule = rules[change.property]
    # Appending takes no value away, so nothing is overwritten.
    if rule.mode == "append":
        return False
    return rule.type in {"bool", "enumeration"} or (rule.type == "number" and rule.guard_numbers)


def _refusal(tally: Tally, affected: int, verb: str, limit: str) -> Refusal:
    # Rounded up: 30.04 % must not read as the limit of 30 % that it exceeds.
    percent = -(-affected * 1000 // tally.with_value) / 10
    message = (
        f"{percent:g} % of {tally.object} ({affected:,} of {tally.with_value:,}) "
        f"would {verb} {tally.property} ({limit})"
    )
    return Refusal(tally.object, tally.property, message)
