"""Which MRR tier an amount is in: free, low, mid or high, by the portal's cuts."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.settings import MetricSettings
from syncworker.model.money import exponent


def tier_of(amount: pl.Expr, currency: str, settings: MetricSettings) -> pl.Expr:
    """The tier of an MRR; null where it is not known.

    Args:
        amount: In minor units.
        currency: The portal's reporting currency, in whose whole units the cuts are.
        settings: `revenue.tier_mid_from` and `revenue.tier_high_from` are used.
    """
    cuts = settings.revenue
    whole = 10 ** exponent(currency)
    return (
        pl.when(amount.is_null())
        .then(None)
        .when(amount <= 0)
        .then(pl.lit("free"))
        .when(amount < cuts.tier_mid_from * whole)
        .then(pl.lit("low"))
        .when(amount < cuts.tier_high_from * whole)
        .then(pl.lit("mid"))
        .otherwise(pl.lit("high"))
    )
