"""Where a trial stands."""

from datetime import timedelta
from typing import Any

import pytest
from support.metric_facts import (
    AS_OF,
    Row,
    account,
    discount,
    each,
    event,
    facts,
    item,
    of_parts,
    sub,
    utc,
)

from syncworker.metrics.facts import Facts
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.trials import account_trials

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def trial(**more: object) -> dict[str, Any]:
    return {
        "trial_id": "t1",
        "account_id": "acme",
        "requested_at": utc("2026-06-01"),
        "ends_at": utc("2026-07-01"),
        **more,
    }


def told(given: Facts, settings: MetricSettings | None = None) -> dict[str, Any]:
    """What the part alone tells: the cases are many."""
    return of_parts(given, settings, account_trials)["acme"]


def of(*trials: Row, events: list[Any] | None = None, **more: list[Row]) -> dict[str, Any]:
    return told(facts(trials=list(trials), events=events or [], **more))


def test_an_account_without_a_trial_has_no_status() -> None:
    row = account(facts(trials=[], events=[]))
    assert (row["trial_status"], row["trial_requested_at"]) == (None, None)
    assert row["trial_because"] == "no trial"


def test_a_trial_that_never_starts_is_abandoned_after_a_week_or_at_its_end() -> None:
    cases = (
        (AS_OF - 7 * DAY + INSTANT, None, "requested"),
        (AS_OF - 7 * DAY, None, "abandoned"),
        (AS_OF - 3 * DAY, AS_OF, "abandoned"),
        (AS_OF - 3 * DAY, AS_OF + DAY, "requested"),
    )
    asked = [trial(requested_at=at, ends_at=ends) for at, ends, _ in cases]
    rows = each([{"trials": [one], "events": []} for one in asked])
    assert [row["trial_status"] for row in rows] == [status for *_, status in cases]
    assert {row["trial_started_at"] for row in rows} == {None}


def test_a_started_trial_is_abandoned_by_a_week_of_silence() -> None:
    cases = (
        (AS_OF - 7 * DAY, utc("2026-07-01"), "committed"),
        (AS_OF - 7 * DAY - INSTANT, utc("2026-07-01"), "abandoned"),
        (AS_OF - 7 * DAY - INSTANT, None, "abandoned"),
        (AS_OF - DAY, None, "committed"),
        (AS_OF - 9 * DAY, AS_OF - 2 * DAY, "expired"),
        (AS_OF - 9 * DAY - INSTANT, AS_OF - 2 * DAY, "abandoned"),
        (AS_OF - DAY, AS_OF, "expired"),
        (AS_OF - DAY, AS_OF - 2 * DAY, "abandoned"),  # came back only after the end
    )
    begun = trial(requested_at=utc("2026-05-01"), started_at=utc("2026-05-02"))
    rows = each(
        [
            {"trials": [{**begun, "ends_at": ends}], "events": [event(1, last, name="login")]}
            for last, ends, _ in cases
        ]
    )
    assert [row["trial_status"] for row in rows] == [status for *_, status in cases]


def test_starting_is_activity() -> None:
    short = trial(requested_at=AS_OF - 6 * DAY, started_at=AS_OF - 5 * DAY, ends_at=AS_OF - 2 * DAY)
    assert of(short)["trial_status"] == "expired"


def test_the_silent_days_are_a_setting() -> None:
    given = facts(trials=[trial(started_at=utc("2026-06-01"))], events=[event(1, AS_OF - 3 * DAY)])
    assert told(given, MetricSettings(trial_silent_days=2))["trial_status"] == "abandoned"
    assert told(given)["trial_status"] == "committed"


def test_silence_is_not_held_against_a_trial_where_nobody_tells_what_users_do() -> None:
    begun = trial(requested_at=utc("2026-04-01"), started_at=utc("2026-04-01"))
    assert told(facts(trials=[begun]))["trial_status"] == "committed"
    over = {**begun, "ends_at": utc("2026-06-01")}
    assert told(facts(trials=[over]))["trial_status"] == "expired"


