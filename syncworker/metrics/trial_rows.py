"""The trials there are, and what people did in them."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.demos import address
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import past

TRIAL = ["account_id", "trial_id"]


def trial_rows(inputs: Inputs) -> pl.LazyFrame:
    """The trials as told, and trial periods of subscriptions where an account has no other.

    Returns:
        account_id, trial_id, email (lower case), requested_at, started_at (as stated, up to
        `as_of`), ends_at, form_id.
    """
    as_of = inputs.facts.as_of
    rows = inputs.facts.streams["trials"].select(
        *TRIAL,
        "requested_at",
        "ends_at",
        "form_id",
        email=address(),
        started_at=past("started_at", as_of),
    )
    begun = past("trial_start", as_of)
    periods = (
        inputs.terms.filter(begun.is_not_null())
        .select(
            "account_id",
            trial_id="sub_id",
            requested_at="trial_start",
            started_at="trial_start",
            ends_at=pl.min_horizontal("trial_end", pl.when(~pl.col("live")).then("end")),
        )
        .join(rows.select("account_id").unique(), on="account_id", how="anti")
    )
    return pl.concat([rows, periods], how="diagonal")


def trial_acts(trials: pl.LazyFrame, activity: pl.LazyFrame) -> pl.LazyFrame:
    """What people did in each trial, from the request to the end: [request, end).

    Returns:
        account_id, trial_id, first_key, last_active_at (any event), active_days (local dates).
    """
    at = pl.col("at")
    within = (at >= pl.col("requested_at")) & (
        pl.col("ends_at").is_null() | (at < pl.col("ends_at"))
    )
    return (
        activity.select("account_id", "at", "day", "key")
        .join(trials.select(*TRIAL, "requested_at", "ends_at"), on="account_id")
        .filter(within)
        .group_by(TRIAL)
        .agg(
            first_key=at.filter("key").min(),
            last_active_at=at.max(),
            active_days=pl.col("day").n_unique(),
        )
    )
