"""The band of a health score, which does not flap where the score lies on a border."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.settings import MetricSettings


def band(settings: MetricSettings) -> pl.Expr:
    """unknown, red, yellow or green, for rows with health_score and last_health_band.

    A band changes when the score is `health.hysteresis` points past the border: with 3, from
    yellow to green at 78 and back at 72. From unknown, or the first time, the borders alone count.
    """
    score, before = pl.col("health_score"), pl.col("last_health_band")
    bands, past = settings.health_bands, settings.health.hysteresis

    def above(border: int, lower: tuple[str, ...], upper: tuple[str, ...]) -> pl.Expr:
        """Whether the score is above a border, seen from the band it was in."""
        return (
            pl.when(before.is_in(lower))
            .then(score >= border + max(past, 1))
            .when(before.is_in(upper))
            .then(score > border - past)
            .otherwise(score > border)
        )

    return (
        pl.when(score.is_null())
        .then(pl.lit("unknown"))
        .when(~above(bands.red, ("red",), ("yellow", "green")))
        .then(pl.lit("red"))
        .when(~above(bands.yellow, ("red", "yellow"), ("green",)))
        .then(pl.lit("yellow"))
        .otherwise(pl.lit("green"))
    )
