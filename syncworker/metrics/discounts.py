"""Discounts: what is left of an amount after the discounts that run at an instant."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from syncworker.metrics.settings import MetricSettings
from syncworker.model.stream import POLARS_TYPES

EXACT = POLARS_TYPES["decimal"]
MOST = 20
"""How many discounts one subscription or item can carry; the limit Stripe documents."""


def running(
    targets: pl.LazyFrame, discounts: pl.LazyFrame, on: Sequence[str], settings: MetricSettings
) -> pl.LazyFrame:
    """The discounts of each target that run at its instant, in order of start.

    A discount runs on [start, end). `once` is not a lasting price and is ignored. One that cannot
    be subtracted (an amount in another currency than the target's, or neither an amount nor a
    percentage) takes nothing off and is named.

    Args:
        targets: With the columns `on`, at and currency.
        discounts: The stream.
        on: What a discount's target is found by: sub_id, or sub_id and item_id.
        settings: `count_once_discounts` is used.

    Returns:
        `on`, at, currency, keeps (list: the share each leaves), takes (list: the amount each
        takes off), both in order, and unreadable (what is wrong with one of them, or null).
    """
    keys = [*on, "at", "currency"]
    ends = pl.min_horizontal("end", "deleted_at")
    runs = (pl.col("start").is_null() | (pl.col("start") <= pl.col("at"))) & (
        ends.is_null() | (pl.col("at") < ends)
    )
    if not settings.count_once_discounts:
        discounts = discounts.filter(pl.col("duration") != "once")
    order = ["start", "position", "discount_id"]
    return (
        targets.select(keys)
        .unique()
        .join(discounts.rename({"currency": "its_currency"}), on=on)
        .filter(runs)
        .with_columns(pl.col("position").fill_null(0), unreadable=_unreadable())
        .group_by(keys)
        .agg(
            keeps=_keep().sort_by(order, nulls_last=False),
            takes=_take().sort_by(order, nulls_last=False),
            unreadable=pl.col("unreadable").min(),
        )
    )


def left_after(amount: str) -> pl.Expr:
    """What is left of a column after the discounts of its row, one after the other, never below 0.

    Takes the columns keeps and takes of `running`; without discounts the amount is as it was.
    """
    left = pl.col(amount)
    for place in range(MOST):
        keep = pl.col("keeps").list.get(place, null_on_oob=True).fill_null(1)
        take = pl.col("takes").list.get(place, null_on_oob=True).fill_null(0)
        left = (left * keep - take).clip(lower_bound=0)
    return pl.when(pl.col("keeps").is_null()).then(pl.col(amount)).otherwise(left)


def _keep() -> pl.Expr:
    percent = pl.col("percent").fill_null(0).clip(0, 100)
    return pl.lit(1, dtype=EXACT) - percent / 100


def _take() -> pl.Expr:
    fits = pl.col("percent").is_null() & pl.col("unreadable").is_null()
    amount = pl.when(fits).then(pl.col("amount"))
    return amount.fill_null(0).clip(lower_bound=0)


def _unreadable() -> pl.Expr:
    own = pl.col("its_currency")
    wrong = (
        pl.when(pl.col("amount").is_null())
        .then(pl.format("discount {} has neither a percentage nor an amount", "discount_id"))
        .when(own != pl.col("currency"))
        .then(pl.format("discount {} is in {}, its price in {}", "discount_id", own, "currency"))
    )
    return pl.when(pl.col("percent").is_null()).then(wrong)
