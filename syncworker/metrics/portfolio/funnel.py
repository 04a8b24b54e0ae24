"""Report `funnel`: from a visit to a trial to a payment."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.cohorts import counted, immature
from syncworker.metrics.portfolio.rows import Portfolio, Report
from syncworker.metrics.portfolio.shares import count, gap, share
from syncworker.metrics.portfolio.told import told
from syncworker.metrics.portfolio.visitors import visitors
from syncworker.metrics.trials import all_trials


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    settings = portfolio.inputs.settings.portfolio
    frame = counted(
        _visitors_with_trials(portfolio),
        portfolio,
        visitors=pl.len().cast(pl.Int64),
        visitors_tried=pl.col("tried").sum().cast(pl.Int64),
        visitors_paid=pl.col("paid").sum().cast(pl.Int64),
    )
    young = immature(settings.activation_days, portfolio)
    unpaid_yet = immature(settings.activation_days + settings.trial_mature_days, portfolio)
    least = settings.least
    tried = share("visit_to_trial", "visitors_tried", "visitors", least, young)
    paid = share("visit_trial_to_paid", "visitors_paid", "visitors_tried", least, unpaid_yet)
    return told(
        frame,
        count("visitors"),
        count("visitors_tried"),
        count("visitors_paid"),
        tried,
        gap(tried, "visit_to_trial_gap", settings.visit_to_trial_percent),
        paid,
        gap(paid, "visit_trial_to_paid_gap", settings.trial_to_paid_percent),
    )


def _visitors_with_trials(portfolio: Portfolio) -> pl.LazyFrame:
    """Visitors with whether their account asked for a trial since they came, and then paid."""
    since = pl.col("requested_at") >= pl.col("at")
    came = visitors(portfolio)
    trials = (
        came.filter(pl.col("account_id").is_not_null())
        .select("visitor_id", "account_id", "at")
        .join(
            all_trials(portfolio.inputs).select("account_id", "requested_at", "first_paid_at"),
            on="account_id",
        )
        .filter(since)
        .group_by("visitor_id")
        .agg(tried=pl.lit(value=True), paid=pl.col("first_paid_at").is_not_null().any())
    )
    return came.join(trials, on="visitor_id", how="left").with_columns(
        pl.col("tried", "paid").fill_null(value=False)
    )


FUNNEL = Report(
    name="funnel",
    label="Visitors, by the period they first came in",
    metrics={
        "visitors": "browsers first seen in the period",
        "visitors_tried": "of these, those whose account asked for a trial since",
        "visitors_paid": "of those that tried, those whose account has paid since",
        "visit_to_trial": "visitors_tried / visitors; none until 30 days after the period",
        "visit_to_trial_gap": "points above the benchmark of 2.5 % (a setting)",
        "visit_trial_to_paid": "visitors_paid / visitors_tried; none until 75 days after it",
        "visit_trial_to_paid_gap": "points above the benchmark of 17 % (a setting)",
    },
    inputs=("web_visits", "trials|subscriptions"),
    rows=_rows,
)
