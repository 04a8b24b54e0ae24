"""What a metric remembers of earlier days: the daily snapshots.

Hysteresis, alert episodes and trends are evaluated on the daily grid: at every local midnight from
the first sync on, each from the snapshot of the midnight before. A snapshot is a cache of that
evaluation; where rows arrive late it is made anew from the day of the earliest one.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

SNAPSHOT: dict[str, pl.DataType | type[pl.DataType]] = {
    "health_score": pl.Int64,
    "health_band": pl.String,
    "usage_alert": pl.String,
    "usage_alert_at": pl.Datetime("us", "UTC"),
    "usage_calm_days": pl.Int64,
}
"""The account's columns that a snapshot keeps, beside account_id."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Snapshots that a computation at `as_of` continues from.

    Attributes:
        last: Of the last local midnight before `as_of`: account_id and the columns of `SNAPSHOT`;
            None: there is none yet. An account that was not known then has no row.
        month_ago: Likewise, of the local midnight of the day 30 days before that of `as_of`.
    """

    last: pl.LazyFrame | None = None
    month_ago: pl.LazyFrame | None = None


def snapshot(accounts: pl.LazyFrame) -> pl.LazyFrame:
    """What to keep of the accounts as computed at a local midnight."""
    return accounts.select("account_id", *(pl.col(n).cast(t) for n, t in SNAPSHOT.items()))
