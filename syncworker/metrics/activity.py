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
QUANTITY = pl.Decimal(38, 6)


def activity(facts: Facts, settings: MetricSettings) -> pl.LazyFrame:
    """Every event, and daily counts where there are no events.

    An account with any event is counted by its events alone, and so is a user: their daily counts
    would count the same acts twice.

    Args:
        facts: Cut at `as_of`, all streams present.
        settings: `key_events` and `usage_quantity` are used.

    Returns:
        account_id (null where the row does not count for an account), user_id (who acted for it),
        person (null where the row does not count for a user by themselves), name, at (UTC), day
        (local date), window (0: the 28 days before `as_of`, 1: the 28 days before those, null:
        earlier), key (whether it counts as usage) and amount (how much it counts: Int64, or
        Decimal where quantities are summed).
    """
    events = _events(facts, settings).with_columns(person="user_id")
    days = _days(facts, settings).with_columns(person="user_id")
    for who, whose in (("account_id", "account_id"), ("person", "user_id")):
        told = events.select(pl.col(whose).alias(who), told=pl.lit(value=True)).unique()
        days = days.join(told, on=who, how="left").with_columns(
            pl.when(pl.col("told").is_null()).then(who).alias(who)
        )
        days = days.drop("told")
    key = pl.col("name").is_in(settings.key_events) if settings.key_events else pl.lit(value=True)
    return pl.concat([events, days]).with_columns(key=key)


def _events(facts: Facts, settings: MetricSettings) -> pl.LazyFrame:
    """Events with the account of their user where they name none; windows are elapsed time."""
    now = instant(facts.as_of)
    at = pl.col("ts")
    window = pl.when(at >= now - WINDOW).then(CURRENT).when(at >= now - 2 * WINDOW).then(PREVIOUS)
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
        window=window.cast(pl.Int8),
        amount=amount,
    )


def _days(facts: Facts, settings: MetricSettings) -> pl.LazyFrame:
    """Daily counts; a window is 28 local dates, the last one that of `as_of`."""
    age = last_day(facts) - pl.col("day")
    window = pl.when(age < WINDOW).then(CURRENT).when(age < 2 * WINDOW).then(PREVIOUS)
    quantity = pl.col("quantity").cast(QUANTITY, strict=False).fill_null(0)
    amount = quantity if settings.usage_quantity else quantity.round(0).cast(pl.Int64, strict=False)
    return (
        with_account(facts, "usage_daily")
        .filter(pl.col("quantity") > 0)
        .select(
            "account_id",
            "user_id",
            "name",
            at=_first_instant(pl.col("day"), facts.timezone),
            day="day",
            window=window.cast(pl.Int8),
            amount=amount,
        )
    )


def with_account(facts: Facts, stream: str) -> pl.LazyFrame:
    """Rows of a stream, each with the account of its user where it names none."""
    users = facts.streams["users"].select("user_id", pl.col("account_id").alias("user_account"))
    rows = facts.streams[stream].join(users, on="user_id", how="left")
    return rows.with_columns(account_id=pl.coalesce("account_id", "user_account"))


def _first_instant(day: pl.Expr, timezone: str) -> pl.Expr:
    """A local day's first instant: midnight, or an hour later where the clock skips midnight."""
    midnight = day.cast(pl.Datetime("us"))
    starts = [
        start.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        for start in (midnight, midnight + timedelta(hours=1))
    ]
    return pl.coalesce(starts).dt.convert_time_zone("UTC")
