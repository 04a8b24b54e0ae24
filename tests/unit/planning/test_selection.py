from dataclasses import replace

import pytest

from syncworker.planning.records import Change, Held, RecordPlan
from syncworker.planning.selection import Selection

MRR, STAGE = Change("mrr", "1", "2"), Change("lifecyclestage", "lead", "customer")
PLAN = RecordPlan(
    "companies", "A1", "a.example", "1", "update", (STAGE, MRR), (Held("seats", "5", "6", "kept"),),
    refused=(Held("tier", "", "gold", "no such option"),),
)  # fmt: skip
OF_A1 = {"companies": frozenset({"A1"})}


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(objects=frozenset({"companies", "deals"})),
        Selection(keys=OF_A1),
        Selection(properties=frozenset({"mrr", "lifecyclestage", "seats", "tier"})),
    ],
)
def test_what_is_meant_stays_as_it_is(selection: Selection) -> None:
    assert selection.of(PLAN) == PLAN


@pytest.mark.parametrize(
    "selection",
    [
        Selection(objects=frozenset({"contacts"})),
        Selection(keys={"companies": frozenset({"A2"})}),
        Selection(keys={"contacts": frozenset({"A1"})}),
        Selection(properties=frozenset({"arr"})),
        Selection(objects=frozenset({"contacts"}), keys=OF_A1),
    ],
)
def test_what_is_not_meant_falls_away(selection: Selection) -> None:
    assert selection.of(PLAN) is None


def test_of_some_properties_a_record_keeps_their_changes_only() -> None:
    def of(*names: str) -> RecordPlan | None:
        return Selection(properties=frozenset(names)).of(PLAN)

    assert of("mrr") == replace(PLAN, changes=(MRR,), held=(), refused=())
    assert of("seats", "tier") == replace(PLAN, changes=())


def test_what_a_created_record_is_not_given_yet_is_known_to_be_empty() -> None:
    made = replace(PLAN, hubspot_id=None, action="create", empty=("arr",))
    only = Selection(properties=frozenset({"mrr"})).of(made)
    assert only is not None
    assert (only.changes, only.empty) == ((MRR,), ("arr", "lifecyclestage"))


def test_no_property_at_all_means_nothing() -> None:
    assert Selection(properties=frozenset()).of(PLAN) is None
