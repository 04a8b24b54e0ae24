"""Stand-in for the report `ltv`: what a customer pays, without how long it stays."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.known import UTC_TIME
from syncworker.metrics.portfolio.periods import closing
from syncworker.metrics.portfolio.rows import Portfolio


def ltv_frame(portfolio: Portfolio) -> pl.LazyFrame:
    """Period, segment, currency, arpa, ltv (minor units), margin (a share), accounts, note."""
    facts = portfolio.facts
    ends = pl.LazyFrame(
        [(p.label, closing(p, facts.as_of)) for p in portfolio.periods if p.start < facts.as_of],
        schema={"period": pl.String(), "at": UTC_TIME},
        orient="row",
    )
    holds = (pl.col("since") <= pl.col("at")) & (
        pl.col("until").is_null() | (pl.col("at") < pl.col("until"))
    )
    return (
        portfolio.inputs.ledger.filter(pl.col("mrr") > 0)
        .join(ends, how="cross")
        .filter(holds)
        .join(portfolio.segments, on="account_id")
        .group_by("period", "segment", "currency")
        .agg(arpa=pl.col("mrr").mean(), accounts=pl.len().cast(pl.Int64))
        .with_columns(
            ltv=pl.lit(None, dtype=pl.Float64),
            margin=pl.lit(portfolio.inputs.settings.portfolio.gross_margin),
            note=pl.lit("no churn is known"),
        )
    )
