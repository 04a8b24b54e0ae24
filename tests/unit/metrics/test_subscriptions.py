"""Status, cancellation and churn of an account."""

from typing import Any

import pytest
from support.metric_facts import AS_OF, Row, account, facts, of_parts, sub, utc

from syncworker.metrics.facts import Facts
from syncworker.metrics.subscriptions import account_subscriptions

PAST = utc("2026-05-01")
FUTURE = utc("2026-07-01")


def world(*subscriptions: Row) -> Facts:
    return facts(subscriptions=[{**row, "sub_id": f"s{n}"} for n, row in enumerate(subscriptions)])


def of(*subscriptions: Row) -> dict[str, Any]:
    """What the part alone tells: the cases are many."""
    part = of_parts(world(*subscriptions), None, lambda i: account_subscriptions(i.facts, i.terms))
    return part["acme"]


ENDED = sub(status="canceled", ended_at=PAST, cancel_requested_at=utc("2026-04-20"))
ENDING = sub(cancel_at=FUTURE, cancel_requested_at=utc("2026-06-01"))


@pytest.mark.parametrize(
    ("statuses", "best"),
    [
        ((), "none"),
        (("incomplete",), "none"),
        (("incomplete_expired", "canceled"), "canceled"),
        (("canceled", "paused"), "paused"),
        (("paused", "unpaid"), "unpaid"),
        (("unpaid", "trialing"), "trialing"),
        (("trialing", "past_due"), "past_due"),
        (("past_due", "active"), "active"),
    ],
)
def test_the_status_is_that_of_the_best_subscription(statuses: tuple[str, ...], best: str) -> None:
    assert of(*(sub(status=status) for status in statuses))["subscription_status"] == best


def test_a_paying_customer_is_neither_cancelled_nor_churned() -> None:
    row = account(world(sub()))
    assert not any((row["cancelled"], row["cancel_pending"], row["churned"]))
    assert row["cancelled_at"] is row["cancel_effective_at"] is row["churned_at"] is None
    assert row["subscription_because"] == "1 of 1 subscription live"


def test_never_having_subscribed_is_not_churn() -> None:
    row = account(facts())
    assert not any((row["cancelled"], row["churned"]))
    assert row["subscription_because"] == "no subscription"


def test_an_ended_subscription_is_cancelled_and_churned_with_its_dates() -> None:
    row = account(world(ENDED))
    assert row["cancelled"]
    assert row["churned"]
    assert not row["cancel_pending"]
    assert row["cancelled_at"] == utc("2026-04-20")
    assert row["cancel_effective_at"] == row["churned_at"] == PAST
    assert row["subscription_because"] == (
        "0 of 1 subscription live, cancellation asked for 2026-04-20, end 2026-05-01"
    )


def test_a_subscription_that_runs_out_is_cancelled_and_pending_but_not_churned() -> None:
    row = of(ENDING)
    assert row["cancelled"]
    assert row["cancel_pending"]
    assert not row["churned"]
    assert row["cancelled_at"] == utc("2026-06-01")
    assert row["cancel_effective_at"] == FUTURE
    assert row["subscription_status"] == "active"


def test_the_end_of_the_paid_period_is_the_end_where_no_date_is_given() -> None:
    row = of(sub(cancel_at_period_end=True, current_period_end=FUTURE))
    assert row["cancel_pending"]
    assert row["cancel_effective_at"] == FUTURE
    dateless = of(sub(cancel_at_period_end=True))
    assert dateless["cancel_pending"]
    assert dateless["cancel_effective_at"] is None


def test_a_scheduled_end_that_has_come_is_an_end() -> None:
    row = of(sub(cancel_at=AS_OF))
    assert row["churned"]
    assert row["churned_at"] == AS_OF
    assert row["subscription_status"] == "canceled"


def test_one_of_two_subscriptions_ending_is_pending_but_not_cancelled() -> None:
    row = of(sub(), ENDING)
    assert row["cancel_pending"]
    assert not row["cancelled"]
    assert row["cancelled_at"] is None
    assert row["cancel_effective_at"] == FUTURE


