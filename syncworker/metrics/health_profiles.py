"""By which weights an account is scored: its size class's, and in its first weeks onboarding's."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.health_components import COMPONENTS
from syncworker.metrics.settings import MetricSettings


def weights(settings: MetricSettings, young: pl.Expr) -> dict[str, pl.Expr]:
    """The weight of every component, for a row of accounts with its size.

    Args:
        settings: `health_weights`, and what `health` says of profiles.
        young: Whether the account is in onboarding.
    """
    return {name: _weight(settings, name, young) for name in COMPONENTS}


def _weight(settings: MetricSettings, name: str, young: pl.Expr) -> pl.Expr:
    usual = getattr(settings.health_weights, name)
    profiles = settings.health.profiles
    weight = pl.col("size").replace_strict(
        list(profiles),
        [profile.get(name, usual) for profile in profiles.values()],
        default=usual,
        return_dtype=pl.Int64,
    )
    first = settings.health.onboarding.get(name)
    return weight if first is None else pl.when(young).then(first).otherwise(weight).cast(pl.Int64)
