"""The health score of an account: a weighted mean of its components, with what drives it."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.health_bands import band
from syncworker.metrics.health_components import COMPONENTS, with_components
from syncworker.metrics.health_drivers import drivers
from syncworker.metrics.health_profiles import weights
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.remembered import remembered

NEUTRAL = 50


def with_health(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add the health score, its components and its contributions.

    score = sum(weight x component) / sum(weight) over the components that are not missing, half
    up to a whole number. Below half of the weight the band is `unknown` and there is no score.

    Args:
        accounts: With the columns of usage, adoption, subscriptions, tickets and surveys.
        inputs: `memory.last` has the band it was in, `memory.month_ago` the score.

    Returns:
        The accounts with health_<component> (0 to 100 or null), health_<component>_tenths (its
        contribution in tenths of a point; they sum to 10 x (score - 50) exactly), health_score,
        health_band, health_coverage (percent of the weight carried), health_trend_30d (points
        since 30 days ago; null without a score now or then), health_drivers and
        health_computed_at.
    """
    facts, settings, memory = inputs.facts, inputs.settings, inputs.memory
    young = pl.col("created_at") > instant(facts.as_of) - pl.duration(days=settings.onboarding_days)
    accounts = with_components(accounts, inputs).with_columns(
        **{
            f"weight_{name}": weight
            for name, weight in weights(settings, young.fill_null(value=False)).items()
        }
    )
    accounts = remembered(weighed(accounts), memory.month_ago, ["health_score"]).with_columns(
        health_trend_30d=pl.col("health_score") - pl.col("last_health_score")
    )
    accounts = remembered(accounts, memory.last, ["health_band"]).with_columns(
        health_band=band(settings), health_computed_at=instant(facts.as_of)
    )
    return accounts.with_columns(health_drivers=drivers(settings, facts.language)).drop(
        "last_health_score",
        "last_health_band",
        *(f"weight_{name}" for name in COMPONENTS),
    )


def weighed(accounts: pl.LazyFrame) -> pl.LazyFrame:
    """Add health_score, health_coverage and the contributions in tenths.

    Args:
        accounts: With health_<component> and weight_<component>, whole numbers.
    """
    return (
        accounts.with_columns(_all=_total(carried=False), _carried=_total(carried=True))
        .with_columns(health_score=_score(), health_coverage=_coverage())
        .with_columns(_tenths())
        .drop("_all", "_carried")
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
