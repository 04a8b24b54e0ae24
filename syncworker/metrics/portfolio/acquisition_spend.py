"""Which months' spend belongs to a period, now and with a lag."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.periods import month_of, periods
from syncworker.metrics.portfolio.rows import Period, Portfolio
from syncworker.metrics.portfolio.spend import spend, spend_known_from


def acquisition_spend(portfolio: Portfolio) -> pl.LazyFrame:
    """The spend that each period is charged with.

    Returns:
        period, lag (months: 0, or how much earlier the spend was made), first_month (the first
        month that is charged), month, channel, campaign, category, amount, missing (as
        `spend.spend`) and known_from (the first month with any spend; null: none). A period
        without spend has one row per lag, with an empty category and an amount of null.
    """
    facts = portfolio.facts
    timezone, most = facts.timezone, portfolio.inputs.settings.attribution.spend_lag_months
    begun = [period for period in portfolio.periods if period.start < facts.as_of]
    placed: list[tuple[str, int, str, str]] = []
    every: set[Period] = set()
    for period in begun:
        first, after = month_of(period.start, timezone), month_of(period.end, timezone)
        for lag in range(most + 1):
            months = periods(first - lag, after - 1 - lag, "month", timezone)
            every.update(months)
            placed += [(period.label, lag, months[0].label, month.label) for month in months]
    schema = {
        "period": pl.String(),
        "lag": pl.Int64(),
        "first_month": pl.String(),
        "month": pl.String(),
    }
    return (
        pl.LazyFrame(placed, schema=schema, orient="row")
        .join(spend(facts, tuple(every)), on="month", how="left")
        .join(spend_known_from(facts), how="cross")
    )
