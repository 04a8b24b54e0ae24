"""The exact MRR of subscriptions at an instant, from their items and discounts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from syncworker.metrics.billing import Billing
from syncworker.metrics.discounts import MOST, left_after, with_discounts
from syncworker.metrics.limited import spread_limited
from syncworker.metrics.prices import LARGEST, valid
from syncworker.metrics.shared import shared

CYCLE = ["sub_id", "at", "currency"]


def mrr_at(instants: pl.LazyFrame, billing: Billing, keep: Sequence[str] = ()) -> pl.LazyFrame:
    """Exact MRR by subscription, instant and currency.

    Item MRR = unit_amount x quantity x f / interval_count, with f = 1 for a month, 1/12 for a
    year, 52/12 for a week, 365/12 for a day. Discounts of the item come first; those of the
    subscription are spread over what is left of its items, by their share of the cycle.

    Args:
        instants: sub_id and at, and the columns of `keep`; each pair once.
        billing: Items and discounts.
        keep: Columns of the instants to have in the result.

    Returns:
        sub_id, at, currency, mrr (12 decimals, not rounded; without what is not known), items,
        unpriced (whether the price of one is not known), and problem: why the mrr cannot be
        known, or null.
    """
    rows = (
        instants.select("sub_id", "at", *keep)
        .join(billing.priced, on="sub_id")
        .filter(valid(pl.col("at")))
        .drop("valid_from", "valid_to", "deleted_at", "interval")
        .with_columns(unpriced=pl.col("problem").is_not_null(), left="cycle")
        .pipe(shared)
    )
    names = [*CYCLE, *keep, "left", "yearly", "count", "taxed", "problem", "unpriced"]
    discounted = billing.discounts.select("sub_id").unique()
    # Few subscriptions have discounts, and these cost most of the time.
    plain = rows.join(discounted, on="sub_id", how="anti")
    reduced = _reduced(rows.join(discounted, on="sub_id", how="semi"), billing, names)
    monthly = pl.col("left") * pl.col("yearly") / (12 * pl.col("count"))
    net = pl.when(pl.col("taxed").is_null()).then(monthly).otherwise(monthly / pl.col("taxed"))
    return (
        pl.concat([plain.select(names), *reduced])
        .group_by(CYCLE)
        .agg(
            *(pl.col(name).first() for name in keep),
            pl.col("problem").min(),
            pl.col("unpriced").any(),
            mrr=net.sum(),
            items=pl.len(),
        )
    )


def _reduced(rows: pl.LazyFrame, billing: Billing, names: list[str]) -> list[pl.LazyFrame]:
    """What discounts leave of the cycle: of the item first, then of the subscription."""
    size = pl.col("cycle").cast(pl.Float64).abs().sum().over(CYCLE)
    large = pl.format("item {} has an amount too large to count", "item_id")
    fine = pl.col("problem").is_null()
    rows = (
        with_discounts(rows.with_row_index("row"), billing.discounts)
        .with_columns(problem=pl.coalesce("problem", pl.when(size >= LARGEST).then(large)))
        .with_columns(left=pl.when(fine).then("cycle"), unpriced=~fine)
        .with_columns(problem=_problem("item", "left"))
        .with_columns(left=left_after("left", "item"))
        .with_columns(total=pl.col("left").sum().over(CYCLE))
        .with_columns(problem=_problem("all", "total"))
        .pipe(shared)
    )
    some = pl.col("limits_all").list.drop_nulls().list.len().fill_null(0) > 0
    spread = rows.filter(~some).with_columns(rest=left_after("total", "all"))
    limited = spread_limited(rows.filter(some))
    return [spread.with_columns(left=_share()).select(names), limited.select(names)]


def _problem(kind: str, amount: str) -> pl.Expr:
    """What is wrong with the discounts of an amount; of nothing, nothing can be taken."""
    wrong = (
        pl.when(pl.col(f"keeps_{kind}").list.len() > MOST)
        .then(pl.format("subscription {} has more than {} discounts", "sub_id", pl.lit(MOST)))
        .when(pl.col(amount) != 0)
        .then(f"unreadable_{kind}")
    )
    return pl.coalesce("problem", wrong)


def _share() -> pl.Expr:
    """What is left of an item when its subscription's discounts are spread over the cycle."""
    total = pl.when(pl.col("total") != 0).then(pl.col("total"))
    shared = (pl.col("left") * pl.col("rest") / total).fill_null(0)
    return pl.when(pl.col("keeps_all").list.len() > 0).then(shared).otherwise("left")
