"""What was known at `as_of`: every stream, without what had not happened yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.model.streams import STREAMS

UTC_TIME = pl.Datetime("us", "UTC")


@lru_cache(maxsize=1024)
def instant(at: datetime) -> pl.Expr:
    """A moment as a column's type: UTC with microseconds."""
    # Making one takes Polars long, and a computing asks for few moments some hundred times.
    return pl.lit(at, dtype=UTC_TIME)


def reached(column: str, as_of: datetime) -> pl.Expr:
    """Whether a time has come; an empty time counts as come (it was never said)."""
    return pl.col(column).is_null() | (pl.col(column) <= instant(as_of))


def past(column: str, as_of: datetime) -> pl.Expr:
    """The time itself where it has come, else null."""
    return pl.when(pl.col(column) <= instant(as_of)).then(pl.col(column))


def there(as_of: datetime) -> pl.Expr:
    """Whether the source still had the row at `as_of`."""
    return pl.col("deleted_at").is_null() | (pl.col("deleted_at") > instant(as_of))


def last_day(facts: Facts) -> pl.Expr:
    """The local date of the last instant before `as_of`."""
    before = instant(facts.as_of - timedelta(microseconds=1))
    return before.dt.convert_time_zone(facts.timezone).dt.date()


def known(facts: Facts) -> Facts:
    """Cut every stream at `as_of`; a stream that nobody provides becomes an empty one.

    An event counts when `ts < as_of` and `received_at <= known_at`; a day of usage_daily up to the
    local date of the last instant before `as_of`; any other row once the time it came into being
    has come. Deleted accounts, users, subscriptions, items and discounts stay in here, because
    what they did before still counts; deleted trials, demo requests and tickets fall away. An
    event that its source has since forgotten did happen, and stays.
    """
    as_of = facts.as_of
    received = pl.col("received_at").is_null() | (
        pl.col("received_at") <= instant(facts.known_at or as_of)
    )
    rules = {
        "accounts": reached("created_at", as_of),
        "users": reached("created_at", as_of),
        "subscriptions": reached("created_at", as_of) & reached("started_at", as_of),
        "events": (pl.col("ts") < instant(as_of)) & received,
        "usage_daily": pl.col("day") <= last_day(facts),
        "trials": reached("requested_at", as_of) & there(as_of),
        "demo_requests": reached("submitted_at", as_of) & there(as_of),
        "tickets": reached("opened_at", as_of) & there(as_of),
    }
    streams = {name: facts.stream(name) for name in STREAMS}
    for name, rule in rules.items():
        streams[name] = streams[name].filter(rule)
    return replace(facts, streams=streams)
