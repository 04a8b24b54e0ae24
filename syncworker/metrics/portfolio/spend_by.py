"""The spend of a period by channel or campaign."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.cohorts import and_everybody
from syncworker.metrics.portfolio.periods import months
from syncworker.metrics.portfolio.rows import Portfolio
from syncworker.metrics.portfolio.spend import spend


def spend_by(portfolio: Portfolio, by: str) -> pl.LazyFrame:
    """period, segment (a channel or campaign, and `all`), spent (minor units), missing.

    Args:
        portfolio: With the periods.
        by: channel or campaign.
    """
    facts = portfolio.facts
    placed = [
        (period.label, month)
        for period in portfolio.periods
        for month in months(period, facts.timezone)
    ]
    of = pl.LazyFrame(
        [(label, month.label) for label, month in placed],
        schema={"period": pl.String(), "month": pl.String()},
        orient="row",
    )
    rows = spend(facts, tuple(month for _, month in placed)).join(of, on="month")
    return (
        and_everybody(rows.with_columns(segment=pl.col(by)))
        .group_by("period", "segment")
        .agg(spent=pl.col("amount").sum(), missing=pl.col("missing").min())
    )
