"""Discounts of a subscription that are limited to products, spread over the items they are for."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.discounts import MOST, applies

CYCLE = ["sub_id", "at", "currency"]


def spread_limited(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Take each discount in turn off what is left of the items it is for, by their share.

    Few subscriptions have such discounts, so that going through them one by one costs little.

    Args:
        rows: Items, with the columns of `CYCLE`, product_id, left, and keeps_all, takes_all
            and limits_all.

    Returns:
        The rows; left is what the discounts leave.
    """
    for place in range(MOST):
        keep, take, limit = (
            pl.col(name).list.get(place, null_on_oob=True)
            for name in ("keeps_all", "takes_all", "limits_all")
        )
        rows = rows.with_columns(keep=keep.fill_null(1), take=take.fill_null(0), limit=limit)
        rows = rows.with_columns(hit=applies())
        rows = rows.with_columns(of=pl.col("left").filter("hit").sum().over(CYCLE))
        rest = (pl.col("of") * pl.col("keep") - pl.col("take")).clip(lower_bound=0)
        of = pl.when(pl.col("hit") & (pl.col("of") != 0)).then(pl.col("of"))
        rows = rows.with_columns(left=(pl.col("left") * rest / of).fill_null(pl.col("left")))
    return rows
