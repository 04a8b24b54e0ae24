"""MRR against numbers worked by hand and published by others."""

from decimal import Decimal
from typing import Any

import pytest
from support.metric_facts import AS_OF, Row, account, discount, facts, item, of_parts, sub, utc

from syncworker.metrics.facts import Facts
from syncworker.metrics.mrr import account_mrr
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings
from syncworker.metrics.subscriptions import account_subscriptions


def world(items: list[Any], discounts: list[Any] | None = None, **more: object) -> Facts:
    """One account with one subscription."""
    return facts(subscriptions=[sub(**more)], subscription_items=items, discounts=discounts or [])


def money(given: Facts, settings: MetricSettings | None = None) -> dict[str, dict[str, Any]]:
    """MRR and status by account, from the parts alone: they are many."""
    return of_parts(
        given,
        settings,
        lambda i: account_subscriptions(i.facts, i.terms),
        lambda i: account_mrr(i.facts, i.settings, i.terms, i.steps),
    )


def mrr(
    items: list[Any],
    discounts: list[Any] | None = None,
    *,
    settings: MetricSettings | None = None,
    **more: object,
) -> dict[str, Any]:
    return money(world(items, discounts, **more), settings)["acme"]


@pytest.mark.parametrize(
    ("amount", "quantity", "interval", "count", "expected"),
    [
        (60000, 1, "year", 1, 5000),  # 600 a year is 50 a month, whatever the glossary misprints
        (1000, 1, "week", 1, 4333),  # 10 a week: 43.33, not 40 and not 43.30
        (1000, 1, "day", 1, 30417),  # 365/12
        (1829, 1, "year", 1, 152),  # 18.29 a year: 1.5242
        (200000, 1, "year", 1, 16667),  # ChartMogul's 166.67
        (3000, 1, "month", 3, 1000),
        (1000, 7, "month", 1, 7000),
        (1000, None, "month", None, 1000),
        ("0.5", 3, "month", 1, 2),  # 1.5 minor units, half up
        ("0.4", 1, "month", 1, 0),
        (120000, 1, "year", 2, 5000),
        (1000, 1, "week", 2, 2167),
    ],
)
def test_an_item_is_normalised_to_a_month(
    amount: object, quantity: object, interval: str, count: object, expected: int
) -> None:
    row = mrr(
        [
            item(
                unit_amount=Decimal(amount),
                quantity=quantity,
                interval=interval,
                interval_count=count,
            )
        ]
    )
    assert (row["mrr"], row["arr"], row["mrr_currency"]) == (expected, 12 * expected, "USD")
    assert row["mrr_problem"] is None


def test_an_exact_tie_of_thirds_rounds_half_up_once_per_account() -> None:
    sixths = [item(item_id=f"i{n}", unit_amount=10, interval="year") for n in range(3)]
    assert mrr(sixths)["mrr"] == 3  # 3 x 10/12 = 2.5


def test_rounding_is_once_for_all_items_not_once_for_each() -> None:
    third = [item(item_id=f"i{n}", unit_amount=4, interval="year") for n in range(3)]
    assert mrr(third)["mrr"] == 1  # each alone would round to 0


def test_a_negative_tie_rounds_up_too() -> None:
    assert mrr([item(unit_amount=Decimal("-2.5"))])["mrr"] == -2


@pytest.mark.parametrize(
    ("status", "pause", "counts"),
    [
        ("active", None, True),
        ("past_due", None, True),
        ("trialing", None, False),
        ("unpaid", None, False),
        ("incomplete", None, False),
        ("incomplete_expired", None, False),
        ("canceled", None, False),
        ("paused", None, False),
        ("active", "void", False),
        ("active", "mark_uncollectible", False),
        ("active", "keep_as_draft", True),
        ("past_due", "void", False),
    ],
)
def test_only_active_and_late_subscriptions_count(
    status: str, pause: object, *, counts: bool
) -> None:
    assert mrr([item()], status=status, pause_behavior=pause)["mrr"] == (1000 if counts else 0)


