"""The health drivers in words: what moved the score most, for the person who reads the record."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncworker.metrics.health_components import COMPONENTS
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.texts import texts
from syncworker.metrics.usage import features

SHOWN = 3


def drivers(settings: MetricSettings, language: str) -> pl.Expr:
    """Up to three drivers with their contribution, for example `usage down 42 % (-9.8), ...`.

    Of a score that is red or lower than 30 days ago the three lowest below zero, else the three
    largest in absolute size; what contributes nothing drives nothing. Null without a score.
    """
    falling = (pl.col("health_trend_30d") < 0).fill_null(value=False)
    low = (pl.col("health_band") == "red") | falling
    tenths = {name: pl.col(f"health_{name}_tenths") for name in COMPONENTS}
    size = {
        name: pl.when(low).then((-value).clip(lower_bound=0)).otherwise(value.abs())
        for name, value in tenths.items()
    }
    said = {
        name: pl.concat_str(words, _signed(tenths[name]))
        for name, words in _words(settings, texts(language)).items()
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


def _words(settings: MetricSettings, said: Mapping[str, str]) -> dict[str, pl.Expr]:
    """What each component saw; of a missing one it is not used."""
    days = pl.col("active_days_28d")
    frequency = (
        pl.when(pl.col("health_frequency") > 50)  # noqa: PLR2004 - the neutral value
        .then(pl.format(said["active_days"], days))
        .otherwise(pl.format(said["inactive_days"], 28 - days))
    )
    wanted = pl.lit(len(set(features(settings))))
    sentiment = pl.coalesce(
        pl.format(said["nps_mean"], "nps_avg"), pl.format(said["csat_share"], "csat_90d")
    )
    return {
        "usage_trend": _trend(said),
        "frequency": frequency,
        "breadth": pl.format(said["breadth"], "features_used_28d", wanted),
        "seats": pl.format(said["seat_use"], "active_users_28d", "seats"),
        "support": pl.format(said["tickets_opened"], "tickets_opened_30d"),
        "sentiment": sentiment,
        "billing": _billing(said),
    }


def _trend(said: Mapping[str, str]) -> pl.Expr:
    change = pl.col("usage_change_exact").round(0).cast(pl.Int64)
    return (
        pl.when(change < 0)
        .then(pl.format(said["usage_down"], -change))
        .when(change > 0)
        .then(pl.format(said["usage_up"], change))
        .when(change == 0)
        .then(pl.lit(said["usage_same"]))
        .when(pl.col("usage_28d") > 0)
        .then(pl.lit(said["usage_from_nothing"]))
        .otherwise(pl.lit(said["usage_silent"]))
    )


def _billing(said: Mapping[str, str]) -> pl.Expr:
    return (
        pl.when("has_unpaid")
        .then(pl.lit(said["billing_unpaid"]))
        .when("has_past_due")
        .then(pl.lit(said["billing_past_due"]))
        .when("cancel_pending")
        .then(pl.lit(said["billing_ending"]))
        .otherwise(pl.lit(said["billing_good"]))
    )
