"""Report `demos`: which kind of demo leads to a customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from syncworker.metrics.demos import all_demos
from syncworker.metrics.portfolio.cohorts import EVERYBODY, counted, immature, period_of
from syncworker.metrics.portfolio.medians import days, spread
from syncworker.metrics.portfolio.rows import Portfolio, Report
from syncworker.metrics.portfolio.shares import count, share, times
from syncworker.metrics.portfolio.told import told

GATED, UNGATED = "gated", "ungated"


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    portfolio = replace(portfolio, by="")
    least = portfolio.inputs.settings.portfolio.least
    young = immature(portfolio.inputs.settings.trials.demo_window_days, portfolio)
    frame = counted(
        _cohorts(portfolio),
        portfolio,
        demo_people=pl.len().cast(pl.Int64),
        demo_paid=pl.col("days").is_not_null().sum().cast(pl.Int64),
        **spread(pl.col("days"), "days"),
    )
    compared = times(
        "gated_times_ungated",
        ("demo_paid", "demo_people"),
        ("ungated_paid", "ungated_people"),
        least,
        young,
    )
    return told(
        _with_ungated(frame),
        count("demo_people"),
        count("demo_paid"),
        share("demo_to_paid", "demo_paid", "demo_people", least, young),
        days("demo_days_median", "days", hidden=young),
        pl.when(pl.col("segment") == GATED).then(compared),
    )


def _cohorts(portfolio: Portfolio) -> pl.LazyFrame:
    """People per period and kind: their first demo of it, and the days until they paid."""
    window = timedelta(days=portfolio.inputs.settings.trials.demo_window_days)
    lag = pl.col("first_paid_at") - pl.col("submitted_at")
    demos = all_demos(portfolio.inputs).filter((lag >= timedelta(0)).fill_null(value=True))
    kinds = pl.concat_list(
        pl.lit(EVERYBODY),
        pl.format("type: {}", "type"),
        pl.when("gated").then(pl.lit(GATED)).otherwise(pl.lit(UNGATED)),
    )
    return (
        demos.with_columns(segment=kinds)
        .explode("segment")
        .with_columns(
            period=period_of("submitted_at", portfolio),
            days=pl.when(lag < window).then(lag.dt.total_days()),
        )
        .group_by("period", "segment", "email")
        .agg(pl.col("days").sort_by("submitted_at", "submission_id").first())
    )


def _with_ungated(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with the period's ungated demos beside them."""
    ungated = frame.filter(pl.col("segment") == UNGATED).select(
        "period", ungated_paid="demo_paid", ungated_people="demo_people"
    )
    beside = ["ungated_paid", "ungated_people"]
    return frame.join(ungated, on="period", how="left").with_columns(pl.col(beside).fill_null(0))


DEMOS = Report(
    name="demos",
    label="Demos, by the period they were asked for in; segments are kinds of demo",
    metrics={
        "demo_people": "people (by address) that asked for or saw a demo; none after paying",
        "demo_paid": "of these, those whose account paid within 180 days (a setting)",
        "demo_to_paid": "demo_paid / demo_people; none until the 180 days are over for all",
        "demo_days_median": "whole days from a person's first demo of the period to the first "
        "payment, of those that paid (interval: Campbell and Gardner 1988)",
        "gated_times_ungated": "demo_to_paid of gated demos / of ungated ones, where the "
        "intervals are apart",
    },
    inputs=("demo_requests|events|web_visits",),
    rows=_rows,
)
