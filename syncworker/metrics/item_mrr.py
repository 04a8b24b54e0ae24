"""The exact MRR of subscriptions at an instant, from their items and discounts."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.discounts import MOST, left_after, running
from syncworker.metrics.facts import Facts
from syncworker.metrics.settings import MetricSettings

CYCLES = {"day": 365, "week": 52, "month": 12, "year": 1}
"""Cycles of an interval in a year; a twelfth of it is the factor to a month."""
LARGEST = 1e13
"""Above this many minor units in a cycle, exact arithmetic would overflow."""
CYCLE = ["sub_id", "at", "currency"]


def licensed(items: pl.LazyFrame) -> pl.LazyFrame:
    """The items with a recurring, licensed price; metered and one-time ones are no MRR."""
    fixed = pl.col("usage_type").fill_null("licensed") == "licensed"
    return items.filter(fixed & pl.col("interval").is_not_null())


def valid(at: pl.Expr) -> pl.Expr:
    """Whether an item is valid at an instant: [valid_from, valid_to)."""
    ends = pl.min_horizontal("valid_to", "deleted_at")
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= at)
    return begun & (ends.is_null() | (at < ends))


def mrr_at(instants: pl.LazyFrame, facts: Facts, settings: MetricSettings) -> pl.LazyFrame:
    """Exact MRR by subscription, instant and currency.

    Item MRR = unit_amount x quantity x f / interval_count, with f = 1 for a month, 1/12 for a
    year, 52/12 for a week, 365/12 for a day. Discounts of the item come first; those of the
    subscription are spread over what is left of its items, by their share of the cycle.

    Args:
        instants: sub_id and at.
        facts: All streams present.
        settings: For the discounts.

    Returns:
        sub_id, at, currency, mrr (12 decimals, not rounded; without what is not known), items,
        unpriced (whether the price of one is not known), and problem: why the mrr cannot be
        known, or null.
    """
    discounts = facts.streams["discounts"]
    on_item = discounts.filter(pl.col("item_id").is_not_null())
    on_all = discounts.filter(pl.col("item_id").is_null()).drop("item_id")
    rows = (
        instants.join(licensed(facts.streams["subscription_items"]), on="sub_id")
        .filter(valid(pl.col("at")))
        .select(
            *CYCLE,
            "item_id",
            "unit_amount",
            "interval",
            quantity=pl.col("quantity").fill_null(1),
            count=pl.col("interval_count").fill_null(1),
            yearly=pl.col("interval").replace_strict(CYCLES, default=None, return_dtype=pl.Int64),
        )
    )
    rows = _usable(rows).with_columns(
        cycle=pl.col("unit_amount") * pl.col("quantity"), unpriced=pl.col("problem").is_not_null()
    )
    by_item = running(rows, on_item, ["sub_id", "item_id"], settings)
    rows = rows.join(by_item, on=[*CYCLE, "item_id"], how="left")
    rows = _checked(rows, "cycle").with_columns(left=left_after("cycle"))
    rows = rows.drop("keeps", "takes", "unreadable")
    by_all = running(rows, on_all, ["sub_id"], settings)
    rows = rows.with_columns(total=pl.col("left").sum().over(CYCLE))
    rows = rows.join(by_all, on=CYCLE, how="left")
    rows = _checked(rows, "total").with_columns(rest=left_after("total"))
    return (
        rows.with_columns(mrr=_share() * pl.col("yearly") / (12 * pl.col("count")))
        .group_by(CYCLE)
        .agg(pl.col("mrr").sum(), pl.col("problem").min(), pl.col("unpriced").any(), items=pl.len())
    )


def _usable(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Say what is wrong with an item, and empty its numbers so that nothing overflows."""
    size = pl.col("unit_amount").cast(pl.Float64) * pl.col("quantity")
    item = pl.col("item_id")
    problem = (
        pl.when(pl.col("unit_amount").is_null())
        .then(pl.format("item {} has no unit amount (a tiered or custom price)", item))
        .when(pl.col("yearly").is_null())
        .then(pl.format("item {} has an unknown interval: {}", item, "interval"))
        .when(pl.col("count") < 1)
        .then(pl.format("item {} has an interval count below 1", item))
        .when(size.abs().sum().over(CYCLE) >= LARGEST)
        .then(pl.format("item {} has an amount too large to count", item))
    )
    numbers = ["unit_amount", "quantity", "count", "yearly"]
    fine = pl.col("problem").is_null()
    return rows.with_columns(problem=problem).with_columns(
        pl.when(fine).then(pl.col(name)).alias(name) for name in numbers
    )


def _checked(rows: pl.LazyFrame, amount: str) -> pl.LazyFrame:
    """Say what is wrong with the discounts of an amount; of nothing, nothing can be taken."""
    problem = (
        pl.when(pl.col("keeps").list.len() > MOST)
        .then(pl.format("subscription {} has more than {} discounts", "sub_id", pl.lit(MOST)))
        .when(pl.col(amount) != 0)
        .then("unreadable")
    )
    return rows.with_columns(problem=pl.coalesce("problem", problem))


def _share() -> pl.Expr:
    """What is left of an item when its subscription's discounts are spread over the cycle."""
    total = pl.when(pl.col("total") != 0).then(pl.col("total"))
    shared = (pl.col("left") * pl.col("rest") / total).fill_null(0)
    return pl.when(pl.col("keeps").is_null()).then(pl.col("left")).otherwise(shared)
