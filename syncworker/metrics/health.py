"""The health score of an account: a weighted mean of its components, with what drives it."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.health_components import COMPONENTS, weights, with_components
from syncworker.metrics.health_drivers import drivers
from syncworker.metrics.known import instant
from syncworker.metrics.settings import MetricSettings

NEUTRAL = 50


def with_health(
    accounts: pl.LazyFrame,
    facts: Facts,
    settings: MetricSettings,
    *,
    usage_known: bool,
    billing_known: bool,
) -> pl.LazyFrame:
    """Add the health score, its components and its contributions.

    score = sum(weight x component) / sum(weight) over the components that are not missing, half
    up to a whole number. Below half of the weight the band is `unknown` and there is no score.

    Returns:
        The accounts with health_<component> (0 to 100 or null), health_<component>_tenths (its
        contribution in tenths of a point; they sum to 10 x (score - 50) exactly), health_score,
        health_band, health_coverage (percent of the weight carried), health_drivers and
        health_computed_at.
    """
    young = pl.col("created_at") > instant(facts.as_of) - pl.duration(days=settings.onboarding_days)
    accounts = with_components(
        accounts, settings, usage_known=usage_known, billing_known=billing_known
    ).with_columns(
        **{
            f"weight_{name}": weight
            for name, weight in weights(settings, young.fill_null(value=False)).items()
        }
    )
    score = pl.col("health_score")
    bands = settings.health_bands
    band = (
        pl.when(score.is_null())
        .then(pl.lit("unknown"))
        .when(score <= bands.red)
        .then(pl.lit("red"))
        .when(score <= bands.yellow)
        .then(pl.lit("yellow"))
        .otherwise(pl.lit("green"))
    )
    accounts = (
        accounts.with_columns(_all=_total(carried=False), _carried=_total(carried=True))
        .with_columns(health_score=_score(), health_coverage=_coverage())
        .with_columns(_tenths())
        .with_columns(health_band=band, health_computed_at=instant(facts.as_of))
    )
    return accounts.with_columns(health_drivers=drivers(settings)).drop(
        "_all", "_carried", *(f"weight_{name}" for name in COMPONENTS)
    )


def _value(name: str) -> pl.Expr:
    return pl.col(f"health_{name}")


def _weight(name: str) -> pl.Expr:
    return pl.col(f"weight_{name}")


def _carries(name: str) -> pl.Expr:
    return _value(name).is_not_null() & (_weight(name) > 0)


def _total(*, carried: bool) -> pl.Expr:
    return pl.sum_horizontal(
        pl.when(_carries(name)).then(_weight(name)) if carried else _weight(name)
        for name in COMPONENTS
    )


def _score() -> pl.Expr:
    """Half up, in whole numbers: (2 x sum + weight) // (2 x weight)."""
    points = pl.sum_horizontal(_weight(name) * _value(name) for name in COMPONENTS)
    weight = pl.col("_carried")
    enough = (weight > 0) & (2 * weight >= pl.col("_all"))
    return pl.when(enough).then((2 * points + weight) // (2 * weight))


def _coverage() -> pl.Expr:
    whole = pl.col("_all")
    return pl.when(whole > 0).then((200 * pl.col("_carried") + whole) // (2 * whole)).otherwise(0)


def _tenths() -> list[pl.Expr]:
    """Contributions in tenths of a point by largest remainder.

    The exact contribution, 10 x weight x (value - 50) / carried weight, is rounded down; what is
    missing to 10 x (score - 50) goes round the components, the largest remainder first, of equal
    ones the first component.
    """
    weight = pl.col("_carried")
    exact = {
        name: pl.when(_carries(name)).then(10 * _weight(name) * (_value(name) - NEUTRAL))
        for name in COMPONENTS
    }
    down = {name: exact[name] // weight for name in COMPONENTS}
    remainder = {name: exact[name] % weight for name in COMPONENTS}
    missing = 10 * (pl.col("health_score") - NEUTRAL) - pl.sum_horizontal(down.values())
    parts = pl.sum_horizontal(_carries(name).cast(pl.Int64) for name in COMPONENTS)
    tenths = []
    for place, name in enumerate(COMPONENTS):
        ahead = pl.sum_horizontal(
            (
                (remainder[other] >= remainder[name])
                if before < place
                else (remainder[other] > remainder[name])
            ).cast(pl.Int64)
            for before, other in enumerate(COMPONENTS)
            if other != name
        )
        share = missing // parts + (ahead < missing % parts).cast(pl.Int64)
        tenths.append((down[name] + share).alias(f"health_{name}_tenths"))
    return tenths
