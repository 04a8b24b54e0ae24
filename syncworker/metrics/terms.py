"""Each subscription at `as_of`: when it ends, whether it is live, whether it counts in MRR."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.billing import Billing
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant, past
from syncworker.metrics.shared import shared
from syncworker.metrics.states import (
    BEYOND,
    LIVE,
    NEVER_BEGAN,
    NOT_YET,
    TRIES,
    status_of,
    with_told,
)

INSTANT = pl.duration(microseconds=1)


def terms(billing: Billing) -> pl.LazyFrame:
    """One row per subscription that ever began.

    - One whose first payment never came (incomplete) is left out.
    - One whose scheduled end has come has ended; so has one that its source no longer has, at the
      run that missed it.
    - A canceled one without an end ended at the scheduled end that has come, else at its request,
      else at its start.
    - One that ended, or was asked to end, after `as_of` was still running then.
    - Its status is as its history tells (`states`); one that was tried, and never more, before it
      ended was never paid for.
    - One with a status that is not in the stream's list is live until its end comes: what is not
      understood is neither money nor churn.

    Returns:
        sub_id, account_id, start, trial_start, trial_end, end (past or scheduled; null: open),
        revenue_end (when its MRR ends: the end, or the request, by the setting), raw (the status
        as read), cancel_requested_at, status (as at `as_of`; a pause that keeps it out of MRR is
        `paused`), live, pending (live, but ending), counted (its items are MRR), paid_for (as far
        as its status tells, and unless it ended within its trial), strange (an unknown status).
    """
    facts, rules = billing.facts, billing.rules
    now = instant(facts.as_of)
    canceled = pl.col("raw") == "canceled"
    ended = pl.col("stop") <= now
    only_tried = (pl.col("ended") & (pl.col("end") <= pl.col("trial_end"))).fill_null(value=False)
    tried = pl.col("told_status").is_in(NOT_YET) & pl.col("first_beyond").is_null()
    tried_to_last = (pl.col("ended") & tried).fill_null(value=False)
    beyond = (
        billing.statuses.filter(pl.col("told").is_in(BEYOND))
        .group_by("sub_id")
        .agg(first_beyond=pl.col("at").min())
    )
    rows = (
        facts.streams["subscriptions"]
        .filter(~pl.col("status").is_in(NEVER_BEGAN))
        .with_columns(
            raw="status",
            start=pl.coalesce("started_at", "created_at"),
            strange=~pl.col("status").is_in([*LIVE, "canceled"]),
            tries=pl.col("status").is_in(TRIES),
        )
        .with_columns(scheduled=_scheduled(facts))
        .with_columns(stop=_stop(facts))
        .with_columns(ended=ended.fill_null(value=False) | (canceled & pl.col("stop").is_null()))
        .with_columns(end=pl.when("ended").then("stop").otherwise(_ahead(facts)))
        .with_columns(
            at=pl.when("ended").then(pl.col("end") - INSTANT).otherwise(now),
            pending=~pl.col("ended") & (pl.col("end").is_not_null() | _ends_with_period(facts)),
        )
    )
    rows = with_told(rows, billing.statuses, billing.pauses).join(beyond, on="sub_id", how="left")
    rows = rows.with_columns(
        status=pl.when("ended").then(pl.lit("canceled")).otherwise(status_of(now, rules)),
        asked=past("cancel_requested_at", facts.as_of),
    )
    leaving = pl.col("ended") | pl.col("pending")
    at_request = pl.when(leaving & (rules.churn_timing == "at_request")).then("asked")
    revenue_end = pl.min_horizontal("end", at_request)
    return (
        rows.with_columns(revenue_end=revenue_end)
        .select(
            "sub_id",
            "account_id",
            "start",
            "trial_start",
            "trial_end",
            "end",
            "revenue_end",
            "raw",
            "status",
            "pending",
            cancel_requested_at="asked",
            live=~pl.col("ended"),
            counted=pl.col("status").is_in(rules.statuses)
            & (pl.col("revenue_end").is_null() | (pl.col("revenue_end") > now)),
            paid_for=(~pl.col("tries") | pl.col("status").is_in(BEYOND))
            & ~only_tried
            & ~tried_to_last
            & (~pl.col("strange") | pl.col("ended")),
            strange=pl.col("strange") & ~pl.col("ended"),
        )
        .pipe(shared)
    )


def _asked(facts: Facts) -> pl.Expr:
    """False where the cancellation was only asked for after `as_of`."""
    asked = pl.col("cancel_requested_at") <= instant(facts.as_of)
    return asked.fill_null(value=True)


def _ends_with_period(facts: Facts) -> pl.Expr:
    return pl.col("cancel_at_period_end").fill_null(value=False) & _asked(facts)


def _scheduled(facts: Facts) -> pl.Expr:
    """The end that was announced by `as_of`: a date, or the end of the paid period."""
    period_end = pl.when(pl.col("cancel_at_period_end")).then(pl.col("current_period_end"))
    return pl.when(_asked(facts)).then(pl.coalesce("cancel_at", period_end))


def _stop(facts: Facts) -> pl.Expr:
    """When it ended, as far as the row tells, whether or not that had come by `as_of`."""
    undated = pl.coalesce(past("scheduled", facts.as_of), "cancel_requested_at", "start")
    unstated = pl.when(pl.col("raw") == "canceled").then(undated).otherwise("scheduled")
    stated = pl.coalesce("ended_at", unstated)
    return pl.min_horizontal(stated, past("deleted_at", facts.as_of))


def _ahead(facts: Facts) -> pl.Expr:
    """The end of one still running: as announced, else as it came where it had been asked for."""
    asked = _asked(facts) & pl.col("cancel_requested_at").is_not_null()
    announced = pl.coalesce("scheduled", pl.when(asked).then("ended_at"))
    put_off = announced <= instant(facts.as_of)
    return pl.when(put_off).then("ended_at").otherwise(announced)
