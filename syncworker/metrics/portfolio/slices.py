"""The segment of each account, by the slicing that was asked for."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncworker.metrics.channels import account_channels
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.prices import CYCLES, licensed

SLICES: Mapping[str, tuple[str, str]] = {
    "segment": ("accounts", "the app's own segment of the account"),
    "size": ("accounts", "the account's size class"),
    "industry": ("accounts", "its industry"),
    "tier": ("subscription_items", "the product, else the price, it pays most for, now or at last"),
    "interval": ("subscription_items", "the billing interval of that"),
    "channel": ("web_visits", "the channel of its last touch before it paid"),
    "campaign": ("web_visits", "the campaign of that touch"),
}
"""By name, the stream that a slicing needs and what it means; as of the report's `as_of`."""
UNKNOWN = "unknown"
_INTERVALS = {
    "1 month": "monthly",
    "3 month": "quarterly",
    "12 month": "annual",
    "1 year": "annual",
}


def segments(inputs: Inputs, by: str) -> pl.LazyFrame:
    """account_id and segment, one row per account.

    Args:
        inputs: The whole portal's.
        by: One of `SLICES`, or "" for all accounts in one.
    """
    accounts = inputs.facts.streams["accounts"]
    if not by:
        return accounts.select("account_id", segment=pl.lit("all"))
    if by in {"tier", "interval"}:
        told = _items(inputs).select("account_id", segment=by)
    elif by in {"channel", "campaign"}:
        told = account_channels(inputs).select("account_id", segment=f"{by}_last")
    else:
        told = accounts.select("account_id", segment=by)
    return (
        accounts.select("account_id")
        .join(told, on="account_id", how="left")
        .with_columns(pl.col("segment").fill_null(UNKNOWN))
    )


def _items(inputs: Inputs) -> pl.LazyFrame:
    """account_id, tier, interval of the item that ended last, of several the dearest."""
    count = pl.col("interval_count").fill_null(1)
    a_year = pl.col("interval").replace_strict(CYCLES, default=0, return_dtype=pl.Int64)
    worth = pl.col("unit_amount").cast(pl.Float64) * pl.col("quantity").fill_null(1) * a_year
    billed = pl.format("{} {}", count, "interval")
    often = pl.format("every {} {}s", count, "interval")
    return (
        licensed(inputs.billing.versions)
        .join(inputs.terms.select("sub_id", "account_id", "end"), on="sub_id")
        .with_columns(
            last=pl.min_horizontal("valid_to", "deleted_at", "end"),
            worth=(worth / count).fill_null(0),
            interval=billed.replace_strict(_INTERVALS, default=often),
            tier=pl.coalesce("product_id", "price_id"),
        )
        .with_columns(open=pl.col("last").is_null())
        .group_by("account_id")
        .agg(pl.col("tier", "interval").sort_by("open", "last", "worth", "item_id").last())
    )
