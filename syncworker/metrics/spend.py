"""What was spent on winning customers."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import last_day, there
from syncworker.metrics.touches import UNKNOWN
from syncworker.model.streams import STREAMS


def spend(facts: Facts) -> pl.LazyFrame:
    """The spend up to the local date of the last instant before `as_of`.

    Returns:
        day (local), month (its first day), channel and campaign (`unknown`: of no one), category
        (`ads` where the row names none), amount (minor units), currency.
    """
    rows = facts.streams.get("campaign_spend")
    if rows is None:
        rows = pl.LazyFrame(schema=STREAMS["campaign_spend"].schema())
    return rows.filter(pl.col("day") <= last_day(facts), there(facts.as_of)).select(
        "day",
        pl.col("channel", "campaign").fill_null(UNKNOWN),
        pl.col("category").fill_null("ads"),
        "amount",
        "currency",
        month=pl.col("day").dt.truncate("1mo"),
    )
