"""How near the deals expected to close in a period came to those won in it."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.portfolio.cohorts import EVERYBODY, begun, unfinished
from syncworker.metrics.portfolio.lines import notes
from syncworker.metrics.portfolio.rows import Period, Portfolio
from syncworker.metrics.portfolio.told import row, told

_NONE = {"period": pl.String(), "currency": pl.String(), "forecast": pl.Int64()}


def forecast_accuracy(portfolio: Portfolio) -> pl.LazyFrame:
    """Forecast accuracy in percent: 1 - |F - A| / A, per currency; below 0 where F > 2 A.

    A is the amount of the deals won in the period. F is the amount of the deals that were open when
    it began and expected to close in it, as known then; it is not weighted by their stages.
    """
    facts = portfolio.facts
    periods = [p for p in portfolio.periods if p.start < facts.as_of]
    won = [
        _closing(portfolio.inputs, period, pl.col("is_closed") & pl.col("is_won")).rename(
            {"amount": "actual"}
        )
        for period in periods
    ]
    known_at = portfolio.known_at
    expected = [
        _closing(
            known_at(period.start), period, ~pl.col("is_closed").fill_null(value=False)
        ).rename({"amount": "forecast"})
        for period in (periods if known_at is not None else [])
        if known_at is not None
    ]
    key = ["period", "currency"]
    actuals = pl.concat([pl.LazyFrame(schema=_NONE).rename({"forecast": "actual"}), *won])
    cells = actuals.join(
        pl.concat([pl.LazyFrame(schema=_NONE), *expected]), on=key, how="full", coalesce=True
    )
    frame = begun(portfolio).join(cells, on="period", how="left")
    unknown = None
    if "crm_deals" not in portfolio.inputs.provided:
        unknown = "no source tells of deals"
    elif known_at is None:
        unknown = "what was forecast then is not known"
    actual, forecast = pl.col("actual"), pl.col("forecast")
    late = unfinished(portfolio)
    problem = pl.coalesce(
        pl.lit(unknown, dtype=pl.String),
        late,
        pl.when(~(actual > 0).fill_null(value=False)).then(pl.lit("nothing was won")),
        pl.when(forecast.is_null()).then(pl.lit("no deal was expected to close")),
    )
    accuracy = 1 - (forecast - actual).abs() / actual
    made = row(
        "forecast_accuracy",
        "percent",
        currency="currency",
        value=pl.when(problem.is_null()).then(100 * accuracy),
        numerator="forecast",
        denominator="actual",
        note=notes(problem),
    )
    return told(frame.with_columns(segment=pl.lit(EVERYBODY)), made)


def _closing(inputs: Inputs, period: Period, which: pl.Expr) -> pl.LazyFrame:
    """period, currency, amount of the deals of a kind that close in a period."""
    closed = pl.col("closed_at")
    return (
        inputs.facts.streams["crm_deals"]
        .filter(which, closed >= instant(period.start), closed < instant(period.end))
        .group_by("currency")
        .agg(pl.col("amount").sum())
        .select(pl.lit(period.label).alias("period"), "currency", "amount")
    )
