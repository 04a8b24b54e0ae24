"""The alert about falling usage: an episode that begins, may get worse, and ends."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.activity import first_instant
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import last_day
from syncworker.metrics.remembered import at_midnight, remembered

LEVELS = ("none", "warn", "critical")


def with_usage_alert(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Continue the alert of the last local midnight.

    A fall past a limit begins an episode, or raises the level of the one there is; a level never
    falls within an episode, so each is told once. Below the floor of its size class an account is
    warned of too. There is no fall to speak of with too few events in the earlier window, or for
    an account younger than both windows. The episode ends at the third local midnight in a row
    (`usage.calm_days`) at which the change is above -15 % (`usage.calm_percent`) and the floor is
    kept; a rise from nothing is above it, silence that lasts is not.

    Args:
        accounts: With the columns of `usage.account_usage`, and size.
        inputs: `memory.last` is what is continued.

    Returns:
        The accounts with usage_floor (null: none for its size), usage_below_floor, usage_alert,
        usage_alert_at (the first instant of the local day on which the level was reached) and
        usage_calm_days.
    """
    settings = inputs.settings
    floors = settings.usage.floors
    floor = pl.col("size").replace_strict(
        list(floors), list(floors.values()), default=None, return_dtype=pl.Int64
    )
    names = ("usage_alert", "usage_alert_at", "usage_calm_days")
    accounts = (
        remembered(accounts, inputs.memory.last, names)
        .with_columns(usage_floor=floor)
        .with_columns(usage_below_floor=pl.col("usage_28d") < pl.col("usage_floor"))
    )
    before = _rank("last_usage_alert").fill_null(0)
    after = pl.max_horizontal(before, _reached(inputs))
    lasted = pl.col("last_usage_calm_days").fill_null(0) + at_midnight(inputs.facts).cast(pl.Int64)
    calm = pl.when((before > 0) & _calm(inputs)).then(lasted).otherwise(0)
    rank = pl.when(calm >= settings.usage.calm_days).then(0).otherwise(after)
    today = first_instant(last_day(inputs.facts), inputs.facts.timezone)
    on = rank > 0
    since = pl.when(rank > before).then(today).otherwise("last_usage_alert_at")
    return accounts.with_columns(
        usage_alert=rank.replace_strict(range(len(LEVELS)), LEVELS, return_dtype=pl.String),
        usage_alert_at=pl.when(on).then(since),
        usage_calm_days=pl.when(on).then(calm).otherwise(0),
    ).drop(f"last_{name}" for name in names)


def _rank(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(LEVELS, range(len(LEVELS)), return_dtype=pl.Int64)


def _reached(inputs: Inputs) -> pl.Expr:
    """The level that usage is at now, by itself."""
    settings = inputs.settings
    change = pl.col("usage_change_exact")
    enough = pl.col("usage_comparable") & (pl.col("usage_prev_28d") >= settings.usage_min_base)
    falls = change <= settings.usage_warn_percent
    return (
        pl.when(enough & (change <= settings.usage_critical_percent))
        .then(2)
        .when(enough & (falls | pl.col("usage_below_floor").fill_null(value=False)))
        .then(1)
        .otherwise(0)
        .cast(pl.Int64)
    )


def _calm(inputs: Inputs) -> pl.Expr:
    from_nothing = (pl.col("usage_prev_28d") == 0) & (pl.col("usage_28d") > 0)
    risen = (pl.col("usage_change_exact") > inputs.settings.usage.calm_percent) | from_nothing
    kept = ~pl.col("usage_below_floor").fill_null(value=False)
    return risen.fill_null(value=False) & kept
