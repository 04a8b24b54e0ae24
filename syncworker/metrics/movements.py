"""What became of MRR between two instants: new, expansion, contraction, churn, reactivation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import polars as pl

from syncworker.metrics.known import instant
from syncworker.metrics.ledger import KEY, worth_at

KINDS = ("new", "expansion", "contraction", "churn", "reactivation", "none")


def movement(prev: pl.Expr, cur: pl.Expr, paid_before: pl.Expr) -> pl.Expr:
    """The kind of movement from one amount to another; null where one is not known.

    From nothing to something is new, or a reactivation where it was paid on any earlier day: that
    is asked before anything else, since something is also more than nothing.

    Args:
        prev: MRR then, in minor units.
        cur: MRR now.
        paid_before: Whether there was MRR at any instant before `prev`'s.
    """
    began = (prev <= 0) & (cur > 0)
    return (
        pl.when(prev.is_null() | cur.is_null())
        .then(None)
        .when(began & paid_before)
        .then(pl.lit("reactivation"))
        .when(began)
        .then(pl.lit("new"))
        .when((prev > 0) & (cur <= 0))
        .then(pl.lit("churn"))
        .when(cur > prev)
        .then(pl.lit("expansion"))
        .when(cur < prev)
        .then(pl.lit("contraction"))
        .otherwise(pl.lit("none"))
    )


def movements(ledger: pl.LazyFrame, instants: Sequence[datetime]) -> pl.LazyFrame:
    """The net movement of each account and currency between neighbouring instants.

    Between two instants start + all changes = end, exactly, in minor units.

    Args:
        ledger: As `ledger.mrr_ledger`.
        instants: Aware UTC, in order; a month's end is the last instant before the next month.

    Returns:
        account_id, currency, start, end, prev, cur, change (cur - prev), kind (null, with change,
        where an amount is not known); only where something was paid at one of the two instants.
    """
    first = ledger.filter(pl.col("mrr") > 0).group_by(KEY).agg(first=pl.col("since").min())
    pairs = [_between(ledger, start, end) for start, end in pairwise(instants)]
    before = (pl.col("first") <= pl.col("start")).fill_null(value=False)
    return (
        pl.concat(pairs)
        .join(first, on=KEY, how="left")
        .with_columns(
            change=pl.col("cur") - pl.col("prev"),
            kind=movement(pl.col("prev"), pl.col("cur"), before),
        )
        .drop("first")
    )


def _between(ledger: pl.LazyFrame, start: datetime, end: datetime) -> pl.LazyFrame:
    sides = [
        worth_at(ledger, instant(at)).with_columns(side=pl.lit(side))
        for side, at in (("prev", start), ("cur", end))
    ]

    def of(side: str) -> pl.Expr:
        there = pl.col("side") == side
        return pl.when(there.any()).then(pl.col("mrr").filter(there).first()).otherwise(0)

    return (
        pl.concat(sides)
        .group_by(KEY)
        .agg(prev=of("prev"), cur=of("cur"))
        .with_columns(start=instant(start), end=instant(end))
    )
