"""What people did that may be a milestone, each act with whose it is."""

from __future__ import annotations

from typing import Literal

import polars as pl

from syncworker.metrics.activity import QUANTITY, with_account
from syncworker.metrics.facts import Facts
from syncworker.metrics.grid import midnight

Owner = Literal["account_id", "user_id"]


def acts(facts: Facts, owner: Owner, names: list[str]) -> pl.LazyFrame:
    """Events of these names, and daily counts where an owner has no event of that name.

    Args:
        facts: Cut at `as_of`, all streams present.
        owner: Whose acts: an account's (those of all its users) or a user's.
        names: The events that milestones name.

    Returns:
        who, name, at (UTC; of a daily count its local midnight), day (local date), amount, times
        (how often it was done: 1 of an event, the quantity of a daily count), id (of an event).
    """
    wanted = pl.col("name").is_in(names)
    events = (
        with_account(facts, "events")
        .filter(wanted)
        .select(
            "name",
            who=owner,
            at="ts",
            day=pl.col("ts").dt.convert_time_zone(facts.timezone).dt.date(),
            amount=_exact(pl.col("quantity").fill_null(1)),
            times=pl.lit(1).cast(QUANTITY),
            id="event_id",
        )
    )
    days = (
        with_account(facts, "usage_daily")
        .filter(wanted)
        .select(
            "name",
            who=owner,
            at=midnight(pl.col("day"), facts.timezone),
            day="day",
            amount=_exact(pl.col("quantity")),
            times=_exact(pl.col("quantity").round(0)),
            id=pl.lit(None, dtype=pl.String),
        )
    )
    told = events.select("who", "name").unique()
    days = days.join(told, on=["who", "name"], how="anti")
    return pl.concat([events, days]).filter(pl.col("who").is_not_null())


def _exact(quantity: pl.Expr) -> pl.Expr:
    # Exact, so that a running sum comes back to zero.
    return quantity.cast(QUANTITY, strict=False).fill_null(0)
