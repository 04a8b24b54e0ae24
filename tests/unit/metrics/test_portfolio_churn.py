"""The reports `churn`, `retention` and `ltv`, by published examples and at their edges."""

from datetime import date

import pytest
from support.metric_facts import facts, utc
from support.portfolio_world import AS_OF, Step, numbers, one_each, portfolio, rows

from syncworker.metrics.portfolio.ltv import ltv_frame
from syncworker.metrics.settings_revenue import RevenueSettings

# ChartMogul's help on net MRR churn: of 100 at the start, 10 churn, 10 contraction and
# 10 expansion are 20 % gross and 10 % net.
HUNDRED: list[Step] = [
    ("a", "USD", "2026-01-01", "2026-05-10", 1000),
    ("b", "USD", "2026-01-01", "2026-05-10", 3000),
    ("b", "USD", "2026-05-10", None, 2000),
    ("c", "USD", "2026-01-01", "2026-05-10", 6000),
    ("c", "USD", "2026-05-10", None, 7000),
    ("d", "USD", "2026-05-10", None, 50000),
]
TIERS = RevenueSettings(tier_mid_from=20, tier_high_from=60)


def test_gross_and_net_churn_are_as_published() -> None:
    found = numbers("churn", portfolio(HUNDRED, revenue=TIERS))
    assert found["mrr_churn_gross", "2026-05"]["value"] == 20.0
    assert found["mrr_churn_net", "2026-05"]["value"] == 10.0
    assert found["accounts_start", "2026-05"]["value"] == 3
    assert found["logo_churn", "2026-05"]["value"] == pytest.approx(100 / 3)
    quick = numbers("retention", portfolio(HUNDRED))["quick_ratio", "2026-05"]
    assert quick["value"] == (1000 + 50_000) / (1000 + 1000)
    none = numbers("retention", portfolio(HUNDRED))["quick_ratio", "2026-04"]
    assert (none["value"], none["note"]) == (None, "nothing was lost: no ratio")


def test_a_tier_is_that_of_the_start_of_the_period() -> None:
    found = numbers("churn", portfolio(HUNDRED, revenue=TIERS))
    may = {name: row["value"] for (name, period), row in found.items() if period == "2026-05"}
    assert (may["low_logo_churn"], may["low_logo_downgrade"]) == (100.0, 0.0)
    assert (may["mid_logo_churn"], may["mid_logo_downgrade"]) == (0.0, 100.0)
    assert may["mid_mrr_downgrade"] == pytest.approx(100 / 3)
    assert (may["high_accounts"], may["high_mrr_churn"]) == (1, 0.0)
    # In June d is in the high tier as well, and c's 70 stays there.
    assert found["high_accounts", "2026-06"]["value"] == 2
    assert found["mid_logo_downgrade", "2026-05"]["note"] == "churn and downgrades not separable"


def test_a_year_of_monthly_churn_compounds_and_the_benchmark_is_a_month_of_it() -> None:
    # 3 of 100 a month: 1 - 0.97^12 = 30.6 %, not 36 %. 15 % a year is 1.345 % a month.
    steps = [
        *one_each("x", 3, "2026-01-01", "2026-05-10", 1),
        *one_each("y", 97, "2026-01-01", None, 1),
    ]
    found = numbers("churn", portfolio(steps))
    assert found["logo_churn_yearly", "2026-05"]["value"] == pytest.approx(30.616, abs=0.001)
    assert found["logo_churn_benchmark", "2026-05"]["value"] == pytest.approx(1.345, abs=0.001)
    year = numbers("churn", portfolio(steps, kind="year", given=facts(as_of=utc("2027-01-01"))))
    assert year["logo_churn_benchmark", "2026"]["value"] == pytest.approx(15)


def test_a_rate_that_may_be_the_benchmark_has_no_gap() -> None:
    few = [
        *one_each("x", 3, "2026-01-01", "2026-05-10", 1),
        *one_each("y", 97, "2026-01-01", None, 1),
    ]
    found = numbers("churn", portfolio(few))
    assert found["logo_churn", "2026-05"]["note"] == "not separable from the benchmark"
    # Wilson's interval of 3 in 100, to two places: 1.03 to 8.45 %.
    assert found["logo_churn", "2026-05"]["low"] == pytest.approx(1.03, abs=0.005)
    assert found["logo_churn", "2026-05"]["high"] == pytest.approx(8.45, abs=0.005)
    assert found["logo_churn_gap", "2026-05"]["value"] is None
    many = [
        *one_each("x", 30, "2026-01-01", "2026-05-10", 1),
        *one_each("y", 70, "2026-01-01", None, 1),
    ]
    found = numbers("churn", portfolio(many))
    assert found["logo_churn_gap", "2026-05"]["value"] == pytest.approx(30 - 1.345, abs=0.001)
    assert found["logo_churn", "2026-05"]["note"] == ""


def test_a_rate_over_too_few_accounts_says_so_and_is_no_number() -> None:
    found = numbers("churn", portfolio(HUNDRED, least=30))
    for metric in ("logo_churn", "mrr_churn_gross", "logo_churn_gap", "low_logo_churn"):
        assert found[metric, "2026-05"]["value"] is None
        assert found[metric, "2026-05"]["note"].startswith("too few: 3 of at least 30 accounts")
    retained = numbers("retention", portfolio(HUNDRED, least=30))["grr", "2026-05"]
    assert (retained["value"], retained["note"]) == (None, "too few: 0 of at least 30 accounts")


