"""Selectors name records and properties of a plan."""

from __future__ import annotations

import pytest

from syncworker.planning.records import Change, Held, RecordPlan
from syncworker.planning.select import Selector, narrowed, parse, selected

MRR = Change("saas_mrr", "1", "2", "")
HEALTH = Change("saas_health", "", "80", "")
PLAN = RecordPlan("companies", "a1", "Acme", "7", "update", (HEALTH, MRR))


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("account:a:1", Selector("account", "a:1")),
        ("object:contacts", Selector("object", "contacts")),
        ("property:saas_mrr", Selector("property", "saas_mrr")),
    ],
)
def test_a_selector_is_read(text: str, selector: Selector) -> None:
    assert parse(text) == selector


@pytest.mark.parametrize("text", ["", "account", "account:", "company:a1"])
def test_what_is_no_selector_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="write account:ID, object:NAME or property:NAME"):
        parse(text)


@pytest.mark.parametrize(
    ("texts", "is_meant"),
    [
        ((), True),
        (("account:a1",), True),
        (("account:a2", "account:a1"), True),
        (("account:a2",), False),
        (("object:companies", "account:a1"), True),
        (("object:contacts", "account:a1"), False),
        (("property:saas_mrr",), True),
    ],
)
def test_a_record_is_meant_by_each_kind_of_selector(texts: tuple[str, ...], is_meant: bool) -> None:
    assert selected(PLAN, [parse(text) for text in texts]) is is_meant


def test_only_the_named_properties_are_left_of_a_plan() -> None:
    assert narrowed(PLAN, None) is PLAN
    only = narrowed(PLAN, {"saas_mrr"})
    assert only is not None
    assert only.changes == (MRR,)
    assert narrowed(PLAN, {"other"}) is None


def test_what_a_created_record_is_not_given_yet_is_known_to_be_empty() -> None:
    made = RecordPlan("companies", "a1", "Acme", None, "create", (HEALTH, MRR), empty=("saas_arr",))
    only = narrowed(made, {"saas_mrr"})
    assert only is not None
    assert (only.changes, only.empty) == ((MRR,), ("saas_arr", "saas_health"))


def test_what_is_held_or_refused_is_told_of_named_properties_only() -> None:
    held, refused = Held("saas_mrr", "1", "", "why"), Held("saas_health", "", "x", "no option")
    plan = RecordPlan("companies", "a1", "Acme", "7", "update", held=(held,), refused=(refused,))
    only = narrowed(plan, {"saas_health"})
    assert only is not None
    assert (only.held, only.refused) == ((), (refused,))
