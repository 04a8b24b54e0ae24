"""What a cycle costs at a tiered price.

A graduated price charges each unit at the price of the tier it falls into, and the flat amount of
every tier that is reached; a volume price charges all units by the tier that the quantity falls
into. A quantity of 0 has reached the first tier.

Source: https://docs.stripe.com/products-prices/pricing-models (tiered pricing).
"""

from __future__ import annotations

import polars as pl

from syncworker.model.stream import POLARS_TYPES

EXACT = POLARS_TYPES["decimal"]
KEY = ["tiers", "units"]
NUMBERS = ("up_to", "unit_amount", "unit_amount_decimal", "flat_amount", "flat_amount_decimal")
TIER = pl.Struct(dict.fromkeys(NUMBERS, pl.String))


def tier_amounts(asked: pl.LazyFrame) -> pl.LazyFrame:
    """The amount of a cycle, in minor units.

    Args:
        asked: tiers (as in the stream) and units (the quantity that is billed).

    Returns:
        tiers, units, tier_amount (null: the text is not understood, or has no tier for so many);
        each pair once.
    """
    rows = (
        asked.select(KEY)
        .filter(pl.col("tiers").is_not_null())
        .unique()
        .with_columns(
            mode=pl.col("tiers").str.json_path_match("$.tiers_mode"),
            listed=pl.col("tiers").str.json_path_match("$.tiers"),
        )
        .filter(pl.col("listed").str.starts_with("[{"))
        .with_columns(tier=pl.col("listed").str.json_decode(pl.List(TIER)))
        .with_columns(place=pl.int_ranges(pl.col("tier").list.len()))
        .explode("tier", "place")
        .unnest("tier")
        .with_columns(pl.col("up_to").cast(pl.Int64, strict=False))
        .sort(*KEY, "place")
        .with_columns(above=pl.col("up_to").shift(1).over(KEY).fill_null(0))
    )
    price, flat = (
        pl.coalesce(f"{name}_decimal", name).cast(EXACT, strict=False).fill_null(0)
        for name in ("unit_amount", "flat_amount")
    )
    units, volume = pl.col("units"), pl.col("mode") == "volume"
    inside = (pl.min_horizontal("units", "up_to") - pl.col("above")).clip(lower_bound=0)
    fits = pl.col("up_to").is_null() | (units <= pl.col("up_to"))
    reached = (inside > 0) | ((pl.col("place") == 0) & (units <= 0))
    amount = pl.when(volume).then(units * price + flat).otherwise(inside * price + flat)
    counts = reached & (~volume | fits)
    understood = pl.col("mode").is_in(["graduated", "volume"]).first()
    return rows.group_by(KEY).agg(
        tier_amount=pl.when(understood & fits.any()).then(amount.filter(counts).sum())
    )