def test_late_money_is_shown_apart_and_can_be_left_out() -> None:
    late = mrr([item()], status="past_due")
    assert (late["mrr"], late["mrr_past_due"]) == (1000, 1000)
    without = mrr(
        [item()],
        status="past_due",
        settings=MetricSettings(revenue=RevenueSettings(past_due=False)),
    )
    assert (without["mrr"], without["mrr_past_due"]) == (0, 1000)


def test_a_draft_pause_can_be_left_out() -> None:
    settings = MetricSettings(revenue=RevenueSettings(paused="none"))
    row = mrr([item()], pause_behavior="keep_as_draft", settings=settings)
    assert (row["mrr"], row["subscription_status"]) == (0, "paused")


@pytest.mark.parametrize(
    "out",
    [{"usage_type": "metered"}, {"interval": None}],
    ids=["metered", "one-time"],
)
def test_metered_and_one_time_prices_are_not_recurring(out: Row) -> None:
    odd = item(item_id="i2", unit_amount=None, **out)
    row = mrr([item(), odd])
    assert (row["mrr"], row["mrr_problem"]) == (1000, None)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"valid_from": AS_OF}, 1000),
        ({"valid_from": utc("2026-06-15T12:00:00.000001")}, 0),
        ({"valid_to": AS_OF}, 0),
        ({"valid_to": utc("2026-06-15T12:00:00.000001")}, 1000),
        ({"deleted_at": utc("2026-06-01")}, 0),
    ],
)
def test_an_item_counts_from_its_start_up_to_but_not_at_its_end(more: Row, expected: int) -> None:
    assert mrr([item(**more)])["mrr"] == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"ended_at": AS_OF}, 0),
        ({"ended_at": utc("2026-06-16"), "status": "canceled"}, 1000),
        ({"cancel_at": utc("2026-06-30")}, 1000),
        ({"deleted_at": utc("2026-06-10")}, 0),
        ({"started_at": utc("2026-06-16")}, 0),
        ({"started_at": None, "created_at": utc("2026-06-16")}, 0),
    ],
)
def test_a_subscription_counts_from_its_start_up_to_but_not_at_its_end(
    more: Row, expected: int
) -> None:
    assert mrr([item()], **more)["mrr"] == expected


def test_eleven_at_night_on_31_january_is_counted_at_its_instant() -> None:
    started = utc("2026-02-01T04:00:00")  # 11 pm on 31 January in New York
    for as_of, expected in (("2026-02-01T03:59:59", 0), ("2026-02-01T04:59:59", 1000)):
        given = facts(
            as_of=utc(as_of),
            timezone="America/New_York",
            subscriptions=[sub(started_at=started)],
            subscription_items=[item()],
        )
        assert money(given)["acme"]["mrr"] == expected


@pytest.mark.parametrize(
    ("discounts", "expected"),
    [
        ([discount(percent=20)], 8000),
        ([discount(amount=3000, currency="USD")], 7000),
        ([discount(amount=3000)], 7000),
        ([discount(amount=30000)], 0),
        ([discount(percent=150)], 0),
        ([discount(percent=20, duration="once")], 10000),
        ([discount(percent=20, duration="repeating", end=utc("2026-07-01"))], 8000),
        ([discount(percent=20, duration="repeating", end=AS_OF)], 10000),
        ([discount(percent=20, start=AS_OF)], 8000),
        ([discount(percent=20, start=utc("2026-07-01"))], 10000),
        ([discount(percent=20, deleted_at=utc("2026-06-01"))], 10000),
    ],
)
def test_a_discount_lowers_mrr_while_it_runs(discounts: list[Any], expected: int) -> None:
    assert mrr([item(unit_amount=10000)], discounts)["mrr"] == expected


