"""What is told of MRR on the record: currencies, movements, renewal, payments and churn."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from support.metric_facts import AS_OF, Row, accounts, facts, item, sub, utc
from support.revenue_facts import DAY, FUTURE, JAN, MAR, PAST, Case, invoice, line, revenue, world

from syncworker.metrics.fx import with_rate
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.known import known
from syncworker.metrics.movements import movement, movements
from syncworker.metrics.settings import MetricSettings


def rate(day: str, one: str, other: str, value: object) -> Row:
    return {
        "day": date.fromisoformat(day),
        "from_currency": one,
        "to_currency": other,
        "rate": Decimal(str(value)),
    }


RATES = [
    rate("2026-01-01", "EUR", "USD", 2),
    rate("2026-06-10", "EUR", "USD", 3),
    rate("2026-01-01", "USD", "GBP", "0.5"),
    rate("2026-01-01", "CHF", "EUR", 5),
    rate("2026-01-01", "JPY", "USD", "0.01"),
]


def test_a_rate_is_the_latest_direct_inverse_or_over_one_currency() -> None:
    days = [date(2025, 12, 31), date(2026, 6, 9), date(2026, 6, 10)]
    pairs = [*(("EUR", day) for day in days), *((c, days[2]) for c in ("GBP", "CHF", "JPY", "NOK"))]
    wanted = pl.LazyFrame(pairs, schema=["currency", "day"], orient="row")
    rows = with_rate(wanted, known(facts(fx_rates=RATES))).collect()
    found = {
        (row["currency"], row["day"]): row["times"] and row["times"] / row["per"]
        for row in rows.iter_rows(named=True)
    }
    assert [found[pair] for pair in pairs] == [None, 2, 3, 2, 15, 1, None]


def test_several_currencies_are_added_up_in_the_portals_or_the_pair_is_named() -> None:
    def of(other: str, **more: Any) -> Case:
        second = item(item_id="i2", currency=other, **more)
        return {"subscriptions": [sub()], "subscription_items": [item(), second]}

    cases = {"eur": of("EUR"), "yen": of("JPY", unit_amount=1000), "nok": of("NOK")}
    found = accounts(world(cases, fx_rates=RATES))
    assert (found["eur"]["mrr"], found["eur"]["mrr_currency"]) == (4000, "USD")
    assert found["yen"]["mrr"] == 2000  # 1,000 yen at 0.01 are 10 dollars
    assert (found["nok"]["mrr"], found["nok"]["mrr_problem"]) == (
        None,
        "MRR in several currencies (NOK, USD) and no exchange rate to USD from NOK",
    )
    monthly = accounts(world(cases, fx_rates=RATES), revenue(currency_rate="month_end"))
    assert monthly["eur"]["mrr"] == 3000


# ChartMogul's Syncalytics: $2,000 a year and $60 a month, dropped one after the other, then back.
SYNCALYTICS = [
    (1, "year", 200000, "2026-01-10", "2026-04-10"),
    (2, "month", 6000, "2026-02-10", "2026-03-10"),
    (3, "month", 15000, "2026-05-10", None),
]


def test_movements_of_chartmoguls_example_add_up() -> None:
    subs, items = [], []
    for number, interval, amount, start, end in SYNCALYTICS:
        over = {"status": "canceled", "ended_at": utc(end)} if end else {}
        subs.append(sub(sub_id=f"s{number}", started_at=utc(start), **over))
        items.append(
            item(item_id=f"i{number}", sub_id=f"s{number}", interval=interval, unit_amount=amount)
        )
    given = world({"a": {"subscriptions": subs, "subscription_items": items}})
    ends = [utc(f"2026-{m:02}-01") - timedelta(microseconds=1) for m in range(1, 7)]
    rows = movements(inputs_of(given, MetricSettings()).ledger, ends).sort("end").collect()
    assert list(zip(rows["kind"], rows["change"], strict=True)) == [
        ("new", 16667),
        ("expansion", 6000),
        ("contraction", -6000),
        ("churn", -16667),
        ("reactivation", 15000),
    ]
    row = accounts(given)["a"]
    assert (row["mrr_movement"], row["mrr_tier"]) == ("none", "mid")
    assert row["movement_because"] == "unchanged since 2026-06-01"


def test_reactivation_is_asked_before_expansion_and_the_unknown_is_no_movement() -> None:
    cases = pl.DataFrame(
        [
            (0, 5, False, "new"),
            (0, 5, True, "reactivation"),
            (5, 0, True, "churn"),
            (5, 6, True, "expansion"),
            (6, 5, True, "contraction"),
            (5, 5, True, "none"),
            (0, 0, True, "none"),
            (None, 5, True, None),
            (5, None, True, None),
        ],
        schema=["prev", "cur", "paid", "kind"],
        orient="row",
    )
    kind = movement(pl.col("prev"), pl.col("cur"), pl.col("paid"))
    assert cases.select(kind.alias("kind"))["kind"].to_list() == cases["kind"].to_list()


def test_the_month_begins_at_local_midnight_and_the_tier_is_frozen_then() -> None:
    midnight = utc("2026-05-31T22:00")  # 1 June in Berlin
    old = {"created_at": utc("2020-01-01")}

    def at(start: datetime, amount: int = 20000, **more: Any) -> Case:
        return {
            "subscriptions": [sub(started_at=start, **more)],
            "subscription_items": [item(unit_amount=amount)],
        }

    before = midnight - timedelta(microseconds=1)
    cases = {
        "before": at(before),
        "new": at(midnight),
        "left": at(JAN, status="canceled", ended_at=midnight),
        "left before": at(JAN, status="canceled", ended_at=before),
        "high": at(JAN, 100000),
        "low": at(JAN, 9999),
    }
    given = world(cases, timezone="Europe/Berlin")
    created = [{"account_id": name, **old} for name in cases]
    given.streams["accounts"] = facts(accounts=created).streams["accounts"]
    found = accounts(given)
    assert {n: (r["mrr_movement"], r["mrr_change"], r["mrr_tier"]) for n, r in found.items()} == {
        "before": ("none", 0, "mid"),
        "new": ("new", 20000, "free"),
        "left": ("churn", -20000, "mid"),
        "left before": ("none", 0, "free"),
        "high": ("none", 0, "high"),
        "low": ("none", 0, "low"),
    }
    new = world({"new": at(midnight)}, timezone="Europe/Berlin")
    assert accounts(new)["new"]["mrr_tier"] == "mid", "a new account has today's"


def test_billing_interval_and_renewal() -> None:
    def of(*rows: Row, **more: Any) -> Case:
        return {"subscriptions": [sub(**more)], "subscription_items": list(rows)}

    soon, later = AS_OF + 89 * DAY, AS_OF + 200 * DAY
    yearly = item(interval="year", current_period_end=soon)
    monthly = item(item_id="i2", current_period_end=AS_OF + 3 * DAY)
    cases = {
        "yearly": of(yearly),
        "far": of(item(interval="year", current_period_end=later)),
        "monthly": of(monthly),
        "mixed": of(yearly, monthly),
        "quarter": of(item(interval_count=3), current_period_end=soon),
        "odd": of(item(interval="week", interval_count=5)),
        "pending": of(yearly, cancel_at=soon),
    }
    found = accounts(world(cases))
    names = ("billing_interval", "renewal_date", "renewal_window")
    assert {n: tuple(row[name] for name in names) for n, row in found.items()} == {
        "yearly": ("yearly", soon.date(), True),
        "far": ("yearly", later.date(), False),
        "monthly": ("monthly", (AS_OF + 3 * DAY).date(), False),
        "mixed": ("mixed", soon.date(), True),
        "quarter": ("quarterly", soon.date(), False),
        "odd": ("other", None, False),
        "pending": ("yearly", None, False),
    }


def test_what_was_paid_and_given_back() -> None:
    def of(*rows: Row) -> Case:
        return {"invoices": list(rows)}

    window = utc("2026-01-01") + 60 * DAY
    back = {"amount_ex_tax": 1000, "tax": 190, "refunded": 1190}
    metered = item(item_id="m", usage_type="metered", unit_amount=None)
    cases: dict[str, Case] = {
        "part": of(invoice(tax=190, refunded=119, refunded_at=PAST)),
        "early": of(invoice(**back, refunded_at=window - DAY)),
        "late": of(invoice(**back, refunded_at=window)),
        "later": of(invoice(**back, refunded_at=FUTURE)),
        "open": of(invoice(status="open", paid_at=None)),
        "two": of(invoice(), invoice(invoice_id="in2", currency="EUR", amount_ex_tax=500)),
        "no rate": of(invoice(), invoice(invoice_id="in2", currency="NOK")),
        "metered": {
            "subscriptions": [sub()],
            "subscription_items": [item(), metered],
            "invoices": [invoice()],
            "invoice_lines": [
                line(1, "2026-02-01", "2026-03-01", 900, item_id="m"),
                line(2, "2026-05-01", "2026-06-01", 1000, item_id="m"),
            ],
        },
    }
    found = accounts(world(cases, fx_rates=RATES), revenue(metered="trailing_3_months"))
    assert {n: (r["ltv_to_date"], r["refunded_early"]) for n, r in found.items()} == {
        "part": (900, False),
        "early": (0, True),
        "late": (0, False),
        "later": (1000, False),
        "open": (None, None),
        "two": (2000, False),
        "no rate": (None, False),
        "metered": (1000, False),
    }
    assert found["early"]["guarantee_ends_on"] == window.date()
    assert found["no rate"]["ltv_problem"].endswith("no exchange rate to USD from NOK on some days")
    assert (found["metered"]["mrr"], found["metered"]["mrr_metered"]) == (1000, 333)
    assert (found["early"]["customer_since"], found["early"]["pays_now"]) == (JAN, False)


def test_why_a_customer_left() -> None:
    def left(number: int, at: datetime | None, **more: Any) -> Row:
        over = {"status": "canceled", "ended_at": at} if at else {"cancel_at": FUTURE}
        return sub(sub_id=f"s{number}", **over, **more)

    asked = "cancellation_requested"
    cases: dict[str, Case] = {
        "voluntary": {
            "subscriptions": [
                left(1, MAR, reason="payment_failed", feedback="unused", comment="older"),
                left(2, PAST, reason=asked, feedback="too_expensive"),
            ]
        },
        "failed": {"subscriptions": [left(1, PAST, reason="payment_failed")]},
        "policy": {"subscriptions": [left(1, PAST, reason="canceled_by_retention_policy")]},
        "pending": {"subscriptions": [left(1, None, reason=asked, feedback="new word")]},
        "own word": {"subscriptions": [left(1, PAST, reason="not_paid")]},
        "stays": {"subscriptions": [sub(), left(2, PAST, feedback="unused")]},
    }
    found = accounts(world(cases), revenue(churn_reasons={"not_paid": "payment"}))
    names = ("churn_type", "churn_reasons", "churn_comment")
    assert {n: tuple(row[name] for name in names) for n, row in found.items()} == {
        "voluntary": ("voluntary", ["price"], "older"),
        "failed": ("involuntary", ["payment"], None),
        "policy": ("unknown", None, None),
        "pending": (None, ["other"], None),
        "own word": ("unknown", ["payment"], None),
        "stays": (None, None, None),
    }
    assert found["voluntary"]["churn_because"] == (
        "the billing system says cancellation_requested, the customer chose too_expensive"
    )
    assert found["stays"]["churn_because"] == "not cancelled"
