"""What a new customer costs, and who has earned it back."""

from typing import Any

import polars as pl
import pytest
from support.growth_facts import frozen_inputs, inputs, invoice, spent
from support.metric_facts import AS_OF, Row, utc

from syncworker.metrics.cac import BLENDED_CAC, account_cac
from syncworker.metrics.compute import compute
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_attribution import AttributionSettings
from syncworker.metrics.settings_portfolio import PortfolioSettings

TWO = [{"account_id": "acme"}, {"account_id": "bolt"}]
HALF = MetricSettings(portfolio=PortfolioSettings(gross_margin=0.5))
PAID = [invoice(1, "2026-04-10"), invoice(2, "2026-05-10", account_id="bolt")]


def cac(spend: list[Row], invoices: list[Row] = PAID, **more: Any) -> Any:
    given = frozen_inputs(accounts=TWO, invoices=invoices, campaign_spend=spend, **more)
    return given.population.values[BLENDED_CAC]


def account(**rows: Any) -> dict[str, Any]:
    given = frozen_inputs(HALF, accounts=TWO, **rows)
    frame = account_cac(given).filter(pl.col("account_id") == "acme").collect()
    return frame.row(0, named=True)


def test_blended_cac_is_all_spend_of_complete_months_by_their_new_customers() -> None:
    spend = [
        spent("2026-04-01", 300),
        spent("2026-05-31", 700, "staff", channel="none"),
        spent("2026-06-01", 9999),  # of the month that is not over
        spent("2025-05-31", 9999),  # more than 12 complete months ago
        spent("2026-05-01", 9999, "tools", deleted_at=AS_OF),
    ]
    assert cac(spend) == {"cac": 500.0, "currency": "USD", "problem": ""}


def test_customers_of_months_before_any_spend_is_known_do_not_make_it_cheaper() -> None:
    assert cac([spent("2026-05-20", 600)])["cac"] == 600.0


def test_a_month_is_a_month_of_the_reporting_timezone() -> None:
    # 31 May 23:30 UTC is June in Berlin, which is not over: one customer is left.
    paid = [invoice(1, "2026-05-31T23:30"), invoice(2, "2026-05-10", account_id="bolt")]
    spend = [spent("2026-05-01", 600)]
    assert cac(spend, paid, timezone="Europe/Berlin")["cac"] == 600.0
    assert cac(spend, paid)["cac"] == 300.0


def test_spend_in_another_currency_counts_at_the_rate_of_its_months_end() -> None:
    rate = {"from_currency": "EUR", "to_currency": "USD"}
    spend = [spent("2026-05-01", 500), spent("2026-05-01", 100, currency="EUR")]
    rates = [{**rate, "day": utc("2026-05-31").date(), "rate": 2}]
    rates += [{**rate, "day": utc("2026-06-01").date(), "rate": 9}]
    assert cac(spend, fx_rates=rates)["cac"] == 700.0


def test_the_months_are_a_setting() -> None:
    settings = MetricSettings(attribution=AttributionSettings(cac_months=1))
    given = frozen_inputs(
        settings,
        accounts=TWO,
        invoices=PAID,
        campaign_spend=[spent("2026-04-01", 300), spent("2026-05-01", 700)],
    )
    assert given.population.values[BLENDED_CAC]["cac"] == 700.0


@pytest.mark.parametrize(
    ("spend", "invoices", "reason"),
    [
        ([], PAID, "no spend is known"),
        ([spent("2026-06-01", 5)], PAID, "no spend is known"),
        ([spent("2026-05-01", 5), spent("2026-05-01", 5, currency="EUR")], PAID, "without a rate"),
        ([spent("2026-05-01", 5)], [invoice(1, "2026-04-10")], "no new customer"),
        ([spent("2026-05-01", 5)], [*PAID, invoice(3, "2026-05-01", currency="EUR")], "in EUR as"),
    ],
)
def test_what_is_not_known_is_null_with_the_reason_and_never_zero(
    spend: list[Row], invoices: list[Row], reason: str
) -> None:
    row = account(campaign_spend=spend, invoices=invoices)
    assert row["cac_recovered"] is None
    assert reason in row["cac_problem"]


def test_without_the_values_of_the_whole_portal_it_is_not_known() -> None:
    given = inputs(invoices=PAID[:1])
    assert given.population.values == {}
    row = account_cac(given).collect().row(0, named=True)
    assert row["cac_problem"] == "the CAC of the portal was not computed"


@pytest.mark.parametrize(("spend", "recovered"), [(1000, True), (1001, False)])
def test_cac_is_recovered_when_gross_profit_to_date_reaches_it(spend: int, recovered: bool) -> None:
    # 1,000 paid at a margin of one half, against the spend for two customers.
    row = account(campaign_spend=[spent("2026-04-01", spend)], invoices=PAID)
    assert (row["cac_recovered"], row["cac_problem"]) == (recovered, None)
    if recovered:
        assert row["cac_because"] == "gross profit to date 5.00 of a CAC of 5.00 USD"


def test_who_never_paid_has_no_answer_and_no_problem() -> None:
    given = frozen_inputs(
        HALF, accounts=TWO, campaign_spend=[spent("2026-04-01", 5)], invoices=PAID[1:]
    )
    computed = compute(given.facts, HALF, given.population).accounts.collect()
    rows = {row["account_id"]: row for row in computed.iter_rows(named=True)}
    assert (rows["acme"]["cac_recovered"], rows["acme"]["cac_problem"]) == (None, None)
    assert (rows["bolt"]["cac_recovered"], rows["bolt"]["cac_problem"]) == (True, None)