def test_a_once_discount_lowers_mrr_where_the_portal_wants_it() -> None:
    settings = MetricSettings(revenue=RevenueSettings(once_coupons=True))
    once = [discount(percent=20, duration="once")]
    assert mrr([item(unit_amount=10000)], once, settings=settings)["mrr"] == 8000


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"percent": 50}, {"amount": 2000}, 3000),
        ({"amount": 2000}, {"percent": 50}, 4000),
        ({"percent": 50}, {"percent": 50}, 2500),
        ({"amount": 20000}, {"percent": 50}, 0),
    ],
)
def test_discounts_apply_one_after_the_other_to_what_is_left(
    first: Row, second: Row, expected: int
) -> None:
    by_start = [
        discount(discount_id="b", start=utc("2026-01-01"), **first),
        discount(discount_id="a", start=utc("2026-02-01"), **second),
    ]
    by_position = [
        discount(discount_id="b", position=None, **first),
        discount(discount_id="a", position=1, **second),
    ]
    ten = [item(unit_amount=10000)]
    assert mrr(ten, by_start)["mrr"] == mrr(ten, by_position)["mrr"] == expected
    assert mrr(ten, by_start[::-1])["mrr"] == expected


def test_item_discounts_come_before_those_of_the_subscription() -> None:
    discounts = [
        discount(discount_id="whole", amount=6000),
        discount(discount_id="one", item_id="i1", percent=50, start=utc("2026-03-01")),
    ]
    # 100.00 less half is 50.00, 70.00 beside it; 60.00 off 120.00 leaves half of both
    items = [item(unit_amount=10000), item(item_id="i2", unit_amount=7000)]
    assert mrr(items, discounts)["mrr"] == 6000


def test_an_amount_off_a_subscription_is_spread_over_the_cycle_by_share() -> None:
    items = [
        item(unit_amount=9000),
        item(item_id="i2", unit_amount=3000, interval="year"),
    ]
    # 40.00 off 120.00: 60.00 a month and 20.00 a year stay
    assert mrr(items, [discount(amount=4000)])["mrr"] == 6167


def test_a_free_item_shares_a_discount_without_harm() -> None:
    assert mrr([item(unit_amount=0)], [discount(amount=4000)])["mrr"] == 0


def test_twenty_discounts_count_and_more_are_said_to_be_too_many() -> None:
    tens = [discount(discount_id=f"d{n:02}", amount=10) for n in range(21)]
    assert mrr([item()], tens[:20])["mrr"] == 800
    row = mrr([item()], tens)
    assert (row["mrr"], row["mrr_problem"]) == (None, "subscription s1 has more than 20 discounts")


def test_money_in_two_currencies_is_not_added_up() -> None:
    row = account(world([item(), item(item_id="i2", currency="EUR")]))
    assert (row["mrr"], row["arr"], row["mrr_currency"]) == (None, None, None)
    assert row["mrr_problem"] == (
        "MRR in several currencies (EUR, USD) and no exchange rate to USD from EUR"
    )
    assert row["mrr_because"] == row["mrr_problem"]


def test_a_free_item_in_another_currency_does_no_harm() -> None:
    row = mrr([item(currency="EUR"), item(item_id="i2", unit_amount=0)])
    assert (row["mrr"], row["mrr_currency"]) == (1000, "EUR")


def test_without_a_subscription_mrr_is_zero_in_the_portals_currency() -> None:
    row = account(facts(currency="CHF"))
    assert (row["mrr"], row["mrr_currency"], row["mrr_because"]) == (
        0,
        "CHF",
        "no paying subscription",
    )


def test_an_ended_customer_keeps_the_currency_they_paid_in() -> None:
    row = mrr([item(currency="EUR")], status="canceled", ended_at=utc("2026-05-01"))
    assert (row["mrr"], row["mrr_currency"]) == (0, "EUR")


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({"unit_amount": None}, "item bad has no unit amount (a tiered or custom price)"),
        ({"interval": "quarter"}, "item bad has an unknown interval: quarter"),
        ({"interval_count": 0}, "item bad has an interval count below 1"),
        ({"unit_amount": 10**13}, "item bad has an amount too large to count"),
        (
            {"unit_amount": 10**25, "quantity": 10**18},
            "item bad has an amount too large to count",
        ),
    ],
)
def test_a_price_that_cannot_be_known_empties_its_account_and_no_other(
    bad: Row, problem: str
) -> None:
    rows = money(
        facts(
            accounts=[{"account_id": "acme"}, {"account_id": "other"}],
            subscriptions=[sub(), sub(sub_id="s2", account_id="other")],
            subscription_items=[item(**{"item_id": "bad", **bad}), item(item_id="i2", sub_id="s2")],
        )
    )
    assert (rows["acme"]["mrr"], rows["acme"]["mrr_problem"]) == (None, problem)
    assert (rows["other"]["mrr"], rows["other"]["mrr_problem"]) == (1000, None)


