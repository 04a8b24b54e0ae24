"""The instant an account first paid."""

from __future__ import annotations

import polars as pl

INSTANT = pl.duration(microseconds=1)


def first_paid(steps: pl.LazyFrame, since: pl.LazyFrame) -> pl.LazyFrame:
    """The first instant with MRR > 0 at or after a moment, per account.

    A price that is not known counts as one above zero.

    Args:
        steps: What the subscriptions were worth, as `steps.revenue_steps`.
        since: account_id and since.

    Returns:
        account_id, paid_before (whether it was paying when that moment came), first_paid_at (null
        where it was); only accounts that paid.
    """
    paying = (pl.col("mrr") > 0) | pl.col("unpriced")
    rows = (
        steps.filter((pl.col("counted") | pl.col("late")) & paying)
        .select("account_id", "until", begins="since")
        .join(since, on="account_id")
        .filter(pl.col("until").is_null() | (pl.col("until") > pl.col("since") - INSTANT))
    )
    before = pl.col("begins") < pl.col("since")
    holds = pl.col("until").is_null() | (pl.col("until") > pl.col("since"))
    during = pl.max_horizontal("begins", "since").filter(holds)
    return (
        rows.group_by("account_id")
        .agg(
            paid_before=before.any() & ((pl.col("begins") <= pl.col("since")) & holds).any(),
            first_paid_at=during.min(),
        )
        .filter(pl.col("first_paid_at").is_not_null())
        .with_columns(first_paid_at=pl.when(~pl.col("paid_before")).then("first_paid_at"))
    )
