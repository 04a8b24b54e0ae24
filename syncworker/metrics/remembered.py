"""What an account's metrics were at an earlier local midnight, beside what they are now."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant, last_day
from syncworker.metrics.memory import SNAPSHOT


def remembered(
    accounts: pl.LazyFrame, snapshot: pl.LazyFrame | None, names: Iterable[str]
) -> pl.LazyFrame:
    """The accounts with `last_<name>`; null where there was no snapshot, or not of an account.

    Args:
        accounts: With account_id.
        snapshot: As `memory.snapshot` made it; None: there is none.
        names: Columns of `SNAPSHOT`.
    """
    if snapshot is None:
        return accounts.with_columns(
            pl.lit(None, dtype=SNAPSHOT[name]).alias(f"last_{name}") for name in names
        )
    kept = snapshot.select("account_id", *(pl.col(n).alias(f"last_{n}") for n in names))
    return accounts.join(kept, on="account_id", how="left")


def at_midnight(facts: Facts) -> pl.Expr:
    """Whether `as_of` is the first instant of a local day: only then is a day counted."""
    today = instant(facts.as_of).dt.convert_time_zone(facts.timezone).dt.date()
    return today > last_day(facts)
