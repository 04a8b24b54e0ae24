"""Which metrics are held, and why."""

from datetime import timedelta

import pytest
from support.metric_facts import AS_OF

from syncworker.metrics.availability import StreamState, expired, unavailable
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.catalog_pql import PQL
from syncworker.metrics.settings import MetricSettings

DAY = timedelta(days=1)
FRESH = StreamState(10, AS_OF - DAY, AS_OF)
READ = StreamState(10, None, AS_OF)


def held(settings: MetricSettings | None = None, **configured: StreamState) -> dict[str, str]:
    return unavailable(configured, AS_OF, settings or MetricSettings())


ALL = {
    "accounts": READ,
    "users": READ,
    "events": FRESH,
    "subscriptions": READ,
    "subscription_items": READ,
    "invoices": FRESH,
    "invoice_lines": READ,
    "trials": FRESH,
    "demo_requests": FRESH,
    "tickets": FRESH,
    "survey_responses": FRESH,
    "web_visits": FRESH,
    "campaign_spend": FRESH,
}


def test_with_every_stream_fresh_nothing_is_held() -> None:
    assert held(**ALL) == {}


def test_with_nothing_configured_everything_is_held_with_what_is_missing() -> None:
    reasons = held()
    assert reasons.keys() == METRICS.keys()
    assert reasons["usage_28d"] == "no source provides events or usage_daily"
    assert reasons["mrr"] == "no source provides subscriptions"


def test_what_one_stream_carries_does_not_wait_for_another() -> None:
    reasons = held(accounts=READ, usage_daily=FRESH)
    assert METRICS.keys() - reasons.keys() == {
        "account_id",
        "usage_28d",
        "usage_prev_28d",
        "usage_change_percent",
        "usage_alert",
        "usage_alert_at",
        "usage_below_floor",
        "usage_avg_90d",
        "stickiness",
        "feature_breadth_percent",
        "usage_depth",
        "quota_used_percent",
        "active_users_28d",
        "last_seen_at",
        "user_usage_28d",
        "user_last_seen_at",
        "health_score",
        "health_band",
        "health_coverage",
        "health_drivers",
        "health_computed_at",
        "health_trend_30d",
        "health_usage_trend",
        "health_frequency",
        "health_breadth",
        "fit",
        "seat_milestone",
        *(metric.name for metric in PQL),
    }


def test_an_empty_stream_holds_what_uses_it() -> None:
    reasons = held(**{**ALL, "events": StreamState(0, None, AS_OF)})
    assert reasons["usage_28d"] == reasons["health_score"] == "events has no rows"
    assert "mrr" not in reasons


@pytest.mark.parametrize(("age", "stale"), [(3 * DAY, False), (3 * DAY + DAY, True)])
def test_events_are_stale_by_their_newest_row(age: timedelta, *, stale: bool) -> None:
    reasons = held(**{**ALL, "events": StreamState(10, AS_OF - age, AS_OF)})
    assert ("usage_28d" in reasons) == stale
    assert ("health_usage_trend" in reasons) == stale
    assert ("trial_status" in reasons) == stale
    assert "mrr" not in reasons
    if stale:
        assert reasons["usage_28d"] == (
            "events is stale: its newest row is of 2026-06-11 12:00 UTC, more than 3 days ago"
        )


def test_a_state_is_stale_by_its_last_read() -> None:
    state = StreamState(10, None, AS_OF - 2 * DAY - DAY)
    reasons = held(**{**ALL, "subscriptions": state})
    assert reasons["mrr"] == reasons["churned"]
    assert reasons["churned"] == (
        "subscriptions is stale: its last read is of 2026-06-12 12:00 UTC, more than 2 days ago"
    )
    assert "usage_28d" not in reasons


def test_an_expired_stream_takes_its_part_out_of_health_and_holds_the_rest() -> None:
    settings = MetricSettings()
    gone = {
        **ALL,
        "events": StreamState(10, AS_OF - 4 * DAY, AS_OF, problem="could not be read: no host"),
        "subscriptions": StreamState(10, None, AS_OF - 3 * DAY),
        "tickets": StreamState(10, None, AS_OF - 8 * DAY),
    }
    assert expired(gone, AS_OF, settings) == {"events", "subscriptions", "tickets"}
    assert not {"health_score", "health_band"} & held(**gone).keys()
    assert {"usage_28d", "mrr", "ticket_flag"} <= held(**gone).keys()
    limits = {"events": 3 * DAY, "subscriptions": 2 * DAY, "tickets": 7 * DAY}
    on_time = {name: StreamState(10, AS_OF - age, AS_OF - age) for name, age in limits.items()}
    assert expired({**ALL, **on_time}, AS_OF, settings) == frozenset()


def test_a_stream_that_failed_once_or_came_empty_has_not_expired_and_holds_health() -> None:
    for state in (
        StreamState(10, AS_OF - DAY, AS_OF - DAY, problem="could not be read: no host"),
        StreamState(0, None, AS_OF),
        StreamState(10, None, None),
    ):
        configured = {**ALL, "events": state}
        assert expired(configured, AS_OF, MetricSettings()) == frozenset()
        assert "health_score" in held(**configured)


def test_a_stream_that_was_never_read_is_held() -> None:
    reasons = held(**{**ALL, "subscriptions": StreamState(10, None, None)})
    assert reasons["mrr"] == "subscriptions has no last read"
    reasons = held(**{**ALL, "events": StreamState(10, None, AS_OF)})
    assert reasons["usage_28d"] == "events has no newest row"


def test_the_limit_is_a_setting_and_a_stream_without_one_is_never_stale() -> None:
    old = StreamState(10, None, AS_OF - 400 * DAY)
    assert held(**{**ALL, "trials": StreamState(10, AS_OF - 400 * DAY, AS_OF)}) == {}
    assert held(MetricSettings(stale_days={}), **{**ALL, "subscriptions": old}) == {}
    reasons = held(MetricSettings(stale_days={"subscriptions": 1}), **{**ALL, "subscriptions": old})
    assert reasons["mrr"].endswith("more than 1 day ago")


def test_an_empty_list_of_discounts_is_normal() -> None:
    assert held(**ALL, discounts=StreamState(0, None, AS_OF)) == {}


def test_a_subscriptions_metrics_are_held_like_an_accounts() -> None:
    gone = {name: state for name, state in ALL.items() if name != "subscription_items"}
    reasons = held(**gone)
    assert reasons["subscription_amount"] == "no source provides subscription_items"
    assert reasons["subscription_inactive_reason"] == reasons["subscription_amount"]
    assert not {"subscription_state", "subscription_inactive_on"} & reasons.keys()
    empty = held(**{**ALL, "subscriptions": StreamState(0, None, AS_OF)})
    names = {metric.name for metric in METRICS.values() if metric.entity == "subscription"}
    assert {empty[name] for name in names} == {"subscriptions has no rows"}
