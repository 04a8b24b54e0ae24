"""The health drivers in words: what moved the score most, for the person who reads the record."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.health_components import COMPONENTS
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.usage import features

SHOWN = 3


def drivers(settings: MetricSettings) -> pl.Expr:
    """Up to three drivers with their contribution, for example `usage down 42 % (-9.8), ...`.

    Of a red score the three lowest below zero, else the three largest in absolute size; what
    contributes nothing drives nothing. Null without a score.
    """
    red = pl.col("health_band") == "red"
    tenths = {name: pl.col(f"health_{name}_tenths") for name in COMPONENTS}
    size = {
        name: pl.when(red).then((-value).clip(lower_bound=0)).otherwise(value.abs())
        for name, value in tenths.items()
    }
    said = {
        name: pl.concat_str(words, _signed(tenths[name]))
        for name, words in _words(settings).items()
    }
    places = {}
    for place, name in enumerate(said):
        places[name] = pl.sum_horizontal(
            ((size[other] >= size[name]) if before < place else (size[other] > size[name])).cast(
                pl.Int64
            )
            for before, other in enumerate(said)
            if other != name
        )
    ranked = [
        pl.coalesce(
            pl.when((places[name] == rank) & (size[name] > 0)).then(said[name]) for name in said
        )
        for rank in range(SHOWN)
    ]
    text = pl.concat_str(ranked, separator=", ", ignore_nulls=True)
    return pl.when(pl.col("health_score").is_not_null()).then(text)


def _signed(tenths: pl.Expr) -> pl.Expr:
    sign = pl.when(tenths < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    return pl.format(" ({}{}.{})", sign, tenths.abs() // 10, tenths.abs() % 10)


def _words(settings: MetricSettings) -> dict[str, pl.Expr]:
    """What each component saw; of a missing one it is not used."""
    change = pl.col("usage_change_exact").round(0).cast(pl.Int64)
    trend = (
        pl.when(change < 0)
        .then(pl.format("usage down {} %", -change))
        .when(change > 0)
        .then(pl.format("usage up {} %", change))
        .when(change == 0)
        .then(pl.lit("usage unchanged"))
        .when(pl.col("usage_28d") > 0)
        .then(pl.lit("usage from nothing"))
        .otherwise(pl.lit("no usage in 56 days"))
    )
    days = pl.col("active_days_28d")
    frequency = (
        pl.when(pl.col("health_frequency") > 50)  # noqa: PLR2004  # the neutral value
        .then(pl.format("active on {} of 28 days", days))
        .otherwise(pl.format("no one active on {} of 28 days", 28 - days))
    )
    billing = (
        pl.when("has_unpaid")
        .then(pl.lit("invoices unpaid"))
        .when("has_past_due")
        .then(pl.lit("payment past due"))
        .when("cancel_pending")
        .then(pl.lit("cancellation pending"))
        .otherwise(pl.lit("billing in order"))
    )
    return {
        "usage_trend": trend,
        "frequency": frequency,
        "breadth": pl.format(
            f"{{}} of {len(set(features(settings)))} key features used", "features_used_28d"
        ),
        "seats": pl.format("{} of {} seats active", "active_users_28d", "seats"),
        "billing": billing,
    }
