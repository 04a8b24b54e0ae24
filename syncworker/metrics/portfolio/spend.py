"""What was spent on winning customers."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import last_day, there
from syncworker.metrics.portfolio.periods import closing
from syncworker.metrics.portfolio.rates import rates
from syncworker.metrics.portfolio.rows import Period
from syncworker.metrics.touches import UNKNOWN


def spend(facts: Facts, months: tuple[Period, ...]) -> pl.LazyFrame:
    """The spend of some months in the reporting currency, at the rates of each month's end.

    Args:
        facts: All streams present; spend after `as_of` is not counted.
        months: Local months.

    Returns:
        month (its label), channel and campaign (`unknown`: of no one), category (`ads` where the
        row names none), amount (Float64, minor units; null without a rate) and missing (the words
        for that, or null).
    """
    ends = pl.LazyFrame(
        [(month.label, closing(month, facts.as_of)) for month in months],
        schema={"month": pl.String(), "at": pl.Datetime("us", "UTC")},
        orient="row",
    )
    group = ["month", "channel", "campaign", "category"]
    native = (
        facts.streams["campaign_spend"]
        .filter(pl.col("day") <= last_day(facts), there(facts.as_of))
        .select(
            pl.col("channel", "campaign").fill_null(UNKNOWN),
            pl.col("category").fill_null("ads"),
            "amount",
            "currency",
            month=pl.col("day").dt.strftime("%Y-%m"),
        )
        .join(ends, on="month")
        .group_by(*group, "at", "currency")
        .agg(pl.col("amount").sum())
    )
    pairs = native.select("currency", to=pl.lit(facts.currency))
    at = rates(facts, pairs, [closing(month, facts.as_of) for month in months])
    return native.join(at, on=["currency", "at"], how="left").select(
        *group, amount=pl.col("amount").cast(pl.Float64) * pl.col("rate"), missing="missing"
    )


def spend_known_from(facts: Facts) -> pl.LazyFrame:
    """known_from: the label of the first month that any spend is known of; one row."""
    return (
        facts.streams["campaign_spend"]
        .filter(there(facts.as_of))
        .select(known_from=pl.col("day").min().dt.strftime("%Y-%m"))
    )
