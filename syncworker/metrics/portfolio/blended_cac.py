"""What a new customer costs in this portal: one number, which all accounts are compared with."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.cac import Cac, unknown_cac
from syncworker.metrics.customers import account_customers
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import known
from syncworker.metrics.portfolio.periods import months_up_to
from syncworker.metrics.portfolio.spend import spend
from syncworker.metrics.settings import MetricSettings


def new_customers(inputs: Inputs) -> pl.LazyFrame:
    """New customers by the local month of their first payment (`2026-05`): month, customers."""
    if "campaign_spend" not in inputs.provided:
        return pl.LazyFrame(schema={"month": pl.String(), "customers": pl.Int64()})
    since = pl.col("customer_since").dt.convert_time_zone(inputs.facts.timezone)
    return (
        account_customers(inputs)
        .filter(pl.col("customer_since").is_not_null())
        .group_by(month=since.dt.strftime("%Y-%m"))
        .agg(customers=pl.len().cast(pl.Int64))
    )


def blended_cac(customers: pl.DataFrame, facts: Facts, settings: MetricSettings) -> Cac:
    """All spend of the last complete local months by the new customers of these months.

    The months are `cac_months` at most, from the first month with spend on: before that it is
    not known what was spent.

    Args:
        customers: Of all shards, as `new_customers`.
        facts: The whole portal's, for its spend.
        settings: `attribution.cac_months` is used.
    """
    facts = known(facts)
    months = months_up_to(facts.as_of, settings.attribution.cac_months, facts.timezone)
    rows = spend(facts, months).sort("month", "amount").collect()
    if rows.is_empty():
        return unknown_cac("cac_no_spend")
    if not rows["missing"].is_null().all():
        return unknown_cac("cac_no_rate")
    told = [month.label for month in months if month.label >= rows["month"][0]]
    won = int(customers.filter(pl.col("month").is_in(told))["customers"].sum())
    if not won:
        return unknown_cac("cac_no_customers")
    amount = float(rows["amount"].sum())
    return {"cac": amount / won, "currency": facts.currency, "problem": ""}
