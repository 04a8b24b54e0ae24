"""Report `panel`: whether customers and the people who serve them are content, and sales foresees.

High scores of customers (NPS, CSAT) and of employees (ESAT) with a good forecast say that the right
customers are won. Scores are as of a period's end, or of now where it is not over.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from syncworker.metrics.known import instant, there
from syncworker.metrics.portfolio.cohorts import EVERYBODY, counted, period_of, unfinished
from syncworker.metrics.portfolio.panel_forecast import forecast_accuracy
from syncworker.metrics.portfolio.panel_scores import scores
from syncworker.metrics.portfolio.rows import Portfolio, Report
from syncworker.metrics.portfolio.shares import share
from syncworker.metrics.portfolio.told import told


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    whole = replace(portfolio, by="")
    return pl.concat([*scores(whole), _win_rate(whole), forecast_accuracy(whole)])


def _win_rate(portfolio: Portfolio) -> pl.LazyFrame:
    """The share of the deals closed in a period that are won."""
    now = instant(portfolio.facts.as_of)
    deals = portfolio.facts.streams["crm_deals"].filter(
        pl.col("is_closed"), pl.col("closed_at") <= now, there(portfolio.facts.as_of)
    )
    frame = counted(
        deals.with_columns(period=period_of("closed_at", portfolio), segment=pl.lit(EVERYBODY)),
        portfolio,
        closed=pl.len().cast(pl.Int64),
        won=pl.col("is_won").fill_null(value=False).sum().cast(pl.Int64),
    )
    known = "crm_deals" in portfolio.inputs.provided
    absent = pl.lit(None if known else "no source tells of deals", dtype=pl.String)
    least = portfolio.inputs.settings.portfolio.least
    return told(frame, share("win_rate", "won", "closed", least, absent, unfinished(portfolio)))


PANEL = Report(
    name="panel",
    label="Scores and forecast of the whole portal",
    metrics={
        "nps": "% of 9-10 less % of 0-6, of each person's last answer of 180 days (Reichheld "
        "2003; interval: Rocks 2016)",
        "csat": "share of 4 and 5 of five, answers of 90 days",
        "esat": "the same of employees",
        "win_rate": "deals won / deals closed in the period",
        "forecast_accuracy": "1 - |F - A| / A; A: amount won, F: amount of the open deals "
        "expected to close in the period when it began, not weighted",
    },
    inputs=("survey_responses|crm_deals",),
    rows=_rows,
)
