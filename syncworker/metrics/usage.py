"""Usage of an account and of a user over the last 28 days and the 28 days before."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.activity import CURRENT, PREVIOUS, WINDOW
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant
from syncworker.metrics.settings import MetricSettings


def account_usage(facts: Facts, settings: MetricSettings, activity: pl.LazyFrame) -> pl.LazyFrame:
    """Usage per account; an account nobody used has zeros.

    Usage counts key events; active users, active days and last seen count any event. Both
    windows are half-open and elapsed: [as_of - 28 d, as_of) and [as_of - 56 d, as_of - 28 d).

    Returns:
        account_id, usage_28d, usage_prev_28d, usage_change_percent (one decimal; null without
        usage before, or for an account younger than both windows), usage_change_exact (not
        rounded; limits are compared with it), usage_alert, active_users_28d (null where the app
        was used and no row says by whom), active_days_28d (local dates, at most 28),
        features_used_28d, last_seen_at, usage_comparable (whether the account is old enough for
        both windows).
    """
    used = (
        activity.filter(pl.col("account_id").is_not_null())
        .group_by("account_id")
        .agg(
            usage_28d=_usage(CURRENT),
            usage_prev_28d=_usage(PREVIOUS),
            active_users_28d=_in(CURRENT, "user_id").drop_nulls().n_unique(),
            active_days_28d=_in(CURRENT, "day").n_unique(),
            features_used_28d=pl.col("name")
            .filter((pl.col("window") == CURRENT) & pl.col("name").is_in(features(settings)))
            .n_unique(),
            last_seen_at=pl.col("at").max(),
            nameless=_in(CURRENT, "user_id").is_null().all() & _in(CURRENT, "name").len().gt(0),
        )
    )
    counts = ("active_users_28d", "active_days_28d", "features_used_28d")
    amount = _amount_type(settings)
    young = pl.col("created_at") > instant(facts.as_of) - 2 * WINDOW
    return (
        facts.streams["accounts"]
        .select("account_id", usage_comparable=~young.fill_null(value=False))
        .join(used, on="account_id", how="left")
        .with_columns(
            pl.col("usage_28d", "usage_prev_28d").cast(amount).fill_null(0),
            pl.col(counts).cast(pl.Int64).fill_null(0),
        )
        .with_columns(
            pl.col("active_days_28d").clip(upper_bound=WINDOW.days),
            active_users_28d=pl.when(~pl.col("nameless").fill_null(value=False)).then(
                "active_users_28d"
            ),
        )
        .drop("nameless")
        .with_columns(usage_change_exact=_change())
        .with_columns(
            usage_change_percent=pl.col("usage_change_exact").round(1),
            usage_alert=_alert(settings),
        )
    )


def user_usage(settings: MetricSettings, activity: pl.LazyFrame) -> pl.LazyFrame:
    """Usage per user who was ever seen: user_id, user_usage_28d, user_last_seen_at."""
    return (
        activity.filter(pl.col("person").is_not_null())
        .group_by(user_id="person")
        .agg(
            user_usage_28d=_usage(CURRENT).cast(_amount_type(settings)),
            user_last_seen_at=pl.col("at").max(),
        )
    )


def features(settings: MetricSettings) -> tuple[str, ...]:
    """The events that count as features for breadth; empty: nobody named any."""
    return settings.key_features or settings.key_events


def _in(window: int, column: str) -> pl.Expr:
    return pl.col(column).filter(pl.col("window") == window)


def _usage(window: int) -> pl.Expr:
    return pl.col("amount").filter((pl.col("window") == window) & pl.col("key")).sum()


def _amount_type(settings: MetricSettings) -> type[pl.DataType]:
    return pl.Float64 if settings.usage_quantity else pl.Int64


def _change() -> pl.Expr:
    """(u1 - u0) / u0 in percent; multiplied before it is divided, so that whole percents are."""
    base = pl.col("usage_prev_28d").cast(pl.Float64)
    change = (pl.col("usage_28d") - base) * 100 / base
    return pl.when((base > 0) & pl.col("usage_comparable")).then(change)


def _alert(settings: MetricSettings) -> pl.Expr:
    change = pl.col("usage_change_exact")
    enough = pl.col("usage_prev_28d") >= settings.usage_min_base
    return (
        pl.when(enough & (change <= settings.usage_critical_percent))
        .then(pl.lit("critical"))
        .when(enough & (change <= settings.usage_warn_percent))
        .then(pl.lit("warn"))
        .otherwise(pl.lit("none"))
    )