def test_the_first_key_event_from_the_request_to_the_end_starts_a_trial() -> None:
    events = [
        event(1, utc("2026-05-31")),
        event(2, utc("2026-06-02"), name="login"),
        event(3, utc("2026-06-03")),
        event(4, utc("2026-06-04")),
    ]
    given = facts(trials=[trial()], events=events)
    row = told(given, MetricSettings(key_events=("report",)))
    assert row["trial_started_at"] == utc("2026-06-03")
    ended = trial(ends_at=utc("2026-06-03"))
    row = told(facts(trials=[ended], events=events), MetricSettings(key_events=("report",)))
    assert (row["trial_started_at"], row["trial_status"]) == (None, "abandoned")


def test_a_start_after_as_of_has_not_happened() -> None:
    row = of(trial(requested_at=AS_OF - DAY, started_at=AS_OF + DAY))
    assert (row["trial_status"], row["trial_started_at"]) == ("requested", None)


def test_the_latest_trial_counts_and_a_later_one_waits() -> None:
    row = of(
        trial(trial_id="t2", requested_at=utc("2026-06-10")),
        trial(),
        trial(trial_id="t3", requested_at=AS_OF + INSTANT),
        trial(trial_id="t4", requested_at=utc("2026-06-12"), deleted_at=utc("2026-06-13")),
    )
    assert row["trial_requested_at"] == utc("2026-06-10")


def paid(
    row: Row | None = None, items: list[Row] | None = None, **more: list[Row]
) -> dict[str, list[Row]]:
    begun = trial(requested_at=utc("2026-05-01T06:00"), started_at=utc("2026-05-02T06:00"))
    return {
        "trials": [begun],
        "events": [],
        "subscriptions": [row or sub(started_at=utc("2026-05-12T05:59"))],
        "subscription_items": items or [item()],
        **more,
    }


def paying(
    row: Row | None = None, items: list[Row] | None = None, **more: list[Row]
) -> dict[str, Any]:
    return told(facts(**paid(row, items, **more)))


def test_a_trial_is_converted_by_the_first_instant_with_mrr() -> None:
    row = account(facts(**paid()))
    assert (row["trial_status"], row["first_paid_at"]) == ("converted", utc("2026-05-12T05:59"))
    assert row["days_trial_to_paid"] == 9  # a minute short of ten days
    assert row["trial_because"] == (
        "requested 2026-05-01, started 2026-05-02, end 2026-07-01, first paid 2026-05-12"
    )


def test_paying_begins_with_the_subscription_and_after_its_trial_period() -> None:
    cases = (
        ({"trial_end": utc("2026-05-20")}, "2026-05-20"),
        ({"status": "canceled", "ended_at": utc("2026-06-01")}, "2026-05-12"),
        ({"status": "past_due"}, "2026-05-12"),
    )
    rows = each([paid(sub(**{"started_at": utc("2026-05-12"), **more})) for more, _ in cases])
    assert [(row["trial_status"], row["first_paid_at"]) for row in rows] == [
        ("converted", utc(first)) for _, first in cases
    ]


def test_what_was_never_paid_converts_nobody() -> None:
    cases: tuple[Row, ...] = (
        {"status": "trialing"},
        {"status": "paused"},
        {"status": "incomplete"},
        {"trial_end": AS_OF + INSTANT},
        {"status": "canceled", "ended_at": utc("2026-05-20"), "trial_end": utc("2026-05-20")},
    )
    rows = each([paid(sub(**{"started_at": utc("2026-05-12"), **more})) for more in cases])
    told = [(row["trial_status"], row["days_trial_to_paid"]) for row in rows]
    assert told == [("abandoned", None)] * len(cases)


def test_a_free_price_converts_nobody_until_a_paid_item_comes() -> None:
    free = item(unit_amount=0)
    assert paying(items=[free])["first_paid_at"] is None
    later = item(item_id="i2", valid_from=utc("2026-06-01"))
    assert paying(items=[free, later])["first_paid_at"] == utc("2026-06-01")


