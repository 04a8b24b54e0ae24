"""Each subscription at `as_of`: when it ends, whether it is live, whether it counts in MRR."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant, past
from syncworker.metrics.settings import MetricSettings

LIVE = ("active", "past_due", "trialing", "unpaid", "paused")
NEVER_BEGAN = ("incomplete", "incomplete_expired")
PAYING = ("active", "past_due")
TRIES = ("trialing", "paused")
"""A paused one is a trial that ended without a card; a pause of payments is another column."""


def terms(facts: Facts, settings: MetricSettings) -> pl.LazyFrame:
    """One row per subscription that ever began.

    - One whose first payment never came (incomplete) is left out.
    - One whose scheduled end has come has ended; so has one that its source no longer has, at the
      run that missed it.
    - A canceled one without an end ended at the scheduled end that has come, else at its request,
      else at its start.
    - One that ended, or was asked to end, after `as_of` was still running then.
    - One that pays by its status, within its trial period, is still in its trial.
    - One with a status that is not in the stream's list is live until its end comes: what is not
      understood is neither money nor churn.

    Returns:
        sub_id, account_id, start, trial_start, trial_end, end (past or scheduled; null: open),
        cancel_requested_at, status (as at `as_of`; a pause that keeps it out of MRR is `paused`),
        live, pending (live, but ending), counted (its items are MRR), paid_for (as far as its
        status tells, and unless it ended within its trial), strange (an unknown status).
    """
    now = instant(facts.as_of)
    canceled = pl.col("status") == "canceled"
    ended = pl.col("stop") <= now
    counted = PAYING if settings.count_past_due else PAYING[:1]
    only_tried = (pl.col("ended") & (pl.col("end") <= pl.col("trial_end"))).fill_null(value=False)
    return (
        facts.streams["subscriptions"]
        .filter(~pl.col("status").is_in(NEVER_BEGAN))
        .with_columns(
            start=pl.coalesce("started_at", "created_at"),
            strange=~pl.col("status").is_in([*LIVE, "canceled"]),
            tries=pl.col("status").is_in(TRIES),
        )
        .with_columns(scheduled=_scheduled(facts))
        .with_columns(stop=_stop(facts))
        .with_columns(ended=ended.fill_null(value=False) | (canceled & pl.col("stop").is_null()))
        .with_columns(end=pl.when("ended").then("stop").otherwise(_ahead(facts)))
        .with_columns(status=_status(facts, settings))
        .select(
            "sub_id",
            "account_id",
            "start",
            "trial_start",
            "trial_end",
            "end",
            "status",
            cancel_requested_at=past("cancel_requested_at", facts.as_of),
            live=~pl.col("ended"),
            pending=~pl.col("ended") & (pl.col("end").is_not_null() | _ends_with_period(facts)),
            counted=pl.col("status").is_in(counted),
            paid_for=~pl.col("tries") & ~only_tried & (~pl.col("strange") | pl.col("ended")),
            strange=pl.col("strange") & ~pl.col("ended"),
        )
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
    unstated = pl.when(pl.col("status") == "canceled").then(undated).otherwise("scheduled")
    stated = pl.coalesce("ended_at", unstated)
    return pl.min_horizontal(stated, past("deleted_at", facts.as_of))


def _ahead(facts: Facts) -> pl.Expr:
    """The end of one still running: as announced, else as it came where it had been asked for."""
    asked = _asked(facts) & pl.col("cancel_requested_at").is_not_null()
    announced = pl.coalesce("scheduled", pl.when(asked).then("ended_at"))
    put_off = announced <= instant(facts.as_of)
    return pl.when(put_off).then("ended_at").otherwise(announced)


def _status(facts: Facts, settings: MetricSettings) -> pl.Expr:
    """The status at `as_of`; a canceled one that had not ended yet was active, or in its trial."""
    status = pl.col("status")
    in_trial = pl.col("trial_end") > instant(facts.as_of)
    behavior = pl.col("pause_behavior")
    paused = behavior.is_not_null()
    if settings.count_draft_pause:
        paused &= behavior != "keep_as_draft"
    running = status.is_in([*PAYING, "canceled"])
    return (
        pl.when("ended")
        .then(pl.lit("canceled"))
        .when(running & in_trial)
        .then(pl.lit("trialing"))
        .when(running & paused)
        .then(pl.lit("paused"))
        .when(status == "canceled")
        .then(pl.lit("active"))
        .otherwise(status)
    )