def test_an_unfinished_month_shows_what_was_lost_so_far_and_no_yearly_rate() -> None:
    found = numbers("churn", portfolio(HUNDRED, given=facts(as_of=utc("2026-05-20"))))
    assert found["logo_churn", "2026-05"]["value"] == pytest.approx(100 / 3)
    assert found["logo_churn_yearly", "2026-05"]["value"] is None
    assert found["logo_churn_gap", "2026-05"]["value"] is None
    assert ("logo_churn", "2026-06") not in found


def test_nrr_and_grr_follow_the_accounts_of_a_year_ago_at_one_rate() -> None:
    fx = [
        {"day": date(2025, 1, 1), "from_currency": "EUR", "to_currency": "USD", "rate": 2.0},
        {"day": date(2026, 6, 1), "from_currency": "EUR", "to_currency": "USD", "rate": 1.0},
    ]
    steps: list[Step] = [
        ("a", "EUR", "2025-01-01", "2026-01-01", 100),
        ("a", "EUR", "2026-01-01", None, 150),
        ("b", "USD", "2025-01-01", "2026-01-01", 100),
        ("c", "USD", "2025-01-01", "2025-09-01", 50),  # gone, and back for less
        ("c", "USD", "2026-05-01", None, 40),
        ("d", "USD", "2024-01-01", "2025-01-01", 70),  # not of the cohort
        ("d", "USD", "2026-05-01", None, 70),
    ]
    given = facts(as_of=AS_OF, fx_rates=fx)
    found = numbers("retention", portfolio(steps, given=given))
    june = {m: found[m, "2026-06"] for m in ("nrr", "grr", "logo_retention")}
    assert june["nrr"]["value"] == pytest.approx(100 * (150 + 40) / 250)
    assert june["grr"]["value"] == pytest.approx(100 * (100 + 40) / 250)
    assert june["logo_retention"]["value"] == pytest.approx(100 * 2 / 3)
    assert june["logo_retention"]["low"] < june["logo_retention"]["value"]


def test_churn_in_several_currencies_without_a_rate_is_not_told() -> None:
    steps: list[Step] = [
        ("a", "EUR", "2026-01-01", None, 100),
        ("b", "USD", "2026-01-01", None, 100),
    ]
    frame = rows("churn", portfolio(steps))
    told = {row["metric"]: row for row in frame.to_dicts() if row["period"] == "2026-05"}
    for metric in ("logo_churn", "mrr_churn_gross"):
        assert told[metric]["value"] is None
        assert told[metric]["note"] == "no rate from EUR to USD on or before 2026-05-31"
    assert numbers("ltv", portfolio(steps))["ltv", "2026-05"]["note"].startswith("no rate")


def lifetimes(lost: int, kept: int, mrr: int = 10_000) -> list[Step]:
    """`lost` of `lost + kept` accounts leave each month from January to June, others come."""
    steps = one_each("k", kept, "2025-12-01", None, mrr)
    for month in range(1, 7):
        since = f"2026-{month - 1:02}-15" if month > 1 else "2025-12-15"
        steps += one_each(f"m{month}-", lost, since, f"2026-{month:02}-15", mrr)
    return [*steps, *one_each("last", lost, "2026-06-15", None, mrr)]


def test_ltv_is_arpa_by_margin_by_lifetime_as_published() -> None:
    # $100 a month, 5 % churn, margin 1: $2,000 (ChartMogul, Customer Lifetime Value).
    found = numbers("ltv", portfolio(lifetimes(5, 95), gross_margin=1.0))
    assert found["ltv", "2026-06"]["amount"] == 200_000
    assert found["ltv_lifetime", "2026-06"]["value"] == pytest.approx(20)
    assert found["ltv_churn", "2026-06"]["value"] == pytest.approx(5)
    assert found["ltv_lost_accounts", "2026-06"]["value"] == 30
    default = numbers("ltv", portfolio(lifetimes(5, 95)))
    assert default["ltv", "2026-06"]["amount"] == pytest.approx(160_000)
    assert default["ltv_margin", "2026-06"]["value"] == 80


def test_ltv_is_capped_and_needs_months_accounts_and_lost_ones() -> None:
    capped = numbers("ltv", portfolio(lifetimes(1, 299)))["ltv", "2026-06"]
    assert (capped["amount"], capped["note"]) == (480_000, "lifetime capped at 60 months")
    cases = {
        "too few: 5 of at least 6 complete months": ("2026-05", lifetimes(5, 95), {}),
        "too few: 20 of at least 30 accounts": ("2026-06", lifetimes(5, 15), {"least": 30}),
        "too few: 0 of at least 3 lost accounts": ("2026-06", lifetimes(0, 95), {}),
    }
    for note, (period, steps, chosen) in cases.items():
        row = numbers("ltv", portfolio(steps, **chosen))["ltv", period]
        assert (row["amount"], row["note"]) == (None, note)


def test_an_unfinished_month_has_the_lifetime_value_of_the_complete_ones() -> None:
    given = facts(as_of=utc("2026-07-20"))
    frame = ltv_frame(portfolio(lifetimes(5, 95), last="2026-07", given=given)).collect()
    values = {row["period"]: row["ltv"] for row in frame.to_dicts()}
    assert (values["2026-07"], values["2026-06"]) == pytest.approx((160_000, 160_000))
