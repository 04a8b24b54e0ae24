"""The trial of an account: where it stands and how long it took to pay."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.first_paid import first_paid
from syncworker.metrics.known import instant, past
from syncworker.metrics.settings import MetricSettings

DAY = timedelta(days=1)


def account_trials(
    facts: Facts,
    settings: MetricSettings,
    terms: pl.LazyFrame,
    steps: pl.LazyFrame,
    activity: pl.LazyFrame,
    *,
    activity_known: bool,
) -> pl.LazyFrame:
    """The latest trial of each account that has one.

    requested -> committed (started) -> converted (paid at or since the request), or expired
    (ended unpaid, active in its last days), or abandoned (not started for `trial_silent_days` or
    by its end; or started and without any event for `trial_silent_days`, up to now or to its
    end). An event before the end makes an abandoned trial committed again. It started when the
    row says, else at the first key event from the request to the end.

    Args:
        facts: All streams present.
        settings: `trial_silent_days` is used.
        terms: The subscriptions; the trial period of one is a trial where there is no trial row,
            and it ends with the subscription at the latest.
        steps: What they were worth.
        activity: What people did.
        activity_known: Whether any source provides it; else silence is not held against a trial.

    Returns:
        account_id, trial_status, trial_requested_at, trial_started_at, trial_ends_at,
        trial_last_active_at, paid_before (whether it was a paying customer when it asked),
        first_paid_at and days_trial_to_paid (whole elapsed days; both null for such a customer).
    """
    trials = _latest(facts, terms)
    since = trials.select("account_id", since="trial_requested_at")
    paid = first_paid(steps, since)
    begin = pl.coalesce("trial_started_at", "trial_requested_at")
    days = (pl.col("first_paid_at") - begin).dt.total_days().clip(lower_bound=0)
    return (
        trials.join(_acts(trials, activity), on="account_id", how="left")
        .join(paid, on="account_id", how="left")
        .with_columns(trial_started_at=pl.coalesce("trial_started_at", "first_key"))
        .with_columns(
            trial_status=_status(facts, settings, activity_known=activity_known),
            days_trial_to_paid=days,
        )
        .drop("first_key")
    )


def _latest(facts: Facts, terms: pl.LazyFrame) -> pl.LazyFrame:
    """One trial per account: the one asked for last."""
    rows = facts.streams["trials"].select(
        "account_id",
        trial_id="trial_id",
        trial_requested_at="requested_at",
        trial_started_at=past("started_at", facts.as_of),
        trial_ends_at="ends_at",
    )
    begun = past("trial_start", facts.as_of)
    periods = (
        terms.filter(begun.is_not_null())
        .select(
            "account_id",
            trial_id="sub_id",
            trial_requested_at="trial_start",
            trial_started_at="trial_start",
            trial_ends_at=pl.min_horizontal("trial_end", pl.when(~pl.col("live")).then("end")),
        )
        .join(rows.select("account_id").unique(), on="account_id", how="anti")
    )
    order = pl.struct("trial_requested_at", "trial_id")
    return (
        pl.concat([rows, periods])
        .group_by("account_id")
        .agg(pl.exclude("trial_id").sort_by(order).last())
    )


def _acts(trials: pl.LazyFrame, activity: pl.LazyFrame) -> pl.LazyFrame:
    """The first key event and the last event of any kind, from the request to the end."""
    at = pl.col("at")
    within = (at >= pl.col("trial_requested_at")) & (
        pl.col("trial_ends_at").is_null() | (at < pl.col("trial_ends_at"))
    )
    return (
        activity.join(
            trials.select("account_id", "trial_requested_at", "trial_ends_at"), on="account_id"
        )
        .filter(within)
        .group_by("account_id")
        .agg(first_key=at.filter("key").min(), trial_last_active_at=at.max())
    )


def _status(facts: Facts, settings: MetricSettings, *, activity_known: bool) -> pl.Expr:
    now = instant(facts.as_of)
    silence = settings.trial_silent_days * DAY
    ended = (pl.col("trial_ends_at") <= now).fill_null(value=False)
    active_until = pl.max_horizontal("trial_started_at", "trial_last_active_at")
    looked_at = pl.min_horizontal("trial_ends_at", now)
    silent = (active_until < looked_at - silence) & activity_known
    waited = now >= pl.col("trial_requested_at") + silence
    return (
        pl.when(pl.col("paid_before").is_not_null())
        .then(pl.lit("converted"))
        .when(pl.col("trial_started_at").is_null() & (waited | ended))
        .then(pl.lit("abandoned"))
        .when(pl.col("trial_started_at").is_null())
        .then(pl.lit("requested"))
        .when(silent)
        .then(pl.lit("abandoned"))
        .when(ended)
        .then(pl.lit("expired"))
        .otherwise(pl.lit("committed"))
    )
