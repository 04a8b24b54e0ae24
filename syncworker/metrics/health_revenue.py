"""Whether health and revenue tell opposite stories."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.ledger import holds
from syncworker.metrics.texts import texts

BACK = 30
"""Days that both are compared over."""


def with_health_revenue(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add health_revenue_disagree: none, health_up_revenue_down or health_down_revenue_up.

    The health trend against MRR now and 30 days ago, each by the settings' least move. From no
    MRR, any is up. Null without a trend, or where MRR is not known, was and is zero, or is in two
    currencies.

    Returns:
        The accounts with health_revenue_disagree and health_revenue_because.
    """
    settings, said = inputs.settings.health, texts(inputs.facts.language)
    if inputs.memory.month_ago is None:
        return accounts.with_columns(
            health_revenue_disagree=pl.lit(None, dtype=pl.String),
            health_revenue_because=pl.lit(said["no_score_then"]),
        )
    then, now = pl.col("_mrr_then"), pl.col("_mrr_now")
    percent = (now - then) * 100 / pl.when(then > 0).then(then)
    up = (percent >= settings.disagree_percent) | ((then == 0) & (now > 0))
    down = percent <= -settings.disagree_percent
    trend = pl.col("health_trend_30d")
    paid = ((then > 0) | (now > 0)) & pl.col("mrr_problem").is_null()
    disagree = (
        pl.when((trend >= settings.disagree_points) & down)
        .then(pl.lit("health_up_revenue_down"))
        .when((trend <= -settings.disagree_points) & up)
        .then(pl.lit("health_down_revenue_up"))
        .otherwise(pl.lit("none"))
    )
    told = pl.format(said["health_revenue"], trend, percent.round(0).cast(pl.Int64))
    return (
        accounts.join(_mrr(inputs), on="account_id", how="left")
        .with_columns(
            health_revenue_disagree=pl.when(trend.is_not_null() & paid).then(disagree),
            health_revenue_because=pl.when(trend.is_null())
            .then(pl.lit(said["no_score_then"]))
            .when(~paid.fill_null(value=False))
            .then(pl.lit(said["no_mrr"]))
            .otherwise(pl.coalesce(told, pl.format(said["health_revenue_new"], trend))),
        )
        .drop("_mrr_then", "_mrr_now")
    )


def _mrr(inputs: Inputs) -> pl.LazyFrame:
    """account_id, _mrr_then, _mrr_now of accounts with MRR in one currency."""
    now = instant(inputs.facts.as_of)

    def worth(at: pl.Expr) -> pl.Expr:
        return pl.when(holds(at)).then("mrr").otherwise(0)

    return (
        inputs.ledger.select(
            "account_id",
            "currency",
            _mrr_then=worth(now - pl.duration(days=BACK)),
            _mrr_now=worth(now),
        )
        .filter((pl.col("_mrr_then") != 0) | (pl.col("_mrr_now") != 0))
        .group_by("account_id")
        .agg(pl.col("_mrr_then", "_mrr_now").sum(), currencies=pl.col("currency").n_unique())
        .filter(pl.col("currencies") == 1)
        .drop("currencies")
    )
