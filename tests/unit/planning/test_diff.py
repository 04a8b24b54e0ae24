from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.planning.diff import diff, needs_reading
from syncworker.planning.records import Change, Held, LedgerRecord, RecordPlan

Desired = Callable[..., DesiredRecord]
Ledger = Callable[..., LedgerRecord]
Planner = Callable[[DesiredRecord, LedgerRecord | None], RecordPlan]
Writer = Callable[[DesiredRecord, LedgerRecord | None], dict[str, str]]


@pytest.fixture
def plan(
    rules: Mapping[str, PropertyRule], as_of: datetime, stages: tuple[str, ...]
) -> Callable[[DesiredRecord, LedgerRecord | None], RecordPlan | None]:
    def make(desired: DesiredRecord, ledger: LedgerRecord | None) -> RecordPlan | None:
        return diff(desired, ledger, rules, as_of, 7, stages)

    return make


@pytest.fixture
def written(plan: Planner) -> Writer:
    def make(desired: DesiredRecord, ledger: LedgerRecord | None) -> dict[str, str]:
        record = plan(desired, ledger)
        return {change.property: change.new for change in record.changes} if record else {}

    return make


def test_a_changed_value_is_planned_with_old_new_and_because(
    plan: Planner, desired: Desired, ledger: Ledger
) -> None:
    record = plan(desired(score="64", band="red"), ledger(score="81", band="red"))

    assert record.action == "update"
    assert record.hubspot_id == "501"
    assert record.name == "northwind.example"
    assert record.changes == (Change("score", "81", "64", "score because"),)
    assert record.create_values == {}


def test_a_value_that_cannot_be_told_is_kept_and_says_why(
    plan: Planner, desired: Desired, ledger: Ledger
) -> None:
    wanted = replace(desired(band="red"), unknown={"score": "two currencies"})
    record = plan(wanted, ledger(score="81", band="red"))

    assert record.changes == ()
    assert record.held == (Held("score", "81", "", "kept: two currencies"),)


def test_values_that_mean_the_same_are_no_change(
    plan: Planner, desired: Desired, ledger: Ledger
) -> None:
    assert plan(desired(score="64", churned="true"), ledger(score="64.0", churned="True")) is None


def test_changes_are_sorted_by_property(plan: Planner, desired: Desired, ledger: Ledger) -> None:
    record = plan(desired(score="1", band="a", churned="true"), ledger())

    assert [change.property for change in record.changes] == ["band", "churned", "score"]


