"""The health score and what drives it."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from support.metric_facts import AS_OF, Row, account, each, event, facts, item, sub, utc

from syncworker.metrics.health_components import COMPONENTS
from syncworker.metrics.settings import HealthBands, HealthWeights, MetricSettings

DAY = timedelta(days=1)


def used(current: int, previous: int, *, days: int = 1, **more: object) -> dict[str, Any]:
    """`current` events spread over so many days of the last 28, `previous` before."""
    events = [event(n, AS_OF - (1 + n % days) * DAY) for n in range(current)]
    events += [event(current + n, AS_OF - 40 * DAY) for n in range(previous)]
    return {"events": events, **more}


def test_usage_trend_is_banded() -> None:
    points = {
        (110, 100): 100,
        (109, 100): 75,
        (90, 100): 75,
        (89, 100): 50,
        (75, 100): 50,
        (74, 100): 25,
        (50, 100): 25,
        (49, 100): 0,
        (3, 0): 100,
        (0, 0): 0,
    }
    rows = each([used(*counts) for counts in points])
    assert dict(zip(points, [row["health_usage_trend"] for row in rows], strict=True)) == points


def test_frequency_is_banded() -> None:
    points = {16: 100, 15: 75, 8: 75, 7: 50, 4: 50, 3: 25, 1: 25}
    rows = each([used(28, 0, days=days) for days in points])
    assert dict(zip(points, [row["health_frequency"] for row in rows], strict=True)) == points


def test_breadth_is_the_share_of_key_features_used() -> None:
    settings = MetricSettings(key_features=("f0", "f1", "f2", "f3"))
    points = {4: 100, 3: 100, 2: 75, 1: 50, 0: 0}
    no_feature = event(99, AS_OF - DAY, name="other")
    before = event(98, AS_OF - 30 * DAY, name="f3")
    cases = [
        {
            "events": [
                *(event(n, AS_OF - DAY, name=f"f{n}") for n in range(seen)),
                no_feature,
                before,
            ]
        }
        for seen in points
    ]
    rows = each(cases, settings)
    assert dict(zip(points, [row["health_breadth"] for row in rows], strict=True)) == points


def test_any_feature_of_many_is_a_little() -> None:
    settings = MetricSettings(key_events=tuple(f"f{n}" for n in range(5)))
    row = account(facts(events=[event(1, AS_OF - DAY, name="f1")]), settings)
    assert row["health_breadth"] == 25


def test_seats_are_the_share_of_seats_active() -> None:
    points = {5: 100, 6: 75, 8: 75, 9: 50, 16: 50, 17: 25, 0: None}
    events = [event(n, AS_OF - DAY, user_id=f"u{n}") for n in range(4)]
    cases = [
        {
            "events": events,
            "subscriptions": [sub()],
            "subscription_items": [item(quantity=seats)],
        }
        for seats in points
    ]
    rows = each(cases)
    assert dict(zip(points, [row["health_seats"] for row in rows], strict=True)) == points


def test_only_the_prices_named_as_seats_are_seats() -> None:
    items = [
        item(quantity=8, price_id="seat"),
        item(item_id="i2", quantity=100, price_id="storage"),
        item(item_id="i3", quantity=None, price_id="seat", valid_to=utc("2026-05-01")),
    ]
    given = facts(events=[], subscriptions=[sub()], subscription_items=items)
    assert account(given)["seats"] == 108
    assert account(given, MetricSettings(seat_prices=("seat",)))["seats"] == 8


def test_billing_is_the_worst_of_the_live_subscriptions() -> None:
    three = [sub(), sub(sub_id="s2", status="unpaid"), sub(sub_id="s3", status="past_due")]
    points: dict[str, tuple[list[Row], int | None]] = {
        "none": ([], None),
        "active": ([sub()], 100),
        "trialing": ([sub(status="trialing")], 100),
        "paused": ([sub(status="paused")], None),
        "canceled": ([sub(status="canceled")], None),
        "ending": ([sub(cancel_at=utc("2026-07-01"))], 25),
        "late": ([sub(status="past_due")], 25),
        "unpaid": ([sub(status="unpaid")], 0),
        "three": (three, 0),
    }
    rows = each([{"subscriptions": subs} for subs, _ in points.values()])
    assert dict(zip(points, [row["health_billing"] for row in rows], strict=True)) == {
        name: expected for name, (_, expected) in points.items()
    }


def test_support_and_sentiment_are_missing_and_the_rest_carries_the_score() -> None:
    row = account(facts(**used(28, 28, days=28)))
    assert (row["health_support"], row["health_sentiment"]) == (None, None)
    assert (row["health_usage_trend"], row["health_frequency"]) == (75, 100)
    assert row["health_coverage"] == 35
    assert (row["health_score"], row["health_band"], row["health_drivers"]) == (
        None,
        "unknown",
        None,
    )
    assert row["health_because"] == "only 35 % of the score's weight could be computed"


def test_silence_scores_zero_and_is_not_missing() -> None:
    row = account(facts(events=[]), MetricSettings(key_events=("report",)))
    assert (row["health_score"], row["health_band"], row["health_coverage"]) == (0, "red", 50)
    assert row["health_drivers"] == (
        "no usage in 56 days (-20.0), no one active on 28 of 28 days (-15.0), "
        "0 of 1 key features used (-15.0)"
    )


def test_a_good_customer_in_numbers_and_words() -> None:
    given = facts(
        **used(56, 40, days=14),
        subscriptions=[sub()],
        subscription_items=[item(quantity=2)],
    )
    row = account(given, MetricSettings(key_events=("report", "export")))
    # trend 100 x 20, frequency 75 x 15, breadth 75 x 15, seats 75 x 15, billing 100 x 10 over 75
    assert (row["health_score"], row["health_band"], row["health_coverage"]) == (85, "green", 75)
    assert row["health_drivers"] == (
        "usage up 40 % (+13.3), billing in order (+6.7), active on 14 of 28 days (+5.0)"
    )
    assert row["health_computed_at"] == AS_OF


def test_a_red_score_names_only_what_pulls_it_down() -> None:
    given = facts(
        **used(29, 50, days=8),
        subscriptions=[sub(status="past_due")],
        subscription_items=[item(quantity=10)],
    )
    row = account(given, MetricSettings(key_features=("a", "b", "report")))
    assert (row["health_score"], row["health_band"]) == (40, "red")
    assert row["health_drivers"] == (
        "usage down 42 % (-6.7), 1 of 10 seats active (-5.0), payment past due (-3.3)"
    )


def test_billing_in_words() -> None:
    alone = MetricSettings(health_weights=HealthWeights(0, 0, 0, 0, 0, 0, 10))
    words = {
        "invoices unpaid (-50.0)": sub(status="unpaid"),
        "payment past due (-25.0)": sub(status="past_due"),
        "cancellation pending (-25.0)": sub(cancel_at_period_end=True),
        "billing in order (+50.0)": sub(),
    }
    rows = each([{"subscriptions": [one]} for one in words.values()], alone)
    assert [row["health_drivers"] for row in rows] == list(words)


def test_usage_trend_in_words() -> None:
    alone = MetricSettings(health_weights=HealthWeights(10, 0, 0, 0, 0, 0, 0))
    words = {
        (100, 100): "usage unchanged (+25.0)",
        (5, 0): "usage from nothing (+50.0)",
        (110, 100): "usage up 10 % (+50.0)",
        (80, 100): "",
    }
    rows = each([used(*counts) for counts in words], alone)
    assert dict(zip(words, [row["health_drivers"] for row in rows], strict=True)) == words


def test_an_account_in_its_first_month_is_scored_by_the_onboarding_profile() -> None:
    settings = MetricSettings(key_events=("report", "export"))
    for age, carried in ((30 * DAY, 30), (30 * DAY - DAY, 63)):
        young = {"account_id": "acme", "created_at": AS_OF - age}
        row = account(facts(accounts=[young], **used(8, 0, days=8)), settings)
        assert row["health_usage_trend"] is None  # younger than both windows
        assert row["health_coverage"] == carried
    # frequency 75 x 30 and breadth 75 x 30 of 60
    assert (row["health_score"], row["health_band"]) == (75, "yellow")


@pytest.mark.parametrize(
    ("status", "red", "yellow", "band"),
    [("past_due", 25, 75, "red"), ("past_due", 24, 75, "yellow"), ("past_due", 10, 24, "green")],
)
def test_a_band_holds_its_upper_border(status: str, red: int, yellow: int, band: str) -> None:
    settings = MetricSettings(
        health_weights=HealthWeights(0, 0, 0, 0, 0, 0, 10),
        health_bands=HealthBands(red=red, yellow=yellow),
    )
    row = account(facts(subscriptions=[sub(status=status)]), settings)
    assert (row["health_score"], row["health_band"]) == (25, band)


def test_weights_of_nothing_leave_the_score_unknown() -> None:
    nothing = MetricSettings(health_weights=HealthWeights(0, 0, 0, 0, 0, 0, 0))
    row = account(facts(**used(5, 5)), nothing)
    assert (row["health_score"], row["health_band"], row["health_coverage"]) == (
        None,
        "unknown",
        0,
    )


def test_half_of_the_weight_is_enough_and_less_is_not() -> None:
    for other, band in ((10, "green"), (11, "unknown")):
        settings = MetricSettings(health_weights=HealthWeights(0, 0, 0, 0, other, 0, 10))
        assert account(facts(subscriptions=[sub()]), settings)["health_band"] == band


def test_contributions_are_shown_in_tenths_that_sum_to_the_score() -> None:
    given = facts(
        **used(29, 50, days=8),
        subscriptions=[sub(status="past_due")],
        subscription_items=[item(quantity=10)],
    )
    row = account(given, MetricSettings(key_features=("a", "b", "report")))
    tenths = [row[f"health_{name}_tenths"] for name in COMPONENTS]
    assert sum(part for part in tenths if part is not None) == 10 * (row["health_score"] - 50)
    assert [tenths[COMPONENTS.index(name)] for name in ("support", "sentiment")] == [None, None]
    assert pl.Series(tenths).dtype == pl.Int64
