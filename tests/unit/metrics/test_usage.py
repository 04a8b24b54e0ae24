"""Usage of accounts and users over two windows of equal length."""

from datetime import date, timedelta
from typing import Any

import pytest
from support.metric_facts import (
    AS_OF,
    account,
    event,
    facts,
    item,
    of_parts,
    people,
    sub,
    utc,
)

from syncworker.metrics.facts import Facts
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.usage import account_usage
from syncworker.metrics.usage_alert import with_usage_alert

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def all_used(given: Facts, settings: MetricSettings | None = None) -> dict[str, dict[str, Any]]:
    """Usage and alert by account, from the parts alone: they are many."""
    return of_parts(given, settings, account_usage, steps=(with_usage_alert,))


def used(given: Facts, settings: MetricSettings | None = None) -> dict[str, Any]:
    return all_used(given, settings)["acme"]


def many(current: int, previous: int) -> list[Any]:
    now = [event(n, AS_OF - DAY) for n in range(current)]
    before = [event(current + n, AS_OF - 30 * DAY) for n in range(previous)]
    return now + before


@pytest.mark.parametrize(
    ("before_now", "current", "previous"),
    [
        (timedelta(0), 0, 0),
        (INSTANT, 1, 0),
        (28 * DAY, 1, 0),
        (28 * DAY + INSTANT, 0, 1),
        (56 * DAY, 0, 1),
        (56 * DAY + INSTANT, 0, 0),
    ],
)
def test_windows_are_half_open_and_elapsed(
    before_now: timedelta, current: int, previous: int
) -> None:
    row = used(facts(events=[event(1, AS_OF - before_now)]))
    assert (row["usage_28d"], row["usage_prev_28d"]) == (current, previous)


def test_windows_are_equally_long_across_a_clock_change() -> None:
    as_of = utc("2026-04-10T12:00:00")  # Berlin's clocks went forward on 29 March
    hourly = [event(n, as_of - timedelta(hours=n, minutes=30)) for n in range(56 * 24 + 48)]
    row = used(facts(as_of=as_of, timezone="Europe/Berlin", events=hourly))
    assert row["usage_28d"] == row["usage_prev_28d"] == 28 * 24
    assert row["usage_change_percent"] == 0


def test_an_event_received_after_as_of_was_not_known() -> None:
    late = event(1, AS_OF - DAY, received_at=AS_OF + INSTANT)
    on_time = event(2, AS_OF - DAY, received_at=AS_OF)
    assert used(facts(events=[late, on_time]))["usage_28d"] == 1


def test_only_key_events_are_usage_but_any_event_is_activity() -> None:
    events = [event(1, AS_OF - 3 * DAY), event(2, AS_OF - DAY, name="login", user_id="bob")]
    row = used(facts(events=events), MetricSettings(key_events=("report",)))
    assert (row["usage_28d"], row["active_users_28d"], row["active_days_28d"]) == (1, 2, 2)
    assert row["last_seen_at"] == AS_OF - DAY
    assert used(facts(events=events))["usage_28d"] == 2


def test_usage_can_be_a_sum_of_quantities() -> None:
    events = [
        event(1, AS_OF - DAY, quantity=2.5),
        event(2, AS_OF - DAY, quantity=0.1),
        event(3, AS_OF - DAY, quantity=0.2),
        event(4, AS_OF - DAY),
        event(5, AS_OF - DAY, quantity=float("nan")),
    ]
    row = used(facts(events=events), MetricSettings(usage_quantity=True))
    assert row["usage_28d"] == 3.8
    assert used(facts(events=events))["usage_28d"] == 5


def test_an_event_counts_for_its_users_account_where_it_names_none() -> None:
    given = facts(
        users=[{"user_id": "ann", "account_id": "acme", "deleted_at": AS_OF}],
        events=[event(1, AS_OF - DAY, account_id=None), event(2, AS_OF - DAY, user_id=None)],
    )
    row = used(given)
    assert (row["usage_28d"], row["active_users_28d"]) == (2, 1)


def test_a_silent_account_has_zeros_and_was_never_seen() -> None:
    row = used(facts(events=[]))
    assert (row["usage_28d"], row["usage_prev_28d"], row["active_users_28d"]) == (0, 0, 0)
    assert row["last_seen_at"] is None
    assert row["usage_alert"] == "none"


@pytest.mark.parametrize(
    ("current", "previous", "change", "alert"),
    [
        (75, 100, -25.0, "warn"),
        (76, 100, -24.0, "none"),
        (50, 100, -50.0, "critical"),
        (51, 100, -49.0, "warn"),
        (0, 100, -100.0, "critical"),
        (1, 3, -66.7, "none"),  # fewer than 20 before
        (10, 20, -50.0, "critical"),
        (9, 19, -52.6, "none"),
        (150, 100, 50.0, "none"),
        (5, 0, None, "none"),
    ],
)
def test_a_fall_is_a_warning_from_25_and_critical_from_50_percent(
    current: int, previous: int, change: float | None, alert: str
) -> None:
    row = used(facts(events=many(current, previous)))
    assert (row["usage_change_percent"], row["usage_alert"]) == (change, alert)


def test_limits_are_compared_before_the_percentage_is_rounded() -> None:
    row = used(facts(events=many(1001, 2001)))  # -49.975 %
    assert (row["usage_change_percent"], row["usage_alert"]) == (-50.0, "warn")


