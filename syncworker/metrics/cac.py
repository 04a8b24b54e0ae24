"""What a new customer costs in this portal, and whether an account has earned it back."""

from __future__ import annotations

from typing import TypedDict

import polars as pl

from syncworker.metrics.attribution import revenue_to_date
from syncworker.metrics.customers import account_customers
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.spend import spend
from syncworker.metrics.texts import texts
from syncworker.model.money import exponent

BLENDED_CAC = "blended_cac"
"""Its name among the values of the whole portal."""


class Cac(TypedDict):
    """The blended CAC as it is frozen with a run.

    cac: minor units per new customer, or None, and then `problem` says why. currency: its own.
    """

    cac: float | None
    currency: str
    problem: str


def account_cac(inputs: Inputs) -> pl.LazyFrame:
    """Whether an account's gross profit to date has reached the portal's blended CAC.

    Returns:
        account_id, cac_recovered, cac_problem (why it is not known, where it is not) and
        cac_because; only accounts that have paid an invoice.
    """
    words = texts(inputs.facts.language)
    known: Cac = inputs.population.values.get(BLENDED_CAC) or _unknown("cac_not_computed")
    currency, cac = known["currency"], known["cac"]
    margin = inputs.settings.portfolio.gross_margin
    profit = pl.col("revenue") * margin
    others = pl.col("others").list.join(", ")
    foreign = pl.when(pl.col("others").list.len() > 0).then(
        pl.format(words["cac_other_currency"], others, pl.lit(currency))
    )
    problem = foreign if cac is not None else pl.lit(words.get(known["problem"]))
    in_it = pl.col("currency") == currency
    reached = pl.when(problem.is_null()).then(profit >= (cac or 0))
    return (
        revenue_to_date(inputs)
        .group_by("account_id")
        .agg(
            revenue=pl.col("revenue").filter(in_it).sum(),
            others=pl.col("currency").filter(~in_it & (pl.col("revenue") != 0)).sort(),
        )
        .select(
            "account_id",
            cac_recovered=reached,
            cac_problem=problem,
            cac_because=pl.format(
                words["cac_recovered"],
                _major(profit, currency),
                _major(pl.lit(cac, dtype=pl.Float64), currency),
                pl.lit(currency),
            ),
        )
    )


def new_customers(inputs: Inputs) -> pl.LazyFrame:
    """New customers by the local month of their first payment: month, customers."""
    if "campaign_spend" not in inputs.provided:
        return pl.LazyFrame(schema={"month": pl.Date(), "customers": pl.Int64()})
    since = pl.col("customer_since").dt.convert_time_zone(inputs.facts.timezone)
    return (
        account_customers(inputs)
        .filter(pl.col("customer_since").is_not_null())
        .group_by(month=since.dt.date().dt.truncate("1mo"))
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
    this_month = instant(facts.as_of).dt.convert_time_zone(facts.timezone).dt.date()
    this_month = this_month.dt.truncate("1mo")
    first = this_month.dt.offset_by(f"-{settings.attribution.cac_months}mo")
    within = (pl.col("month") >= first) & (pl.col("month") < this_month)
    rows = (
        spend(facts)
        .filter(within)
        .group_by("currency")
        .agg(pl.col("amount").sum(), since=pl.col("month").min())
        .sort("currency")
        .collect()
    )
    if rows.is_empty():
        return _unknown("cac_no_spend")
    if rows.height > 1:
        return _unknown("cac_several_currencies")
    amount, since = float(rows["amount"][0]), rows["since"][0]
    won = int(customers.filter(within & (pl.col("month") >= since))["customers"].sum())
    if not won:
        return _unknown("cac_no_customers")
    return {"cac": amount / won, "currency": rows["currency"][0], "problem": ""}


def _unknown(problem: str) -> Cac:
    return {"cac": None, "currency": "", "problem": problem}


def _major(minor: pl.Expr, currency: str) -> pl.Expr:
    places = exponent(currency)
    one = float(10**places)
    return (minor / one).round(places).cast(pl.Decimal(38, places))
