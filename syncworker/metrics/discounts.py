"""Discounts: what is left of an amount after the discounts that run at an instant."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.counting import Counting
from syncworker.metrics.facts import Facts
from syncworker.model.stream import POLARS_TYPES

EXACT = POLARS_TYPES["decimal"]
MOST = 20
"""How many discounts one subscription or item can carry; the limit Stripe documents."""

JOINED = (
    "discount_id",
    "percent",
    "amount",
    "position",
    "runs_from",
    "runs_until",
    "on_item",
    "its_currency",
    "limit",
    "keep",
    "take",
    "unreadable",
    "to_item",
    "to_all",
)
"""Columns of a discount beside the item it may be on."""


def discounts_of(facts: Facts, rules: Counting) -> pl.LazyFrame:
    """The discounts that count: lasting ones as the portal wants them, `once` if it wants them."""
    wanted = {"all": ["repeating", "forever"], "forever": ["forever"], "none": []}
    durations = wanted[rules.recurring_coupons] + ["once"] * rules.once_coupons
    return facts.streams["discounts"].filter(pl.col("duration").is_in(durations))


def with_discounts(rows: pl.LazyFrame, discounts: pl.LazyFrame) -> pl.LazyFrame:
    """Add the discounts that run at a row's instant, in order of start, to each row.

    A discount runs on [start, end). One that cannot be subtracted (an amount in another currency
    than the item's, or neither an amount nor a percentage) takes nothing off and is named. One of
    an item that is limited to other products is left out.

    Args:
        rows: Items at instants: row (unique), sub_id, item_id, product_id, currency, at.
        discounts: As `discounts_of`.

    Returns:
        The rows with, for the discounts on the `item` and for those on `all` of the subscription:
        keeps_ (list: the share each leaves), takes_ (list: the amount each takes off), unreadable_
        (what is wrong with one, or null), and limits_all (list: the products each is limited to,
        each between commas, or null).
    """
    at, begins, ends = pl.col("at"), pl.col("runs_from"), pl.col("runs_until")
    runs = (begins.is_null() | (begins <= at)) & (ends.is_null() | (at < ends))
    runs &= pl.col("discount_id").is_not_null()
    on_all = pl.col("on_item").is_null()
    on_item = (pl.col("on_item") == pl.col("item_id")) & applies()
    order = ["runs_from", "position", "discount_id"]
    joined = rows.join(
        discounts.select(
            "sub_id",
            *JOINED[:3],
            pl.col("position").fill_null(0),
            runs_from="start",
            runs_until=pl.min_horizontal("end", "deleted_at"),
            on_item="item_id",
            its_currency="currency",
            limit=_limited_to(),
        ),
        on="sub_id",
        how="left",
    )
    joined = joined.with_columns(
        unreadable=_unreadable(),
        to_item=(runs & on_item).fill_null(value=False),
        to_all=(runs & on_all).fill_null(value=False),
    ).with_columns(keep=_keep(), take=_take())
    lists = {
        f"{many}_{kind}": pl.col(one).filter(f"to_{kind}")
        for kind in ("item", "all")
        for many, one in (("keeps", "keep"), ("takes", "take"), ("limits", "limit"))
    }
    problems = {
        f"unreadable_{kind}": pl.col("unreadable").filter(f"to_{kind}").min()
        for kind in ("item", "all")
    }
    ordered = joined.sort(order, nulls_last=False).group_by("row", maintain_order=True)
    return ordered.agg(pl.exclude("row", *JOINED).first(), **lists, **problems)


def left_after(amount: str, kind: str) -> pl.Expr:
    """What is left of a column after the discounts of its row, one after the other, never below 0.

    Takes the columns keeps_ and takes_ of a kind as `with_discounts` adds them; without discounts
    the amount is as it was.
    """
    left = pl.col(amount)
    for place in range(MOST):
        keep = pl.col(f"keeps_{kind}").list.get(place, null_on_oob=True).fill_null(1)
        take = pl.col(f"takes_{kind}").list.get(place, null_on_oob=True).fill_null(0)
        left = (left * keep - take).clip(lower_bound=0)
    return pl.when(pl.col(f"keeps_{kind}").list.len() > 0).then(left).otherwise(amount)


def applies(limit: str = "limit") -> pl.Expr:
    """Whether a discount with that limit is for the row's product; without one it is for all."""
    product = pl.format(",{},", pl.col("product_id").fill_null(""))
    limited = pl.col(limit)
    return limited.is_null() | limited.str.contains(product, literal=True)


def _limited_to() -> pl.Expr:
    """The products a discount is limited to, each between commas; null: to none."""
    names = pl.col("applies_to").str.replace_all(r"\s", "")
    return pl.when(names != "").then(pl.format(",{},", names))


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