def test_a_second_subscription_adds_to_the_first_and_says_so() -> None:
    given = facts(
        subscriptions=[sub(), sub(sub_id="s2")],
        subscription_items=[
            item(unit_amount=200000, interval="year"),
            item(item_id="i2", sub_id="s2", unit_amount=6000),
        ],
    )
    row = account(given)
    assert row["mrr"] == 22667  # 166.67 + 60.00, as ChartMogul's case grows
    assert row["mrr_because"] == "2 priced items of 2 paying subscriptions"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({"amount": 3000, "currency": "EUR"}, "discount d1 is in EUR, its price in USD"),
        ({}, "discount d1 has neither a percentage nor an amount"),
    ],
)
@pytest.mark.parametrize("on", [{}, {"item_id": "i1"}], ids=["subscription", "item"])
def test_a_discount_that_cannot_be_subtracted_is_said_and_not_ignored(
    bad: Row, problem: str, on: Row
) -> None:
    row = account(world([item()], [discount(**bad, **on)]))
    assert (row["mrr"], row["mrr_problem"], row["mrr_because"]) == (None, problem, problem)


def test_a_discount_that_cannot_be_subtracted_does_no_harm_where_it_does_not_apply() -> None:
    other = discount(amount=3000, currency="EUR")
    for discounts, items, expected in (
        ([{**other, "end": AS_OF}], [item()], 1000),
        ([{**other, "duration": "once"}], [item()], 1000),
        ([{**other, "percent": 50}], [item()], 500),
        ([other], [item(unit_amount=0)], 0),
    ):
        row = mrr(items, discounts)
        assert (row["mrr"], row["mrr_problem"]) == (expected, None)


@pytest.mark.parametrize("status", ["active", "past_due", "canceled"])
def test_a_subscription_is_no_mrr_within_its_trial_period_whatever_its_status_is_now(
    status: str,
) -> None:
    ends = utc("2026-08-01") if status == "canceled" else None
    for trial_end, expected, shown in (
        (utc("2026-06-15T12:00:00.000001"), 0, "trialing"),
        (AS_OF, 1000, "active" if status == "canceled" else status),
    ):
        row = mrr([item()], status=status, trial_end=trial_end, ended_at=ends)
        assert (row["mrr"], row["subscription_status"]) == (expected, shown)


def test_late_money_that_does_not_count_takes_no_mrr_away() -> None:
    settings = MetricSettings(revenue=RevenueSettings(past_due=False))
    for late, apart in (
        (item(item_id="i2", sub_id="late", currency="EUR"), None),
        (item(item_id="i2", sub_id="late", unit_amount=None), 0),
        (item(item_id="i2", sub_id="late"), 1000),
    ):
        given = facts(
            subscriptions=[sub(), sub(sub_id="late", status="past_due")],
            subscription_items=[item(), late],
        )
        row = money(given, settings)["acme"]
        assert (row["mrr"], row["mrr_currency"], row["mrr_past_due"]) == (1000, "USD", apart)
        assert row["mrr_problem"] is None


def test_a_status_that_is_not_understood_is_neither_money_nor_churn() -> None:
    row = account(world([item()], status="Active"))
    assert (row["mrr"], row["mrr_problem"]) == (
        None,
        "subscription s1 has an unknown status: Active",
    )
    assert row["subscription_status"] is None
    assert not any((row["cancelled"], row["churned"], row["cancel_pending"]))
    assert row["health_billing"] is None
    ended = mrr([item()], status="expired", ended_at=utc("2026-05-01"))
    assert (ended["mrr"], ended["churned"], ended["subscription_status"]) == (0, True, "canceled")
