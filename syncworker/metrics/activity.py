"""What people did: events and daily counts in one shape."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant, last_day
from syncworker.metrics.settings import MetricSettings

CURRENT = 0
PREVIOUS = 1
WINDOW = timedelta(days=28)
DAY = 86_400_000_000
"""In microseconds."""
QUANTITY = pl.Decimal(38, 6)


def activity(facts: Facts, settings: MetricSettings, provided: frozenset[str]) -> pl.LazyFrame:
    """Every event, and daily counts where there are no events.

    An account with any event is counted by its events alone, and so is a user: their daily counts
    would count the same acts twice.

    Args:
        facts: Cut at `as_of`, all streams present.
        settings: `key_events` and `usage_quantity` are used.
        provided: The streams that a source provides; one that is not is not looked through.

    Returns:
        account_id (null where the row does not count for an account), user_id (who acted for it),
        person (null where the row does not count for a user by themselves), name, at (UTC), day
        (local date), days_back (whole 24 h between it and `as_of`; of a daily count, local dates),
        window (0: the 28 days before `as_of`, 1: the 28 days before those, null: earlier), key
        (whether it counts as usage) and amount (how much it counts: Int64, or Decimal where
        quantities are summed).
    """
    events = _events(facts, settings).with_columns(person="user_id")
    days = _days(facts, settings).with_columns(person="user_id")
    both = {"events", "usage_daily"} <= provided
    acts = events if "events" in provided else days
    if both:
        acts = pl.concat([events, _untold(days, events)])
    key = pl.col("name").is_in(settings.key_events) if settings.key_events else pl.lit(value=True)
    back = pl.col("days_back")
    window = (
        pl.when(back < WINDOW.days).then(CURRENT).when(back < 2 * WINDOW.days).then(PREVIOUS)
    ).cast(pl.Int8)
    return acts.with_columns(key=key, window=window)


def _untold(days: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """Daily counts without the account, and the person, whose events tell the same acts."""
    for who, whose in (("account_id", "account_id"), ("person", "user_id")):
        told = events.select(pl.col(whose).alias(who), told=pl.lit(value=True)).unique()
        days = days.join(told, on=who, how="left").with_columns(
            pl.when(pl.col("told").is_null()).then(who).alias(who)
        )
        days = days.drop("told")
    return days


def _events(facts: Facts, settings: MetricSettings) -> pl.LazyFrame:
    """Events with the account of their user where they name none; windows are elapsed time."""
    at = pl.col("ts")
    age = (instant(facts.as_of) - at).dt.total_microseconds()
    amount = (
        pl.col("quantity").fill_null(1).cast(QUANTITY, strict=False).fill_null(0)
        if settings.usage_quantity
        else pl.lit(1, dtype=pl.Int64)
    )
    return with_account(facts, "events").select(
        "account_id",
        "user_id",
        "name",
        at=at,
        day=at.dt.convert_time_zone(facts.timezone).dt.date(),
        # An event 28 days old to the microsecond is in the window: its last day is the 28th.
        days_back=((age - 1) // DAY).cast(pl.Int32),
        amount=amount,
    )


def _days(facts: Facts, settings: MetricSettings) -> pl.LazyFrame:
    """Daily counts; a window is 28 local dates, the last one that of `as_of`."""
    age = (last_day(facts) - pl.col("day")).dt.total_days()
    quantity = pl.col("quantity").cast(QUANTITY, strict=False).fill_null(0)
    amount = quantity if settings.usage_quantity else quantity.round(0).cast(pl.Int64, strict=False)
    return (
        with_account(facts, "usage_daily")
        .filter(pl.col("quantity") > 0)
        .select(
            "account_id",
            "user_id",
            "name",
            at=first_instant(pl.col("day"), facts.timezone),
            day="day",
            days_back=age.cast(pl.Int32),
            amount=amount,
        )
    )


def with_account(facts: Facts, stream: str) -> pl.LazyFrame:
    """Rows of a stream, each with the account of its user where it names none."""
    users = facts.streams["users"].select("user_id", pl.col("account_id").alias("user_account"))
    rows = facts.streams[stream].join(users, on="user_id", how="left")
    return rows.with_columns(account_id=pl.coalesce("account_id", "user_account"))


def first_instant(day: pl.Expr, timezone: str) -> pl.Expr:
    """A local day's first instant: midnight, or an hour later where the clock skips midnight."""
    midnight = day.cast(pl.Datetime("us"))
    starts = [
        start.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        for start in (midnight, midnight + timedelta(hours=1))
    ]
    return pl.coalesce(starts).dt.convert_time_zone("UTC")
