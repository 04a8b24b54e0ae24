"""The parts of the health score, each 0 to 100 by bands, or null where it is missing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from syncworker.metrics.settings import HealthWeights, MetricSettings
from syncworker.metrics.usage import features

COMPONENTS = ("usage_trend", "frequency", "breadth", "seats", "support", "sentiment", "billing")
ONBOARDING = {"usage_trend": 0, "seats": 0, "frequency": 30, "breadth": 30}
"""Weights of an account younger than `onboarding_days`; the others stay."""
BILLING = {"unpaid": 0, "past_due": 25, "ending": 25, "good": 100}
STEPS = (100, 75, 50, 25)


def with_components(
    accounts: pl.LazyFrame,
    settings: MetricSettings,
    *,
    usage_known: bool,
    billing_known: bool,
) -> pl.LazyFrame:
    """Add `health_<component>` (0 to 100, null: missing) for every component.

    Missing means that no source provides it, or that it cannot be said of the account (no seats,
    no live subscription, too young for two usage windows); silence is not missing, it scores 0.

    Args:
        accounts: With the columns of usage, subscriptions and seats.
        settings: `health_bands` and the key features.
        usage_known: Whether a source provides events or usage_daily.
        billing_known: Whether a source provides subscriptions.
    """
    nothing = pl.lit(None, dtype=pl.Int64)
    bands = settings.health_bands
    values = dict.fromkeys(COMPONENTS, nothing)
    if usage_known:
        values["usage_trend"] = _trend(bands.usage_trend)
        values["frequency"] = banded(pl.col("active_days_28d"), bands.frequency)
        if features(settings):
            used = 100 * pl.col("features_used_28d") / len(set(features(settings)))
            values["breadth"] = _share(used, bands.breadth)
    if usage_known and billing_known:
        seated = 100 * pl.col("active_users_28d") / pl.col("seats")
        values["seats"] = pl.when(pl.col("seats") > 0).then(_share(seated, bands.seats))
    if billing_known:
        values["billing"] = _billing()
    return accounts.with_columns(**{f"health_{name}": value for name, value in values.items()})


def weights(settings: MetricSettings, young: pl.Expr) -> dict[str, pl.Expr]:
    """The weight of every component, by the account's profile."""
    given: HealthWeights = settings.health_weights
    return {
        name: pl.when(young)
        .then(pl.lit(ONBOARDING.get(name, getattr(given, name)), dtype=pl.Int64))
        .otherwise(pl.lit(getattr(given, name), dtype=pl.Int64))
        for name in COMPONENTS
    }


def banded(value: pl.Expr, least: Sequence[float]) -> pl.Expr:
    """100, 75, 50 or 25 where the value is at least so much, below all 0; null stays null."""
    return pl.max_horizontal(
        _points(value.is_not_null(), 0),
        *(_points(value >= limit, points) for limit, points in zip(least, STEPS, strict=False)),
    )


def _share(percent: pl.Expr, least: Sequence[float]) -> pl.Expr:
    """Bands of a share: the last band is any share at all."""
    return pl.max_horizontal(banded(percent, least), _points(percent > 0, STEPS[-1]))


def _points(reached: pl.Expr, points: int) -> pl.Expr:
    return pl.when(reached).then(pl.lit(points, dtype=pl.Int64))


def _trend(least: Sequence[float]) -> pl.Expr:
    """By the change; from no usage at all, any usage is growth and none is silence."""
    used = pl.col("usage_28d") > 0
    from_nothing = pl.when(used).then(pl.lit(100, dtype=pl.Int64)).otherwise(0)
    return pl.when("usage_comparable").then(
        pl.coalesce(banded(pl.col("usage_change_exact"), least), from_nothing)
    )


def _billing() -> pl.Expr:
    """The worst of the live subscriptions; paused ones say nothing about paying."""
    return pl.coalesce(
        _points(pl.col("has_unpaid"), BILLING["unpaid"]),
        _points(pl.col("has_past_due"), BILLING["past_due"]),
        _points(pl.col("has_billing") & pl.col("cancel_pending"), BILLING["ending"]),
        _points(pl.col("has_billing"), BILLING["good"]),
    )
