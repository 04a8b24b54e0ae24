"""Movements of MRR from day to day: one that begins and ends inside a month is seen as both."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.changes import KEY, kind


def day_changes(ledger: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """MRR per account and currency at the end of each local day on which it changed.

    What an account does inside one day nets to one movement.

    Args:
        ledger: As `ledger.mrr_ledger`.
        timezone: The reporting timezone.

    Returns:
        account_id, currency, month (`2026-11`), before, after, kind (as `changes.kind`).
    """
    points = (
        pl.concat(
            [
                ledger.select(*KEY, "mrr", at="since"),
                ledger.filter(pl.col("until").is_not_null()).select(
                    *KEY, mrr=pl.lit(0, dtype=pl.Int64), at="until"
                ),
            ]
        )
        .group_by(*KEY, "at")
        .agg(pl.col("mrr").sum(), unknown=pl.col("mrr").is_null().any())
        .with_columns(day=pl.col("at").dt.convert_time_zone(timezone).dt.date())
    )
    days = points.group_by(*KEY, "day").agg(
        after=pl.col("mrr").sort_by("at").last(), unknown=pl.col("unknown").sort_by("at").last()
    )
    paid = pl.col("unknown") | (pl.col("after") > 0)
    first = days.filter(paid).group_by(KEY).agg(first=pl.col("day").min())
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in KEY)
    return (
        days.sort(*KEY, "day")
        .with_columns(
            before=pl.when(same).then(pl.col("after").shift()).otherwise(0),
            untold=pl.col("unknown") | (same & pl.col("unknown").shift()).fill_null(value=False),
        )
        .join(first, on=KEY)
        .with_columns(paid_before=pl.col("first") < pl.col("day"))
        .select(
            *KEY,
            "before",
            "after",
            month=pl.col("day").dt.strftime("%Y-%m"),
            kind=kind(),
        )
        .filter(pl.col("kind").is_not_null())
    )
