"""What a person did in the first ten minutes, and how long it took to the first key event."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, there
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.texts import texts

FIRST = timedelta(minutes=10)
EVENTS_SINCE = "events_since"
"""Name of the population value: the time of the portal's earliest event, ISO 8601."""


def user_minutes(inputs: Inputs) -> pl.LazyFrame:
    """The first minutes of each user: key events from the sign-up on, single ones only.

    Who signed up before the earliest event that is known may have done anything: both numbers are
    null then, and so they are without a time of sign-up.

    Returns:
        user_id, user_first10_actions (in [sign-up, +10 min)), user_ttfv_minutes (whole minutes to
        the first key event; null: none yet) and user_minutes_problem.
    """
    return _minutes(inputs).select(
        "user_id",
        user_first10_actions="actions",
        user_ttfv_minutes="minutes",
        user_minutes_problem="problem",
    )


def account_minutes(inputs: Inputs) -> pl.LazyFrame:
    """The first minutes of the account's first user to sign up (of two at once, by user id).

    Returns:
        account_id, first10_actions, ttfv_minutes, first10_problem, first_user_at.
    """
    order = ["signed_up_at", "user_id"]
    return (
        _minutes(inputs)
        .filter(pl.col("account_id").is_not_null() & pl.col("signed_up_at").is_not_null())
        .group_by("account_id")
        .agg(
            first10_actions=pl.col("actions").sort_by(order).first(),
            ttfv_minutes=pl.col("minutes").sort_by(order).first(),
            first10_problem=pl.col("problem").sort_by(order).first(),
            first_user_at=pl.col("signed_up_at").min(),
        )
    )


def events_since_rows(inputs: Inputs) -> pl.LazyFrame:
    """Of a shard, the time of its earliest event: ts."""
    return inputs.facts.streams["events"].select(pl.col("ts").min())


def events_since(rows: pl.DataFrame, _facts: Facts, _settings: MetricSettings) -> str | None:
    """The time of the portal's earliest event, ISO 8601; None: there is no event."""
    first = rows["ts"].min()
    return first.isoformat() if isinstance(first, datetime) else None


def _minutes(inputs: Inputs) -> pl.LazyFrame:
    settings, signed_up, at = inputs.settings, pl.col("signed_up_at"), pl.col("ts")
    users = (
        inputs.facts.streams["users"]
        .filter(there(inputs.facts.as_of))
        .select("user_id", "account_id", signed_up_at="created_at")
    )
    events = inputs.facts.streams["events"].select("user_id", "name", "ts")
    if settings.key_events:
        events = events.filter(pl.col("name").is_in(settings.key_events))
    done = (
        events.join(users.select("user_id", "signed_up_at"), on="user_id")
        .filter(at >= signed_up)
        .group_by("user_id")
        .agg(
            actions=(at < signed_up + FIRST).sum().cast(pl.Int64),
            minutes=(at - signed_up).min().dt.total_minutes(),
        )
    )
    known = pl.col("problem").is_null()
    return (
        users.join(done, on="user_id", how="left")
        .with_columns(problem=_problem(inputs))
        .with_columns(
            actions=pl.when(known).then(pl.col("actions").fill_null(0)),
            minutes=pl.when(known).then("minutes"),
        )
    )


def _problem(inputs: Inputs) -> pl.Expr:
    words = texts(inputs.facts.language)
    since = inputs.population.values.get(EVENTS_SINCE)
    signed_up = pl.col("signed_up_at")
    if since is None:
        return pl.lit(words["minutes.no_events"])
    first = datetime.fromisoformat(since)
    return (
        pl.when(signed_up.is_null())
        .then(pl.lit(words["minutes.no_sign_up"]))
        .when(signed_up < instant(first))
        .then(pl.format(words["minutes.too_early"], pl.lit(f"{first:%Y-%m-%d}")))
    )