def test_free_months_convert_when_they_end() -> None:
    free = discount(percent=100, duration="repeating", end=utc("2026-06-12"))
    row = paying(discounts=[free])
    assert (row["first_paid_at"], row["days_trial_to_paid"]) == (utc("2026-06-12"), 40)
    assert paying(discounts=[{**free, "end": None}])["first_paid_at"] is None


def test_days_to_paid_count_from_the_request_where_nothing_started_and_are_never_negative() -> None:
    given = {"subscriptions": [sub(started_at=utc("2026-06-03"))], "subscription_items": [item()]}
    assert of(trial(), **given)["days_trial_to_paid"] == 2
    late_start = trial(started_at=utc("2026-06-10"))
    assert of(late_start, **given)["days_trial_to_paid"] == 0


def test_a_stripe_trial_period_is_a_trial_where_there_is_no_other() -> None:
    trialing = sub(status="trialing", trial_start=utc("2026-06-10"), trial_end=utc("2026-06-24"))
    row = told(facts(subscriptions=[trialing], events=[]))
    assert row["trial_status"] == "committed"
    assert row["trial_requested_at"] == row["trial_started_at"] == utc("2026-06-10")
    assert row["trial_ends_at"] == utc("2026-06-24")
    both = of(trial(), subscriptions=[trialing])
    assert both["trial_requested_at"] == utc("2026-06-01")
    future = {**trialing, "trial_start": AS_OF + DAY}
    assert told(facts(subscriptions=[future]))["trial_status"] is None


@pytest.mark.parametrize("begin", [{}, {"started_at": None}], ids=["since long", "since ever"])
def test_who_was_a_paying_customer_before_the_trial_took_no_days_to_pay(begin: Row) -> None:
    row = account(facts(**paid(sub(**begin))))
    assert (row["trial_status"], row["first_paid_at"], row["days_trial_to_paid"]) == (
        "converted",
        None,
        None,
    )
    assert row["trial_because"] == (
        "requested 2026-05-01, started 2026-05-02, end 2026-07-01, a paying customer before it"
    )


@pytest.mark.parametrize(
    ("ended", "days"), [("2026-05-01T06:00", 10), ("2026-05-01T06:00:00.000001", None)]
)
def test_who_stopped_paying_before_the_trial_pays_anew_after_it(
    ended: str, days: int | None
) -> None:
    old = sub(sub_id="old", status="canceled", ended_at=utc(ended))
    new = sub(started_at=utc("2026-05-12T12:00"))
    row = told(
        facts(
            trials=[trial(requested_at=utc("2026-05-01T06:00"), started_at=utc("2026-05-02"))],
            events=[],
            subscriptions=[old, new],
            subscription_items=[item(), item(item_id="i2", sub_id="old")],
        )
    )
    assert (row["trial_status"], row["days_trial_to_paid"]) == ("converted", days)


def test_a_price_that_is_not_known_is_a_price() -> None:
    row = account(facts(**paid(items=[item(unit_amount=None)])))
    assert (row["mrr"], row["trial_status"], row["days_trial_to_paid"]) == (None, "converted", 9)


def test_a_subscription_canceled_at_no_known_time_converts_nobody() -> None:
    row = paying(sub(status="canceled", started_at=None))
    assert (row["trial_status"], row["first_paid_at"]) == ("abandoned", None)


def test_a_trial_period_ends_with_its_subscription() -> None:
    tried = sub(
        status="canceled",
        trial_start=utc("2026-06-01"),
        trial_end=utc("2026-07-01"),
        ended_at=utc("2026-06-12"),
    )
    row = told(facts(subscriptions=[tried], events=[event(1, utc("2026-06-11"))]))
    assert (row["trial_ends_at"], row["trial_status"]) == (utc("2026-06-12"), "expired")
    later = told(facts(subscriptions=[{**tried, "ended_at": utc("2026-06-20")}], events=[]))
    assert later["trial_ends_at"] == utc("2026-07-01")
