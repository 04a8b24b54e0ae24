"""The parts of the health score, each 0 to 100 by bands, or null where it is missing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.usage import features

COMPONENTS = ("usage_trend", "frequency", "breadth", "seats", "support", "sentiment", "billing")
BILLING = {"unpaid": 0, "past_due": 25, "ending": 25, "good": 100}
STEPS = (100, 75, 50, 25)
FELT = (100, 75, 40)
"""What the bands of sentiment score; below them 0."""


def with_components(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add `health_<component>` (0 to 100, null: missing) for every component.

    Missing means that no source provides it or that the source has expired, or that it cannot be
    said of the account (no seats, no live subscription, no answer, too young for two usage
    windows); silence is not missing, it scores 0.

    Args:
        accounts: With the columns of usage, subscriptions, seats, tickets and surveys.
        inputs: For the settings, and which streams are provided and fresh.
    """
    nothing = pl.lit(None, dtype=pl.Int64)
    settings, bands = inputs.settings, inputs.settings.health_bands
    used = inputs.fresh("events|usage_daily")
    values = dict.fromkeys(COMPONENTS, nothing)
    if used:
        values["usage_trend"] = _trend(bands.usage_trend)
        values["frequency"] = banded(pl.col("active_days_28d"), bands.frequency)
        if features(settings):
            share = 100 * pl.col("features_used_28d") / len(set(features(settings)))
            values["breadth"] = _share(share, bands.breadth)
    if used and inputs.fresh("subscriptions") and inputs.fresh("subscription_items"):
        values["seats"] = _share(pl.col("seat_use_exact"), bands.seats)
    if inputs.fresh("tickets"):
        values["support"] = _support(bands.support)
    if inputs.fresh("survey_responses"):
        felt = pl.coalesce("nps_exact", pl.col("csat_exact") / 10)
        values["sentiment"] = banded(felt, bands.sentiment, FELT)
    if inputs.fresh("subscriptions"):
        values["billing"] = _billing()
    return accounts.with_columns(**{f"health_{name}": value for name, value in values.items()})


def banded(value: pl.Expr, least: Sequence[float], steps: Sequence[int] = STEPS) -> pl.Expr:
    """100, 75, 50 or 25 where the value is at least so much, below all 0; null stays null."""
    return pl.max_horizontal(
        _points(value.is_not_null(), 0),
        *(_points(value >= limit, points) for limit, points in zip(least, steps, strict=False)),
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


def _support(most: Sequence[int]) -> pl.Expr:
    """Of few tickets much, of more than the last band nothing: complaints have a cliff."""
    opened = pl.col("tickets_opened_30d")
    few = (_points(opened <= limit, points) for limit, points in zip(most, STEPS, strict=False))
    return pl.max_horizontal(_points(opened.is_not_null(), 0), *few)


def _billing() -> pl.Expr:
    """The worst of the live subscriptions; paused ones say nothing about paying."""
    return pl.coalesce(
        _points(pl.col("has_unpaid"), BILLING["unpaid"]),
        _points(pl.col("has_past_due"), BILLING["past_due"]),
        _points(pl.col("has_billing") & pl.col("cancel_pending"), BILLING["ending"]),
        _points(pl.col("has_billing"), BILLING["good"]),
    )
