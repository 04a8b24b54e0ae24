"""What a cycle of each subscription item costs."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.invoices import tax_rates
from syncworker.metrics.tiers import tier_amounts

CYCLES = {"day": 365, "week": 52, "month": 12, "year": 1}
"""Cycles of an interval in a year; a twelfth of it is the factor to a month."""
LARGEST = 1e13
"""Above this many minor units in a cycle, exact arithmetic would overflow."""


def licensed(items: pl.LazyFrame) -> pl.LazyFrame:
    """The items with a recurring, licensed price; metered and one-time ones are no MRR."""
    fixed = pl.col("usage_type").fill_null("licensed") == "licensed"
    return items.filter(fixed & pl.col("interval").is_not_null())


def valid(at: pl.Expr) -> pl.Expr:
    """Whether an item is valid at an instant: [valid_from, valid_to)."""
    ends = pl.min_horizontal("valid_to", "deleted_at")
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= at)
    return begun & (ends.is_null() | (at < ends))


def priced_items(versions: pl.LazyFrame, facts: Facts) -> pl.LazyFrame:
    """The licensed items with what a cycle costs before discounts.

    A tiered price costs what its tiers come to for the quantity. A price that includes tax is
    divided by 1 + the rate of the subscription's latest invoice, after discounts.

    Args:
        versions: As `item_versions`.
        facts: For the invoices.

    Returns:
        sub_id, item_id, product_id, currency, interval, valid_from, valid_to, deleted_at,
        count (intervals), yearly (cycles of the interval in a year), cycle (the amount), taxed
        (1 + the rate of the tax in it), problem (why it cannot be known; then count, yearly and
        cycle are null).
    """
    units = pl.coalesce("billed_quantity", "quantity", pl.lit(1))
    items = licensed(versions).select(
        "sub_id",
        "item_id",
        "product_id",
        "currency",
        "interval",
        "valid_from",
        "valid_to",
        "deleted_at",
        "unit_amount",
        "tiers",
        "tax_behavior",
        units=units,
        count=pl.col("interval_count").fill_null(1),
        yearly=pl.col("interval").replace_strict(CYCLES, default=None, return_dtype=pl.Int64),
    )
    items = items.join(tier_amounts(items), on=["tiers", "units"], how="left")
    items = items.join(tax_rates(facts), on="sub_id", how="left")
    inclusive = (pl.col("tax_behavior") == "inclusive").fill_null(value=False)
    item = pl.col("item_id")
    size = pl.coalesce(
        pl.col("unit_amount").cast(pl.Float64) * pl.col("units"),
        pl.col("tier_amount").cast(pl.Float64),
    )
    problem = (
        pl.when(size.is_null())
        .then(pl.format("item {} has no unit amount (a tiered or custom price)", item))
        .when(pl.col("yearly").is_null())
        .then(pl.format("item {} has an unknown interval: {}", item, "interval"))
        .when(pl.col("count") < 1)
        .then(pl.format("item {} has an interval count below 1", item))
        .when(size.abs() >= LARGEST)
        .then(pl.format("item {} has an amount too large to count", item))
        .when(inclusive & pl.col("tax_rate").is_null())
        .then(pl.format("item {} includes tax at a rate that no invoice tells", item))
    )
    fine = pl.col("problem").is_null()
    amount, many = (pl.when(fine).then(name) for name in ("unit_amount", "units"))
    return items.with_columns(problem=problem).select(
        "sub_id",
        "item_id",
        "product_id",
        "currency",
        "interval",
        "valid_from",
        "valid_to",
        "deleted_at",
        "problem",
        count=pl.when(fine).then("count"),
        yearly=pl.when(fine).then("yearly"),
        cycle=pl.coalesce(amount * many, pl.when(fine).then("tier_amount")),
        taxed=pl.when(inclusive).then(1 + pl.col("tax_rate")),
    )
