"""What a new customer costs in a period, by categories, with a lag, by paid channel."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from support.growth_facts import inputs, invoice, months, people, portfolio, spent, told, visit
from support.metric_facts import item, sub, utc

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.portfolio import acquisition
from syncworker.metrics.portfolio.acquisition import ACQUISITION
from syncworker.metrics.portfolio.periods import month_number, periods
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_attribution import AttributionSettings

NAMES = [f"a{number}" for number in range(6)]
ACCOUNTS = [{"account_id": name} for name in NAMES]
TOGETHER = MetricSettings(
    attribution=AttributionSettings(
        cac_variants={"ads": ("ads",), "spend 1 months earlier": ("ads", "staff")},
        spend_lag_months=2,
    )
)
SPEND = [
    spent("2026-01-15", 100, channel="paid_search", campaign="brand"),
    spent("2026-02-28", 200, channel="paid_search", campaign="brand"),
    spent("2026-03-01", 300, channel="paid_search", campaign="brand"),
    spent("2026-03-02", 80, channel="display", campaign="banner"),
    spent("2026-03-31", 1000, "staff"),
    spent("2026-04-01", 50, "tools"),
    spent("2026-06-15", 70),
    spent("2026-06-16", 9999),  # is not spent yet
]


def made(settings: MetricSettings = TOGETHER, **more: Any) -> Inputs:
    return inputs(
        settings,
        **{
            "accounts": ACCOUNTS,
            "users": people(*NAMES),
            "campaign_spend": SPEND,
            "web_visits": [
                visit(0, "2026-02-01", "paid_search", campaign="brand", email="a0@x.example"),
                visit(1, "2026-02-01", "paid_search", email="a1@x.example"),
                visit(2, "2026-02-02", "email", email="a1@x.example", visitor_id="v1"),
            ],
            "invoices": [
                invoice(0, "2026-03-05", account_id="a0"),
                invoice(1, "2026-03-31T23:59:59", account_id="a1"),
                invoice(2, "2026-05-31", account_id="a2"),
            ],
            "subscriptions": [sub(account_id="a0", started_at=utc("2026-03-05"))],
            "subscription_items": [item(unit_amount=200)],
            **more,
        },
    )


def test_cac_is_told_with_its_categories_and_null_without_customers() -> None:
    rows = told(ACQUISITION, portfolio(months("2026-03", "2026-04", "2026-05", "2026-06"), made()))
    march = {(s, m): r for (p, s, m), r in rows.items() if p == "2026-03"}
    cac = march["all", "cac"]
    assert (cac["amount"], cac["currency"], cac["n"]) == (690, "USD", 2)
    assert cac["note"] == "counts ads, staff"
    assert march["all", "acquisition_spend"]["amount"] == 1380
    assert march["ads", "cac_by"]["amount"] == 190
    assert march["spend 1 months earlier", "cac_by"]["amount"] == 690
    # Spent in February and in January, for who paid in March.
    assert march["spend 1 months earlier", "cac_lagged"]["amount"] == 100
    assert march["spend 2 months earlier", "cac_lagged"]["amount"] == 50
    # ARPA 200 at a margin of 0.8: 690 / 160.
    payback = march["all", "payback_months"]
    assert payback["value"] == 690 / 160
    assert payback["note"] == "within the target of 12 months; gross margin 0.8"
    assert march["all", "ltv_to_cac"]["value"] is None

    april = {(s, m): r for (p, s, m), r in rows.items() if p == "2026-04"}
    assert (april["all", "cac"]["amount"], april["all", "new_customers"]["value"]) == (None, 0)
    assert april["all", "cac"]["note"] == "no new customers; counts tools"
    assert april["all", "payback_months"]["value"] is None
    assert april["all", "acquisition_spend"]["amount"] == 50
    assert april["ads", "cac_by"]["note"] == "no spend is known"
    may = rows["2026-05", "all", "cac"]
    assert (may["amount"], may["n"], may["note"]) == (None, 1, "no spend is known")
    june = rows["2026-06", "all", "acquisition_spend"]
    assert (june["amount"], june["note"]) == (70, "counts ads; unfinished")


def test_paid_cac_is_of_customers_whose_last_touch_is_a_paid_channel() -> None:
    rows = told(ACQUISITION, portfolio(months("2026-03"), made()))
    paid = {s: (r["amount"], r["n"]) for (_, s, m), r in rows.items() if m == "paid_cac"}
    # a1 came by paid search first and by e-mail at last.
    assert paid == {"all": (380, 1), "paid_search": (300, 1), "display": (None, 0)}
    assert rows["2026-03", "display", "paid_cac"]["note"] == "no new customers; counts ads"
    rows = told(ACQUISITION, portfolio(months("2026-03"), made(), "campaign"))
    paid = {s: (r["amount"], r["n"]) for (_, s, m), r in rows.items() if m == "paid_cac"}
    assert paid == {"all": (380, 1), "brand": (300, 1), "banner": (None, 0)}


def test_spend_from_before_anything_is_known_is_not_zero() -> None:
    rows = told(
        ACQUISITION, portfolio(months("2026-02"), made(invoices=[invoice(0, "2026-02-03")]))
    )
    assert rows["2026-02", "all", "cac"]["amount"] == 200
    lagged = rows["2026-02", "spend 2 months earlier", "cac_lagged"]
    assert (lagged["amount"], lagged["note"]) == (None, "no spend is known")
    quarter = periods(month_number(2025, 9), month_number(2026, 2), "quarter", "UTC")
    settled = made(campaign_spend=[spent("2025-11-03", 5)], invoices=[invoice(0, "2025-12-03")])
    rows = told(ACQUISITION, portfolio(quarter, settled))
    assert (
        rows["2025-Q4", "all", "cac"]["note"] == "spend is known from 2025-11 on only; counts ads"
    )


def test_other_currencies_count_at_the_rate_of_the_months_end_or_not_at_all() -> None:
    both = [spent("2026-03-01", 100), spent("2026-03-01", 100, "tools", currency="EUR")]
    rate = {"from_currency": "EUR", "to_currency": "USD", "rate": 2, "day": date(2026, 3, 31)}
    converted = told(
        ACQUISITION, portfolio(months("2026-03"), made(campaign_spend=both, fx_rates=[rate]))
    )
    assert converted["2026-03", "all", "cac"]["amount"] == 150
    unknown = told(ACQUISITION, portfolio(months("2026-03"), made(campaign_spend=both)))
    cac = unknown["2026-03", "all", "cac"]
    assert cac["amount"] is None
    assert cac["note"].startswith("no rate from EUR to USD on or before 2026-03-31")


def test_without_visits_nobody_is_said_to_have_come_by_a_paid_channel() -> None:
    rows = {
        "accounts": ACCOUNTS,
        "campaign_spend": SPEND,
        "invoices": [invoice(0, "2026-03-05", account_id="a0")],
    }
    found = told(ACQUISITION, portfolio(months("2026-03"), inputs(**rows)))
    paid = found["2026-03", "all", "paid_cac"]
    assert (paid["amount"], paid["note"]) == (None, "no source tells of visits; counts ads")
    payback = found["2026-03", "all", "payback_months"]
    assert payback["note"].startswith("nobody pays in the reporting currency")


def test_a_period_that_has_not_begun_is_left_out() -> None:
    assert told(ACQUISITION, portfolio(months("2026-07"), made())) == {}


@pytest.mark.parametrize(
    ("ltv", "cac", "ratio", "payback"),
    [
        # An LTV of $2,000 (ARPA $100, 5 % churn, margin 1) and a CAC of $1,380.
        (200_000.0, 138_000, 1.45, 13.8),
        (None, 138_000, None, 13.8),
    ],
)
def test_ltv_to_cac_and_payback(
    monkeypatch: pytest.MonkeyPatch,
    ltv: float | None,
    cac: int,
    ratio: float | None,
    payback: float,
) -> None:
    worth = {"arpa": 10_000.0, "ltv": ltv, "margin": 1.0, "note": "" if ltv else "too few"}
    frame = pl.LazyFrame(
        [{"period": "2026-03", "segment": "all", "currency": "USD", **worth}],
        schema_overrides={"ltv": pl.Float64},
    )
    monkeypatch.setattr(acquisition, "ltv_frame", lambda _: frame)
    given = made(campaign_spend=[spent("2026-03-01", 2 * cac)])
    rows = told(ACQUISITION, portfolio(months("2026-03"), given))
    found = rows["2026-03", "all", "ltv_to_cac"]
    assert found["value"] == (ratio and pytest.approx(ratio, abs=0.01))
    assert found["note"] == ("gross margin 1.0" if ltv else "too few")
    months_ = rows["2026-03", "all", "payback_months"]
    assert months_["value"] == pytest.approx(payback)
    assert months_["note"] == "above the target of 12 months; gross margin 1.0"
