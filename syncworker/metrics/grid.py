"""The daily grid of local midnights on which states with a memory are seen."""

from __future__ import annotations

from datetime import timedelta

import polars as pl


def next_midnight(at: pl.Expr, timezone: str) -> pl.Expr:
    """The first local midnight after an instant."""
    return midnight(at.dt.convert_time_zone(timezone).dt.date() + timedelta(days=1), timezone)


def midnight(day: pl.Expr, timezone: str) -> pl.Expr:
    """Where a local day begins, in UTC; an hour later where the clock skips midnight."""
    midnight = day.cast(pl.Datetime("us"))
    starts = [
        start.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        for start in (midnight, midnight + timedelta(hours=1))
    ]
    return pl.coalesce(starts).dt.convert_time_zone("UTC")


def spells(intervals: pl.LazyFrame, as_of: pl.Expr, timezone: str) -> pl.LazyFrame:
    """Intervals as whoever looks at every local midnight and at `as_of` sees them.

    An interval between two looks was never seen, and so was a gap. A spell is the longest row of
    looks that all saw it; it begins where the interval began that its first look saw.

    Args:
        intervals: who, begin, end: it holds at T with begin < T <= end; those of one `who` do not
            overlap, and none ends after `as_of`.
        as_of: The moment of the last look.
        timezone: An IANA name.

    Returns:
        who, begin, end.
    """
    seen = (next_midnight(pl.col("begin"), timezone) <= pl.col("end")) | (pl.col("end") >= as_of)
    same = (pl.col("who") == pl.col("who").shift(1)).fill_null(value=False)
    gap_seen = next_midnight(pl.col("end").shift(1), timezone) <= pl.col("begin")
    return (
        intervals.filter(seen)
        .sort("who", "begin")
        .with_columns(spell=(~same | gap_seen).cum_sum())
        .group_by("who", "spell")
        .agg(pl.col("begin").min(), pl.col("end").max())
        .drop("spell")
    )