@pytest.mark.parametrize(
    ("name", "old", "wanted", "sent"),
    [
        ("score", "81", "", ""),
        ("score", "", "", None),
        ("first_demo", "2026-01-01T00:00:00Z", "", None),
        ("first_demo", "", "2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("first_demo", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("industry", "", "Retail", "Retail"),
        ("industry", "Logistics", "Retail", None),
        ("industry", "Logistics", "", None),
        ("interests", "", "b;a", "a;b"),
        ("interests", "z;a", "b;a", "z;a;b"),
        ("interests", "z;a", "a", None),
        ("interests", "z;a", "", None),
    ],
)
def test_each_write_mode_sends_only_what_it_may(
    written: Writer,
    desired: Desired,
    ledger: Ledger,
    name: str,
    old: str,
    wanted: str,
    sent: str | None,
) -> None:
    result = written(desired(**{name: wanted}), ledger(**{name: old}))

    assert result == ({} if sent is None else {name: sent})


def test_a_property_the_mapping_does_not_want_now_is_left_alone(
    plan: Planner, desired: Desired, ledger: Ledger
) -> None:
    assert plan(desired(score="64"), ledger(score="64", churned="true")) is None


def test_a_volatile_value_alone_is_no_reason_to_send(
    plan: Planner, desired: Desired, ledger: Ledger
) -> None:
    old = ledger(score="64", computed_at="2026-11-20T06:00:00Z")

    assert plan(desired(score="64", computed_at="2026-11-21T06:00:00Z"), old) is None


def test_a_volatile_value_rides_along_with_a_change(
    written: Writer, desired: Desired, ledger: Ledger
) -> None:
    old = ledger(score="81", computed_at="2026-11-20T06:00:00Z")

    sent = written(desired(score="64", computed_at="2026-11-21T06:00:00Z"), old)
    assert sent == {"score": "64", "computed_at": "2026-11-21T06:00:00Z"}


@pytest.mark.parametrize(("days", "goes"), [(7, False), (8, True), (None, True)])
def test_a_volatile_value_goes_alone_once_it_is_old(
    written: Writer,
    desired: Desired,
    ledger: Ledger,
    as_of: datetime,
    days: int | None,
    *,
    goes: bool,
) -> None:
    written_at = None if days is None else as_of - timedelta(days=days)
    old = ledger(written_at, score="64", computed_at="2026-11-01T06:00:00Z")

    sent = written(desired(score="64", computed_at="2026-11-21T06:00:00Z"), old)
    assert sent == ({"computed_at": "2026-11-21T06:00:00Z"} if goes else {})


def test_a_new_record_gets_its_values_and_what_creating_needs(
    plan: Planner, desired: Desired
) -> None:
    record = plan(desired("customer", score="64", band="", computed_at="2026-11-21"), None)

    assert record.action == "create"
    assert record.hubspot_id is None
    assert {change.property: change.new for change in record.changes} == {
        "score": "64",
        "computed_at": "2026-11-21",
        "lifecyclestage": "customer",
    }
    assert record.create_values == {"domain": "northwind.example", "name": "Northwind"}


def test_a_new_record_without_any_value_is_still_created(plan: Planner, desired: Desired) -> None:
    record = plan(desired(score=""), None)

    assert record.action == "create"
    assert record.changes == ()


def test_a_linked_record_that_lost_its_match_value_is_still_kept_up(
    written: Writer, desired: Desired, ledger: Ledger
) -> None:
    lost = replace(desired(score="64"), matches=())

    assert written(lost, ledger(score="81")) == {"score": "64"}


@pytest.mark.parametrize(
    ("current", "wanted", "sent"),
    [
        ("lead", "customer", {"lifecyclestage": "customer"}),
        ("", "customer", {"lifecyclestage": "customer"}),
        ("customer", "customer", {}),
        ("customer", None, {}),
    ],
)
def test_a_stage_moves_forward_or_not_at_all(
    plan: Planner, desired: Desired, ledger: Ledger, current: str, wanted: str, sent: str | None
) -> None:
    record = plan(desired(wanted), ledger(lifecyclestage=current))

    assert ({c.property: c.new for c in record.changes} if record else {}) == sent


@pytest.mark.parametrize(
    ("current", "wanted", "reason"),
    [
        ("customer", "opportunity", "kept: rule says opportunity, stages only move forward"),
        ("customer", "vip", "the portal has no stage vip"),
        (
            "9001",
            "customer",
            "kept: rule says customer, 9001 is not among the portal's stages",
        ),
    ],
)
def test_a_stage_that_must_not_move_is_held_with_the_reason(
    plan: Planner, desired: Desired, ledger: Ledger, current: str, wanted: str, reason: str
) -> None:
    record = plan(desired(wanted), ledger(lifecyclestage=current))

    assert record.changes == ()
    assert [(held.old, held.new, held.reason) for held in record.held] == [
        (current, wanted, reason)
    ]


def test_a_stage_change_says_why(plan: Planner, desired: Desired, ledger: Ledger) -> None:
    record = plan(desired("customer"), ledger(lifecyclestage="lead"))

    assert record.changes == (Change("lifecyclestage", "lead", "customer", "it pays"),)


def test_what_the_portal_cannot_take_is_reported_and_the_rest_is_sent(
    plan: Planner, desired: Desired, ledger: Ledger
) -> None:
    wanted = replace(desired(score="64"), refused={"band": "no option `red`"})

    both = plan(wanted, ledger(score="81", band="green"))
    alone = plan(wanted, ledger(score="64", band="green"))

    for record, changes in ((both, ["score"]), (alone, [])):
        assert [change.property for change in record.changes] == changes
        assert record.refused == (Held("band", "green", "", "no option `red`"),)


def test_a_stage_goes_back_where_the_rule_says_why(
    plan: Planner, desired: Desired, ledger: Ledger
) -> None:
    refunded = replace(desired("lead"), stage_back="the deal was refunded")

    record = plan(refunded, ledger(lifecyclestage="customer"))

    because = "it pays; back because the deal was refunded"
    assert record.changes == (
        Change("lifecyclestage", "customer", "lead", because, clear_first=True),
    )


def test_a_stage_that_a_person_set_is_held(
    desired: Desired,
    ledger: Ledger,
    rules: Mapping[str, PropertyRule],
    as_of: datetime,
    stages: tuple[str, ...],
) -> None:
    lead = ledger(lifecyclestage="lead")
    record = diff(desired("customer"), lead, rules, as_of, 7, stages, peoples=True)

    assert record is not None
    assert record.changes == ()
    assert [held.reason for held in record.held] == ["kept: rule says customer, a person set lead"]


def test_a_held_stage_takes_no_volatile_value_along(
    plan: Planner, desired: Desired, ledger: Ledger
) -> None:
    record = plan(
        desired("lead", computed_at="2026-11-21"),
        ledger(lifecyclestage="customer", computed_at="2026-11-20"),
    )

    assert record.changes == ()
    assert len(record.held) == 1


@pytest.mark.parametrize(
    ("wanted", "known", "reads"),
    [
        ({"score": "64"}, None, True),
        ({"score": "64"}, {}, True),
        ({"score": "64"}, {"score": "81"}, False),
        ({"score": ""}, {"score": "81"}, False),
        ({"industry": "Retail"}, {"industry": ""}, True),
        ({"industry": "Retail"}, {"industry": "Logistics"}, False),
        ({"industry": ""}, {"industry": ""}, False),
        ({"interests": "a;b"}, {"interests": "a"}, True),
        ({"interests": "a"}, {"interests": "a;b"}, False),
        ({"stage": "customer"}, {}, True),
        ({"stage": "customer"}, {"lifecyclestage": "lead"}, True),
        ({"stage": "customer"}, {"lifecyclestage": "customer"}, False),
        ({"stage": "lead"}, {"lifecyclestage": "customer"}, False),
    ],
)
def test_a_record_is_read_only_where_the_ledger_cannot_decide(
    desired: Desired,
    ledger: Ledger,
    rules: Mapping[str, PropertyRule],
    stages: tuple[str, ...],
    wanted: str,
    known: dict[str, str],
    *,
    reads: bool,
) -> None:
    row = None if known is None else ledger(**known)

    assert needs_reading(desired(**wanted), row, rules, stages) is reads


@pytest.mark.parametrize(
    ("wanted", "known", "reads"),
    [
        ({"industry": "Retail"}, {"industry": ""}, False),
        ({"stage": "customer"}, {"lifecyclestage": "lead"}, False),
        ({"score": "64"}, {}, True),
    ],
)
def test_a_record_read_in_this_run_is_read_again_only_for_a_property_it_lacks(
    desired: Desired,
    ledger: Ledger,
    rules: Mapping[str, PropertyRule],
    stages: tuple[str, ...],
    wanted: str,
    known: dict[str, str],
    *,
    reads: bool,
) -> None:
    row = ledger(fresh=True, **known)

    assert needs_reading(desired(**wanted), row, rules, stages) is reads
