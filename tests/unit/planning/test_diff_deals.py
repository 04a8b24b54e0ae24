from datetime import UTC, datetime

import pytest

from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.planning.diff import diff, needs_reading
from syncworker.planning.records import Change, Held, LedgerRecord, RecordPlan

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
RULES = {
    "dealstage": PropertyRule("dealstage", "enumeration"),
    "mrr": PropertyRule("mrr", "number"),
}


def desired(stage: str = "lost") -> DesiredRecord:
    values = {"dealstage": stage, "mrr": "49"}
    return DesiredRecord("deals", "s1", (), values, create_values={"pipeline": "ours"})


def held(*, fresh: bool = False, **values: str) -> LedgerRecord:
    return LedgerRecord("deals", "s1", "7", {"mrr": "49", **values}, AS_OF, fresh)


def planned(ledger: LedgerRecord | None) -> RecordPlan | None:
    return diff(desired(), ledger, RULES, AS_OF, 7, ())


@pytest.mark.parametrize("pipeline", [{}, {"pipeline": ""}, {"pipeline": "ours"}], ids=str)
def test_a_deal_in_the_mapped_pipeline_takes_the_stage(pipeline: dict[str, str]) -> None:
    plan = planned(held(dealstage="won", **pipeline))

    assert plan is not None
    assert plan.changes == (Change("dealstage", "won", "lost"),)


def test_a_deal_in_another_pipeline_keeps_its_stage_and_says_why() -> None:
    plan = planned(held(dealstage="due", pipeline="theirs"))

    assert plan is not None
    assert plan.changes == ()
    why = "kept: the deal is in pipeline theirs, not in ours"
    assert plan.held == (Held("dealstage", "due", "lost", why),)


def test_a_deal_in_another_pipeline_that_has_the_stage_has_nothing_to_hold() -> None:
    assert planned(held(dealstage="lost", pipeline="theirs")) is None


def test_a_deal_that_is_created_takes_the_stage() -> None:
    plan = planned(None)

    assert plan is not None
    assert Change("dealstage", "", "lost") in plan.changes


@pytest.mark.parametrize(
    ("ledger", "read"),
    [
        (held(dealstage="lost"), False),
        (held(dealstage="won"), True),
        (held(dealstage="won", pipeline="ours"), True),
        (held(dealstage="won", pipeline="ours", fresh=True), False),
        (held(dealstage="due", pipeline="theirs"), False),
        (LedgerRecord("deals", "s1", "7", {}, AS_OF), True),
    ],
)
def test_where_a_deal_is_is_read_before_its_stage_moves(ledger: LedgerRecord, read: bool) -> None:
    assert needs_reading(desired(), ledger, RULES, ()) is read


def test_a_record_of_which_nothing_is_known_is_read_though_nothing_of_it_is_mapped() -> None:
    nothing = DesiredRecord("companies", "a1", (), {})

    assert needs_reading(nothing, LedgerRecord("companies", "a1", "7", {}), {}, ())
    known = LedgerRecord("companies", "a1", "7", {"domain": "acme.example"})
    assert not needs_reading(nothing, known, {}, ())


def test_a_record_whose_stage_was_never_read_is_read_before_it_moves() -> None:
    wanted = DesiredRecord("companies", "a1", (), {}, stage="lead")

    assert needs_reading(wanted, LedgerRecord("companies", "a1", "7", {"mrr": "1"}), {}, ("lead",))
