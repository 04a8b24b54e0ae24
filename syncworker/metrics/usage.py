"""Usage of an account and of a user over the last 28 days, against the 28 days before."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.activity import CURRENT, PREVIOUS, WINDOW
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.settings import MetricSettings

LONG = 90
"""Days that the average is over."""


def account_usage(inputs: Inputs) -> pl.LazyFrame:
    """Usage per account in one pass; an account nobody used has zeros.

    Usage counts key events; active users, active days and last seen count any event. Both
    windows are half-open and elapsed: [as_of - 28 d, as_of) and [as_of - 56 d, as_of - 28 d).

    Returns:
        account_id, usage_28d, usage_prev_28d, usage_90d, usage_avg_90d (per 28 days, one decimal;
        null for an account younger than 90 days), usage_change_percent (one decimal; null without
        usage before, or for an account younger than both windows), usage_change_exact (not
        rounded; limits are compared with it), active_users_28d (null where the app was used and
        no row says by whom), user_days_28d (the users of each of the 28 slices of 24 h, added
        up), active_days_28d (local dates, at most 28), features_used_28d, last_seen_at,
        usage_comparable (whether the account is old enough for both windows).
    """
    settings = inputs.settings
    used = (
        inputs.activity.filter(pl.col("account_id").is_not_null())
        .group_by("account_id")
        .agg(
            usage_28d=_usage(pl.col("window") == CURRENT),
            usage_prev_28d=_usage(pl.col("window") == PREVIOUS),
            usage_90d=_usage(pl.col("days_back") < LONG),
            active_users_28d=_now("user_id").drop_nulls().n_unique(),
            user_days_28d=pl.struct("user_id", "days_back")
            .filter((pl.col("window") == CURRENT) & pl.col("user_id").is_not_null())
            .n_unique(),
            active_days_28d=_now("day").n_unique(),
            features_used_28d=pl.col("name")
            .filter((pl.col("window") == CURRENT) & pl.col("name").is_in(features(settings)))
            .n_unique(),
            last_seen_at=pl.col("at").max(),
            nameless=_now("user_id").is_null().all() & _now("name").len().gt(0),
        )
    )
    counts = ("active_users_28d", "user_days_28d", "active_days_28d", "features_used_28d")
    amounts = pl.col("usage_28d", "usage_prev_28d", "usage_90d")
    named = ~pl.col("nameless").fill_null(value=False)
    average = (pl.col("usage_90d") * WINDOW.days / LONG).round(1)
    return (
        inputs.facts.streams["accounts"]
        .select(
            "account_id",
            usage_comparable=_older(inputs, 2 * WINDOW.days),
            usage_lasting=_older(inputs, LONG),
        )
        .join(used, on="account_id", how="left")
        .with_columns(
            amounts.cast(_amount_type(settings)).fill_null(0),
            pl.col(counts).cast(pl.Int64).fill_null(0),
        )
        .with_columns(
            pl.col("active_days_28d").clip(upper_bound=WINDOW.days),
            pl.when(named).then(pl.col("active_users_28d", "user_days_28d")),
            usage_avg_90d=pl.when("usage_lasting").then(average),
            usage_change_exact=_change(),
        )
        .with_columns(usage_change_percent=pl.col("usage_change_exact").round(1))
        .drop("nameless", "usage_lasting")
    )


def user_usage(inputs: Inputs) -> pl.LazyFrame:
    """Usage per user who was ever seen: user_id, user_usage_28d, user_last_seen_at."""
    return (
        inputs.activity.filter(pl.col("person").is_not_null())
        .group_by(user_id="person")
        .agg(
            user_usage_28d=_usage(pl.col("window") == CURRENT).cast(_amount_type(inputs.settings)),
            user_last_seen_at=pl.col("at").max(),
        )
    )


def features(settings: MetricSettings) -> tuple[str, ...]:
    """The events that count as features for breadth; empty: nobody named any."""
    return settings.key_features or settings.key_events


def _now(column: str) -> pl.Expr:
    return pl.col(column).filter(pl.col("window") == CURRENT)


def _usage(when: pl.Expr) -> pl.Expr:
    return pl.col("amount").filter(when & pl.col("key")).sum()


def _older(inputs: Inputs, days: int) -> pl.Expr:
    """Whether an account is at least so old; one whose age is not known counts as old."""
    young = pl.col("created_at") > instant(inputs.facts.as_of) - pl.duration(days=days)
    return ~young.fill_null(value=False)


def _amount_type(settings: MetricSettings) -> type[pl.DataType]:
    return pl.Float64 if settings.usage_quantity else pl.Int64


def _change() -> pl.Expr:
    """(u1 - u0) / u0 in percent; multiplied before it is divided, so that whole percents are."""
    base = pl.col("usage_prev_28d").cast(pl.Float64)
    change = (pl.col("usage_28d") - base) * 100 / base
    return pl.when((base > 0) & pl.col("usage_comparable")).then(change)