def test_an_ended_and_an_ending_subscription_are_cancelled_but_not_churned() -> None:
    row = of(ENDED, ENDING)
    assert row["cancelled"]
    assert not row["churned"]
    assert row["cancelled_at"] == utc("2026-06-01")


def test_coming_back_undoes_cancellation_and_churn() -> None:
    row = of(ENDED, sub())
    assert not any((row["cancelled"], row["churned"], row["cancel_pending"]))
    assert row["churned_at"] is None


def test_a_subscription_the_source_no_longer_has_ended_when_a_run_missed_it() -> None:
    row = of(sub(deleted_at=PAST))
    assert row["churned"]
    assert row["churned_at"] == PAST


def test_a_canceled_row_without_an_end_ended_at_its_request_else_at_its_start() -> None:
    asked = of(sub(status="canceled", cancel_requested_at=PAST))
    assert asked["churned_at"] == PAST
    bare = of(sub(status="canceled"))
    assert bare["churned_at"] == utc("2026-01-01")
    nothing = of(sub(status="canceled", started_at=None, cancel_at=FUTURE))
    assert nothing["churned"]
    assert nothing["churned_at"] is None


def test_a_trial_that_was_never_paid_is_cancelled_but_not_churned() -> None:
    row = of(sub(status="canceled", ended_at=PAST, trial_start=utc("2026-04-01"), trial_end=PAST))
    assert row["cancelled"]
    assert not row["churned"]
    assert row["cancel_effective_at"] == PAST


def test_a_first_payment_that_never_came_is_neither_cancelled_nor_churned() -> None:
    row = of(sub(status="incomplete_expired", ended_at=PAST))
    assert not any((row["cancelled"], row["churned"]))


def test_what_happened_after_as_of_is_not_yet_known() -> None:
    later = utc("2026-06-20")
    row = of(sub(status="canceled", ended_at=later, cancel_requested_at=later, cancel_at=later))
    assert not any((row["cancelled"], row["cancel_pending"], row["churned"]))
    assert row["subscription_status"] == "active"
    trial = of(sub(status="canceled", ended_at=later, trial_end=FUTURE))
    assert trial["subscription_status"] == "trialing"
    deleted = of(sub(deleted_at=later))
    assert not any((deleted["cancel_pending"], deleted["churned"]))
    period = of(
        sub(cancel_at_period_end=True, current_period_end=FUTURE, cancel_requested_at=later)
    )
    assert not period["cancel_pending"]


def test_an_end_asked_for_before_as_of_and_reached_after_it_was_pending() -> None:
    row = of(sub(status="canceled", ended_at=FUTURE, cancel_requested_at=PAST))
    assert row["cancel_pending"]
    assert not row["churned"]
    assert row["cancel_effective_at"] == FUTURE


@pytest.mark.parametrize(
    ("planned", "ended"),
    [
        ({"cancel_at": PAST}, PAST),
        ({"cancel_at_period_end": True, "current_period_end": PAST}, PAST),
        ({"cancel_at": FUTURE}, utc("2026-04-20")),  # it says canceled: it does not run on
        ({"current_period_end": PAST}, utc("2026-04-20")),
    ],
)
def test_a_canceled_row_without_an_end_ended_when_it_was_to_end(planned: Row, ended: Any) -> None:
    before = {"cancel_requested_at": utc("2026-04-20"), **planned}
    row = of(sub(status="canceled", **before))
    assert (row["churned_at"], row["cancel_effective_at"]) == (ended, ended)


@pytest.mark.parametrize("status", ["trialing", "paused"])
@pytest.mark.parametrize("over", [{"ended_at": PAST}, {"deleted_at": PAST}], ids=["ended", "gone"])
def test_a_subscription_that_was_tried_to_the_last_is_cancelled_but_not_churned(
    status: str, over: Row
) -> None:
    row = of(sub(status=status, trial_end=utc("2026-04-15"), **over))
    assert row["cancelled"]
    assert not row["churned"]
    assert row["churned_at"] is None


def test_an_announced_end_that_was_put_off_gives_way_to_the_end_that_came() -> None:
    row = of(sub(status="canceled", cancel_at=PAST, ended_at=FUTURE))
    assert row["cancel_pending"]
    assert row["cancel_effective_at"] == FUTURE
