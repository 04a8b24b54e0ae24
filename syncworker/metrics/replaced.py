"""Which subscription replaced which, and whether that was a renewal, an upgrade or a downgrade."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.billing import Billing
from syncworker.metrics.item_mrr import mrr_at
from syncworker.metrics.known import instant
from syncworker.metrics.money import several, to_minor_units
from syncworker.metrics.recurring import INSTANT
from syncworker.metrics.shared import shared

WINDOW = timedelta(days=30)


def replaced(billing: Billing, terms: pl.LazyFrame) -> pl.LazyFrame:
    """The replacements and what each was.

    One that ended was replaced by the subscription of its account that began nearest to its end:
    within 30 days of it, after the old one began, and running on beyond that end. What is still
    or was only a trial replaces nothing and is not replaced. What a subscription is worth 30 days
    after it began (now, or at its end, if that is earlier) is compared with what all that it
    replaced were worth just before they ended: settled things, so that the answer stays when
    either changes later.

    Returns:
        old, new (subscription ids), change (renewal, upgrade or downgrade; null where the two
        cannot be compared) and problem (why they cannot); one row per subscription that was
        replaced.
    """
    pairs = _pairs(terms).pipe(shared)
    changes = _changes(billing, pairs)
    # A subscription without items is worth nothing, and two of these are the same.
    same = pl.col("before").fill_null(0) == pl.col("after").fill_null(0)
    more = pl.col("before") < pl.col("after")
    change = pl.when(same).then(pl.lit("renewal")).when(more).then(pl.lit("upgrade"))
    return pairs.join(changes, on="new", how="left").select(
        "old",
        "new",
        "problem",
        change=pl.when(pl.col("problem").is_null()).then(change.otherwise(pl.lit("downgrade"))),
    )


def _pairs(terms: pl.LazyFrame) -> pl.LazyFrame:
    """old, old_end, new, new_start, new_end: each subscription that ended and its replacement.

    Nearest matches, not a join of all with all: an account may have very many subscriptions.
    """
    paid = terms.filter("paid_for")
    olds = paid.filter(~pl.col("live") & pl.col("end").is_not_null()).select(
        "account_id", old="sub_id", old_start="start", old_end="end"
    )
    news = (
        paid.filter(pl.col("start").is_not_null() & (pl.col("status") != "trialing"))
        .group_by("account_id", new_start="start")
        .agg(new=pl.col("sub_id").min(), new_end=pl.col("end").sort_by("sub_id").first())
        .sort("new_start")
    )
    earlier, later = (
        olds.sort("old_end").join_asof(
            news,
            left_on="old_end",
            right_on="new_start",
            by="account_id",
            strategy=strategy,
            tolerance=WINDOW,
            allow_exact_matches=strategy == "backward",
            coalesce=False,
            check_sortedness=False,
        )
        for strategy in ("backward", "forward")
    )
    newer = pl.col("old_start").is_null() | (pl.col("new_start") > pl.col("old_start"))
    runs_on = pl.col("new_end").is_null() | (pl.col("new_end") > pl.col("old_end"))
    return (
        pl.concat([earlier, later])
        .filter(pl.col("new").is_not_null() & newer & runs_on)
        .with_columns(away=(pl.col("new_start") - pl.col("old_end")).abs())
        .sort("away", "new_start")
        .unique("old", keep="first", maintain_order=True)
        .select("old", "old_end", "new", "new_start", "new_end")
    )


def _changes(billing: Billing, pairs: pl.LazyFrame) -> pl.LazyFrame:
    """new, before, after (minor units) and problem."""
    settled = pl.min_horizontal(
        pl.col("new_start") + WINDOW, instant(billing.facts.as_of), pl.col("new_end") - INSTANT
    )
    sides = pl.concat(
        [
            pairs.select("new", sub_id="old", at=pl.col("old_end") - INSTANT, is_new=False),
            pairs.select("new", sub_id="new", at=settled, is_new=True).unique(),
        ]
    ).pipe(shared)
    by_currency = (
        mrr_at(sides.select("sub_id", "at").unique(), billing)
        .join(sides, on=["sub_id", "at"])
        .group_by("new", "currency")
        .agg(
            exact_before=pl.col("mrr").filter(~pl.col("is_new")).sum(),
            exact_after=pl.col("mrr").filter("is_new").sum(),
            problem=pl.col("problem").min(),
        )
        .with_columns(before=to_minor_units("exact_before"), after=to_minor_units("exact_after"))
    )
    valued = (pl.col("before") != 0) | (pl.col("after") != 0)
    rolled = by_currency.group_by("new").agg(
        pl.col("before", "after").sum(),
        currencies=pl.col("currency").filter(valued).sort(),
        unknown=pl.col("problem").min(),
    )
    return rolled.select(
        "new", "before", "after", problem=pl.coalesce("unknown", several("currencies"))
    )
