"""How widely an account uses the app: stickiness, breadth, depth and seats."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncworker.metrics.activity import WINDOW
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.texts import texts
from syncworker.metrics.usage import features


def with_adoption(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add the ratios of usage, each null where it cannot be told.

    Returns:
        The accounts with stickiness (percent: users of a mean day / users of 28 days),
        feature_breadth_percent, usage_depth (usage per active user), seat_use_percent (each with
        one decimal), seat_use_exact (not rounded), and a sentence for each: stickiness_because,
        breadth_because, depth_because, seat_use_because.
    """
    said = texts(inputs.facts.language)
    wanted = len(set(features(inputs.settings)))
    users = pl.when(pl.col("active_users_28d") > 0).then("active_users_28d")
    seats = pl.when(pl.col("seats") > 0).then("seats")
    daily = 100 * pl.col("user_days_28d") / (WINDOW.days * users)
    breadth = 100 * pl.col("features_used_28d") / wanted if wanted else None
    return (
        accounts.with_columns(seat_use_exact=100 * pl.col("active_users_28d") / seats)
        .with_columns(
            stickiness=daily.round(1),
            feature_breadth_percent=pl.lit(breadth, dtype=pl.Float64)
            if breadth is None
            else breadth.round(1),
            usage_depth=(pl.col("usage_28d") / users).round(1),
            seat_use_percent=pl.col("seat_use_exact").round(1),
        )
        .with_columns(_reasons(said, wanted))
    )


def _reasons(said: Mapping[str, str], wanted: int) -> list[pl.Expr]:
    nobody = (
        pl.when(pl.col("active_users_28d").is_null())
        .then(pl.lit(said["users_unnamed"]))
        .when(pl.col("active_users_28d") == 0)
        .then(pl.lit(said["users_none"]))
    )
    sticky = pl.format(said["stickiness"], "user_days_28d", "active_users_28d")
    depth = pl.format(said["depth"], "usage_28d", "active_users_28d")
    breadth = (
        pl.format(said["breadth"], "features_used_28d", pl.lit(wanted))
        if wanted
        else pl.lit(said["features_unnamed"])
    )
    unnamed = pl.when(pl.col("active_users_28d").is_null()).then(pl.lit(said["users_unnamed"]))
    seats = pl.format(said["seat_use"], "active_users_28d", "seats")
    return [
        pl.coalesce(nobody, sticky).alias("stickiness_because"),
        breadth.alias("breadth_because"),
        pl.coalesce(nobody, depth).alias("depth_because"),
        pl.coalesce(unnamed, seats, pl.lit(said["seats_unknown"])).alias("seat_use_because"),
    ]
