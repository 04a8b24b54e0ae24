from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.mapping.portal import Guard
from syncworker.planning.diff import diff
from syncworker.planning.guard import Tally, as_part, check, combine, count, narrowed
from syncworker.planning.records import Change, LedgerRecord, RecordPlan

Desired = Callable[..., DesiredRecord]
Ledger = Callable[..., LedgerRecord]
Tallies = Callable[..., dict[str, Tally]]


@pytest.fixture
def tallies(rules: Mapping[str, PropertyRule], as_of: datetime, stages: tuple[str, ...]) -> Tallies:
    def make(*pairs: tuple[DesiredRecord, LedgerRecord | None]) -> dict[str, Tally]:
        records = [(d, led, diff(d, led, rules, as_of, 7, stages)) for d, led in pairs]
        return {tally.property: tally for tally in count(records, rules)}

    return make


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("churned", "false", "true", (1, 0, 1)),
        ("churned", "True", "true", (1, 0, 0)),
        ("churned", "true", "", (1, 1, 0)),
        ("band", "red", "green", (1, 0, 1)),
        ("seats", "5", "9", (1, 0, 1)),
        ("seats", "5", "", (1, 1, 0)),
        ("score", "81", "64", (1, 0, 0)),
        ("score", "81", "", (1, 1, 0)),
        ("interests", "a", "b", (1, 0, 0)),
        ("industry", "Retail", "Logistics", (1, 0, 0)),
        ("first_demo", "2026-01-01", "", (1, 0, 0)),
    ],
)
def test_what_counts_as_cleared_and_as_flipped(
    tallies: Tallies,
    desired: Desired,
    ledger: Ledger,
    name: str,
    old: str,
    new: str,
    expected: tuple[int, int, int],
) -> None:
    found = tallies((desired(**{name: new}), ledger(**{name: old})))

    assert found == {name: Tally("companies", name, *expected)}


def test_a_moved_stage_is_a_flip_and_a_kept_one_is_not(
    tallies: Tallies, desired: Desired, ledger: Ledger
) -> None:
    moved = (desired("customer"), ledger(lifecyclestage="lead"))
    kept = (desired("lead"), ledger(lifecyclestage="customer"))
    first = (desired("lead"), ledger(lifecyclestage=""))

    found = tallies(moved, kept, first)
    assert found == {"lifecyclestage": Tally("companies", "lifecyclestage", 2, 0, 1)}


def test_first_fills_and_creations_count_nowhere(
    tallies: Tallies, desired: Desired, ledger: Ledger
) -> None:
    filled = (desired(churned="true"), ledger(churned=""))
    never_seen = (desired(churned="true"), ledger())
    created = (desired(churned="true"), None)

    assert tallies(filled, never_seen, created) == {}


def test_unchanged_records_are_in_the_share(
    tallies: Tallies, desired: Desired, ledger: Ledger
) -> None:
    same = (desired(churned="true"), ledger(churned="true"))
    flip = (desired(churned="true"), ledger(churned="false"))

    assert tallies(same, same, flip)["churned"] == Tally("companies", "churned", 3, 0, 1)


def test_shards_combine_by_property() -> None:
    a = [Tally("companies", "churned", 10, 1, 2)]
    b = [Tally("companies", "churned", 5, 0, 1), Tally("contacts", "churned", 7)]

    assert combine(b, a) == (
        Tally("companies", "churned", 15, 1, 3),
        Tally("contacts", "churned", 7),
    )
    assert combine() == ()


def test_the_refusal_carries_the_numbers() -> None:
    (refusal,) = check([Tally("companies", "saas_churned", 200, 0, 122)], Guard())

    assert refusal.message == (
        "61 % of companies (122 of 200) would change saas_churned "
        "(limit 30 %, guard.max_flip_percent)"
    )
    assert (refusal.object, refusal.property) == ("companies", "saas_churned")


def test_clearing_has_its_own_limit() -> None:
    (refusal,) = check([Tally("contacts", "saas_mrr", 100, 6, 0)], Guard())

    assert refusal.message == (
        "6 % of contacts (6 of 100) would lose saas_mrr (limit 5 %, guard.max_clear_percent)"
    )


def test_a_share_just_over_the_limit_does_not_read_as_the_limit() -> None:
    (refusal,) = check([Tally("companies", "band", 2499, 0, 750)], Guard())

    assert refusal.message.startswith("30.1 % of companies (750 of 2,499)")


@pytest.mark.parametrize(
    "tally",
    [
        Tally("companies", "band", 9, 9, 9),
        Tally("companies", "band", 10, 0, 3),
        Tally("companies", "band", 20, 1, 0),
    ],
)
def test_few_records_and_shares_at_the_limit_pass(tally: Tally) -> None:
    assert check([tally], Guard()) == ()


def test_settings_move_the_limits() -> None:
    tally = Tally("companies", "band", 4, 1, 2)

    assert len(check([tally], Guard(min_records=4))) == 2
    open_guard = Guard(min_records=1, max_clear_percent=100, max_flip_percent=100)
    assert check([tally], open_guard) == ()


def test_of_a_few_records_the_share_is_taken_of_the_whole_portal() -> None:
    few = (Tally("contacts", "band", 20, 0, 20), Tally("contacts", "seats", 20, 20, 0))
    whole = (Tally("contacts", "band", 100, 9, 9), Tally("companies", "seats", 900, 0, 0))

    judged = as_part(few, whole)

    assert judged == (Tally("contacts", "band", 100, 0, 20), few[1])
    assert [refusal.property for refusal in check(judged, Guard())] == ["seats"]


def test_a_part_of_a_plan_is_judged_by_its_own_changes_and_the_whole_portals_values(
    rules: Mapping[str, PropertyRule],
) -> None:
    whole = (Tally("companies", "churned", 20, 0, 15), Tally("companies", "seats", 20, 15, 0))
    flips = RecordPlan(
        "companies", "A1", "", "1", "update",
        (Change("churned", "false", "true"), Change("seats", "5", ""), Change("band", "", "red")),
    )  # fmt: skip
    made = replace(flips, key="A2", action="create")

    assert narrowed(whole, [flips, made], {"companies": rules}) == (
        Tally("companies", "churned", 20, 0, 1),
        Tally("companies", "seats", 20, 1, 0),
    )
