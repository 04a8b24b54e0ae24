from collections.abc import Mapping

import pytest

from syncworker.mapping.desired import PropertyRule
from syncworker.planning.outcome import judge
from syncworker.planning.records import Change, RecordOutcome, RecordPlan

SCORE = Change("score", "81", "64")
CHURNED = Change("churned", "true", "")
STAGE = Change("lifecyclestage", "lead", "customer")


def plan(*changes: Change) -> RecordPlan:
    return RecordPlan("companies", "A1", "northwind.example", "501", "update", changes)


def sent(**values: str) -> RecordOutcome:
    return RecordOutcome("A1", "sent", "501", values)


def test_a_value_that_came_back_in_another_spelling_is_acknowledged(
    rules: Mapping[str, PropertyRule],
) -> None:
    score, churned = judge(plan(SCORE, CHURNED), sent(score="64.0", churned=""), rules)

    assert (score.status, score.value, score.change) == ("sent", "64.0", SCORE)
    assert (churned.status, churned.value) == ("sent", "")


def test_a_property_the_answer_does_not_mention_is_acknowledged_as_sent(
    rules: Mapping[str, PropertyRule],
) -> None:
    (score,) = judge(plan(SCORE), sent(), rules)

    assert (score.status, score.value) == ("sent", "64")


def test_a_value_that_was_not_kept_is_rejected_and_its_neighbour_is_not(
    rules: Mapping[str, PropertyRule],
) -> None:
    churned, score = judge(plan(CHURNED, SCORE), sent(score="81", churned=""), rules)

    assert churned.status == "sent"
    assert (score.status, score.value, score.cause) == ("rejected", "81", "VALUE_NOT_KEPT")
    assert "score" in score.message
    assert "workflow" in score.help


@pytest.mark.parametrize(
    ("returned", "status", "message"),
    [
        ("customer", "sent", ""),
        ("evangelist", "held", "HubSpot kept evangelist and did not take customer"),
        ("", "held", "HubSpot kept no stage and did not take customer"),
    ],
)
def test_a_stage_hubspot_kept_is_held(
    rules: Mapping[str, PropertyRule], returned: str, status: str, message: str
) -> None:
    (stage,) = judge(plan(STAGE), sent(lifecyclestage=returned), rules)

    assert (stage.status, stage.value, stage.message) == (status, returned, message)


def test_a_rejected_record_rejects_all_its_changes_and_leaves_the_ledger(
    rules: Mapping[str, PropertyRule],
) -> None:
    outcome = RecordOutcome(
        "A1", "rejected", cause="INVALID_OPTION", property="score", message="no", help="add it"
    )

    judged = judge(plan(SCORE, CHURNED), outcome, rules)
    assert [(s.status, s.value, s.cause, s.message, s.help) for s in judged] == [
        ("rejected", None, "INVALID_OPTION", "no", "add it")
    ] * 2


def test_a_deferred_record_is_deferred_as_a_whole(rules: Mapping[str, PropertyRule]) -> None:
    (score,) = judge(plan(SCORE), RecordOutcome("A1", "deferred"), rules)

    assert (score.status, score.value) == ("deferred", None)
