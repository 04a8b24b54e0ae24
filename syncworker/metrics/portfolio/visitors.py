"""Visitors of the website, each counted when they first came."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.cohorts import UNKNOWN, in_segments, period_of
from syncworker.metrics.portfolio.rows import Portfolio
from syncworker.metrics.touches import sessions

MARKETED = ("channel", "campaign")
"""Slicings by what brought a visitor, which a visitor without an account has too."""


def visitors(portfolio: Portfolio) -> pl.LazyFrame:
    """Every visitor by their first session.

    Returns:
        visitor_id, at, period (null: none of those asked for), channel, campaign (`unknown` where
        there is none), account_id (null: nobody's), contact and segment: what first brought them
        where the slicing is by channel or campaign, else their account's.
    """
    order = ["at", "visit_id"]
    rows = (
        sessions(portfolio.inputs)
        .group_by("visitor_id")
        .agg(
            pl.col("at", "channel", "campaign", "account_id", "contact").sort_by(order).first(),
        )
        .with_columns(pl.col("campaign").fill_null(UNKNOWN), period=period_of("at", portfolio))
    )
    if portfolio.by in MARKETED:
        return rows.with_columns(segment=pl.col(portfolio.by))
    return in_segments(rows, portfolio)
