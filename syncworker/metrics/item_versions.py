"""Subscription items as they were over time: from when to when each held."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.invoices import billed
from syncworker.metrics.shared import shared
from syncworker.model.streams_billing import SUBSCRIPTION_ITEMS

KEY = ["item_id", "valid_from"]
MONTH = 365.25 / 12
"""Days of a month in the mean."""


def item_versions(facts: Facts) -> pl.LazyFrame:
    """Every version of every item: the columns of the stream, on [valid_from, valid_to).

    Of several readings of one item the first holds from its `valid_from`, each later one from
    when it was read. Where invoices say what was billed for an item before its first reading, that
    is how it was then; what was known first holds from the subscription's start.

    Returns:
        The columns of the stream; valid_to is also set by the next version or a deletion.
    """
    order = ["synced_at", "price_id", "quantity", "unit_amount"]
    read = (
        facts.streams["subscription_items"]
        .sort(*KEY, *order)
        .with_columns(
            first=pl.col("synced_at").shift(1).over(KEY).is_null(),
            after=pl.col("synced_at").shift(-1).over(KEY),
        )
        .with_columns(
            valid_from=pl.when("first").then("valid_from").otherwise("synced_at"),
            valid_to=pl.min_horizontal("valid_to", "deleted_at", "after"),
        )
        .pipe(shared)
    )
    open_start = pl.col("first") & pl.col("valid_from").is_null()
    history = _history(facts, read.filter(open_start)).pipe(shared)
    begun = history.group_by("item_id").agg(begins=pl.col("begins").max())
    current = read.join(begun, on="item_id", how="left").with_columns(
        valid_from=pl.when(open_start).then("begins").otherwise("valid_from")
    )
    columns = [*(column.name for column in SUBSCRIPTION_ITEMS.columns), "deleted_at"]
    return pl.concat([current.select(columns), history.filter(~pl.col("own")).select(columns)])


def _history(facts: Facts, first: pl.LazyFrame) -> pl.LazyFrame:
    """Versions before the first reading, one for all periods that were billed alike.

    Returns:
        The columns of the items, begins (of the last one: when the reading takes over; null: from
        the start) and own (it is as the item was read, and no version beside it).
    """
    lines = (
        billed(facts)
        .filter(~pl.col("proration").fill_null(value=False) & pl.col("item_id").is_not_null())
        .filter(pl.col("period_start") < pl.col("period_end"))
        .group_by("item_id", "invoice_id", at="period_start")
        .agg(
            pl.col("amount").sum(),
            line_quantity=pl.col("quantity").fill_null(1).max(),
            line_price=pl.col("price_id").max(),
            line_currency=pl.col("currency").max(),
            line_end=pl.col("period_end").max(),
        )
        .group_by("item_id", "at")
        .agg(pl.exclude("invoice_id").sort_by("invoice_id").last())
    )
    same = (pl.col("line_price") == pl.col("price_id")) & (
        pl.col("line_quantity") == pl.col("quantity").fill_null(1)
    )
    days = ((pl.col("line_end") - pl.col("at")).dt.total_hours() / 24).round().cast(pl.Int64)
    months = (days / MONTH).round().cast(pl.Int64)
    weekly = days % 7 == 0
    by_month = months >= 1
    text = pl.lit(None, dtype=pl.String)
    then: dict[str, pl.Expr] = {
        "price_id": pl.col("line_price"),
        "product_id": text,
        "unit_amount": pl.col("amount").cast(pl.Decimal(38, 12)),
        "quantity": pl.col("line_quantity"),
        "billed_quantity": pl.lit(1, dtype=pl.Int64),
        "seats": pl.lit(None, dtype=pl.Int64),
        "tiers": text,
        "tax_behavior": text,
        "currency": pl.col("line_currency"),
        "interval": pl.when(by_month)
        .then(pl.lit("month"))
        .when(weekly)
        .then(pl.lit("week"))
        .otherwise(pl.lit("day")),
        "interval_count": pl.when(by_month)
        .then(months)
        .when(weekly)
        .then(days // 7)
        .otherwise(days),
    }
    metered = pl.col("usage_type").fill_null("licensed") == "metered"
    as_before = pl.struct("same", "line_price", "line_quantity", "line_currency", "billed")
    runs = (
        first.filter(~metered)
        .join(lines, on="item_id")
        .filter(pl.col("at") < pl.col("synced_at"))
        .with_columns(same=same.fill_null(value=False))
        .with_columns(billed=pl.when(~pl.col("same")).then("amount"))
        .sort("item_id", "at")
        .filter((as_before != as_before.shift(1).over("item_id")).fill_null(value=True))
        .with_columns(
            before=pl.col("at").shift(1).over("item_id"),
            after=pl.col("at").shift(-1).over("item_id"),
        )
    )
    # The last run, where it is as the item was read, is no version of its own.
    own = pl.col("after").is_null() & pl.col("same")
    begins = pl.when(pl.col("after").is_not_null()).then(None).when(own)
    return runs.with_columns(
        *(pl.when("same").then(name).otherwise(value).alias(name) for name, value in then.items()),
        valid_from=pl.when(pl.col("before").is_not_null()).then("at"),
        valid_to=pl.coalesce("after", "synced_at"),
        begins=begins.then(pl.when(pl.col("before").is_not_null()).then("at")).otherwise(
            "synced_at"
        ),
        own=own,
    )