@pytest.mark.parametrize(
    ("age", "change"), [(56 * DAY, -50.0), (56 * DAY - INSTANT, None), (None, -50.0)]
)
def test_an_account_younger_than_both_windows_has_no_change(age: object, change: object) -> None:
    born = AS_OF - age if age else None
    given = facts(accounts=[{"account_id": "acme", "created_at": born}], events=many(50, 100))
    row = used(given)
    assert (row["usage_change_percent"], row["usage_alert"]) == (
        change,
        "critical" if change else "none",
    )


def test_days_are_local_dates() -> None:
    events = [event(1, utc("2026-06-10T03:00:00")), event(2, utc("2026-06-10T05:00:00"))]
    for timezone, days in (("America/New_York", 2), ("UTC", 1)):  # 11 pm and 1 am in New York
        assert used(facts(timezone=timezone, events=events))["active_days_28d"] == days


def test_never_more_than_28_days_are_active() -> None:
    hourly = [event(n, AS_OF - timedelta(hours=n)) for n in range(1, 28 * 24)]
    assert used(facts(events=hourly))["active_days_28d"] == 28


def daily(day: date, quantity: float = 1, **more: object) -> dict[str, Any]:
    return {"account_id": "acme", "name": "report", "day": day, "quantity": quantity, **more}


@pytest.mark.parametrize(
    ("as_of", "current", "previous"),
    [("2026-06-15T12:00:00", 28, 28), ("2026-06-15T00:00:00", 28, 28)],
)
def test_daily_counts_fill_two_windows_of_28_local_dates(
    as_of: str, current: int, previous: int
) -> None:
    days = [daily(date(2026, 6, 20) - n * DAY) for n in range(90)]
    row = used(facts(as_of=utc(as_of), usage_daily=days))
    assert (row["usage_28d"], row["usage_prev_28d"]) == (current, previous)
    last = utc("2026-06-15") if as_of.endswith("12:00:00") else utc("2026-06-14")
    assert row["last_seen_at"] == last


def test_daily_counts_are_counts_and_their_sums_quantities() -> None:
    days = [
        daily(date(2026, 6, 10), 2.6),
        daily(date(2026, 6, 11), 1, user_id="ann"),
        daily(date(2026, 6, 12), 0, user_id="bob"),
    ]
    row = used(facts(usage_daily=days))
    assert (row["usage_28d"], row["active_users_28d"], row["active_days_28d"]) == (4, 1, 2)
    assert used(facts(usage_daily=days), MetricSettings(usage_quantity=True))["usage_28d"] == 3.6


def test_events_win_over_daily_counts_account_by_account() -> None:
    given = facts(
        accounts=[{"account_id": "acme"}, {"account_id": "other"}],
        users=[{"user_id": "ann", "account_id": "acme"}],
        events=[event(1, AS_OF - DAY)],
        usage_daily=[
            daily(date(2026, 6, 10), 100),
            daily(date(2026, 6, 10), 100, account_id=None, user_id="ann"),
            daily(date(2026, 6, 10), 7, account_id="other"),
        ],
    )
    rows = all_used(given)
    assert (rows["acme"]["usage_28d"], rows["other"]["usage_28d"]) == (1, 7)


def test_a_day_begins_an_hour_late_where_the_clock_skips_midnight() -> None:
    given = facts(
        as_of=utc("2026-04-10"), timezone="Africa/Cairo", usage_daily=[daily(date(2025, 4, 25))]
    )
    assert used(given)["last_seen_at"] == utc("2025-04-24T22:00:00")


def test_a_user_has_their_own_usage() -> None:
    given = facts(
        users=[
            {"user_id": "ann", "account_id": "acme", "email": "Ann@Acme.example"},
            {"user_id": "bob", "account_id": "acme"},
            {"user_id": "gone", "account_id": "acme", "deleted_at": utc("2026-06-01")},
            {"user_id": "later", "created_at": AS_OF + DAY},
        ],
        events=[event(1, AS_OF - 2 * DAY), event(2, AS_OF - DAY, name="login")],
    )
    rows = people(given, MetricSettings(key_events=("report",)))
    assert rows.keys() == {"ann", "bob"}
    assert (rows["ann"]["user_usage_28d"], rows["bob"]["user_usage_28d"]) == (1, 0)
    assert rows["ann"]["user_last_seen_at"] == AS_OF - DAY
    assert rows["ann"]["email"] == "ann@acme.example"
    assert rows["bob"]["user_last_seen_at"] is None


def test_usage_by_nobody_named_leaves_the_number_of_users_open() -> None:
    billed = {
        "subscriptions": [sub()],
        "subscription_items": [item(quantity=3)],
    }
    row = account(facts(events=[event(1, AS_OF - DAY, user_id=None)], **billed))
    assert (row["usage_28d"], row["active_users_28d"], row["health_seats"]) == (1, None, None)
    assert row["users_because"] == "active users: not told by name, on 1 of 28 days"
    silent = account(facts(events=[event(1, AS_OF - 30 * DAY, user_id=None)], **billed))
    assert (silent["active_users_28d"], silent["health_seats"]) == (0, 0)
    assert silent["users_because"] == "active users: 0, on 0 of 28 days"


def test_what_a_user_did_elsewhere_takes_nothing_from_an_account() -> None:
    given = facts(
        accounts=[{"account_id": "acme"}, {"account_id": "other"}],
        users=[{"user_id": "ann", "account_id": "acme"}],
        events=[event(1, AS_OF - DAY)],
        usage_daily=[daily(date(2026, 6, 10), 7, account_id="other", user_id="ann")],
    )
    row = all_used(given)["other"]
    assert (row["usage_28d"], row["active_users_28d"]) == (7, 1)
    assert people(given)["ann"]["user_usage_28d"] == 1
