"""Report `trials`: what became of the trials asked for in a period."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.customers import account_customers
from syncworker.metrics.portfolio.cohorts import counted, immature, in_segments, period_of
from syncworker.metrics.portfolio.medians import days, spread
from syncworker.metrics.portfolio.rows import Portfolio, Report
from syncworker.metrics.portfolio.shares import count, gap, share
from syncworker.metrics.portfolio.told import told
from syncworker.metrics.trials import all_trials


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    settings = portfolio.inputs.settings.portfolio
    young = immature(settings.trial_mature_days, portfolio)
    least, benchmark = settings.least, settings.trial_to_paid_percent
    to_paid = share("trial_to_paid", "trials_paid", "trials_requested", least, young)
    unpaid = pl.format("{} unpaid are left out", pl.col("trials_requested") - pl.col("trials_paid"))
    return told(
        _cohorts(portfolio),
        count("trials_requested"),
        count("trials_committed"),
        count("trials_paid"),
        to_paid,
        gap(to_paid, "trial_to_paid_gap", benchmark),
        share("committed_to_paid", "committed_paid", "trials_committed", least, young),
        days("days_to_paid_median", "days", hidden=young, note=unpaid),
        days("days_to_paid_p75", "days", "p75", hidden=young, note=unpaid),
    )


def _cohorts(portfolio: Portfolio) -> pl.LazyFrame:
    """The trials of each period: an account once, by its first request in it."""
    inputs = portfolio.inputs
    since = account_customers(inputs).select("account_id", "customer_since")
    begin = pl.coalesce("started_at", "requested_at")
    asked = (
        all_trials(inputs)
        .join(since, on="account_id", how="left")
        .filter(~(pl.col("customer_since") < pl.col("requested_at")).fill_null(value=False))
        .with_columns(period=period_of("requested_at", portfolio))
        .group_by("period", "account_id")
        .agg(
            pl.col("first_paid_at", "requested_at", "started_at")
            .sort_by("requested_at", "trial_id")
            .first(),
            committed=pl.col("committed").any(),
        )
        .with_columns(
            paid=pl.col("first_paid_at").is_not_null(),
            days=(pl.col("first_paid_at") - begin).dt.total_days().clip(lower_bound=0),
        )
    )
    return counted(
        in_segments(asked, portfolio),
        portfolio,
        trials_requested=pl.len().cast(pl.Int64),
        trials_committed=pl.col("committed").sum().cast(pl.Int64),
        trials_paid=pl.col("paid").sum().cast(pl.Int64),
        committed_paid=(pl.col("paid") & pl.col("committed")).sum().cast(pl.Int64),
        **spread(pl.col("days"), "days"),
    )


TRIALS = Report(
    name="trials",
    label="Trials, by the period they were asked for in",
    metrics={
        "trials_requested": "accounts that asked for a trial; those that had paid before left out",
        "trials_committed": "of these, those that started it",
        "trials_paid": "of those asked for, the accounts that have paid since",
        "trial_to_paid": "trials_paid / trials_requested; none until 45 days after the period",
        "trial_to_paid_gap": "points above the benchmark of 17 % (both settings)",
        "committed_to_paid": "committed trials that led to a payment / trials_committed",
        "days_to_paid_median": "whole days from the start, else the request, to the first payment, "
        "of those that paid; the unpaid are censored and left out (interval: Campbell and "
        "Gardner 1988)",
        "days_to_paid_p75": "the third quartile of the same days",
    },
    inputs=("trials|subscriptions",),
    rows=_rows,
)
