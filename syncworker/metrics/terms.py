"""Each subscription at `as_of`: when it ends, whether it is live, whether it counts in MRR."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant, past
from syncworker.metrics.settings import MetricSettings

LIVE = ("active", "past_due", "trialing", "unpaid", "paused")
NEVER_BEGAN = ("incomplete", "incomplete_expired")


def terms(facts: Facts, settings: MetricSettings) -> pl.LazyFrame:
    """One row per subscription that ever began.

    - One whose first payment never came (incomplete) is left out.
    - One whose scheduled end has come has ended; so has one that its source no longer has, at the
      run that missed it.
    - A canceled one without an end ended at its request, else at its start.
    - One that ended, or was asked to end, after `as_of` was still running then.

    Returns:
        sub_id, account_id, start, trial_start, trial_end, end (past or scheduled; null: open),
        cancel_requested_at, status (as at `as_of`; a pause that keeps it out of MRR is `paused`),
        live, pending (live, but ending), counted (its items are MRR), tried_only (it ended within
        its trial, so it was never paid for), ever_paid_for (as far as its status tells).
    """
    now = instant(facts.as_of)
    canceled = pl.col("status") == "canceled"
    ended = pl.col("stop") <= now
    counted = ["active", "past_due"] if settings.count_past_due else ["active"]
    began_to_pay = ~pl.col("status").is_in(["trialing", "paused"])
    return (
        facts.streams["subscriptions"]
        .filter(~pl.col("status").is_in(NEVER_BEGAN))
        .with_columns(start=pl.coalesce("started_at", "created_at"), ever_paid_for=began_to_pay)
        .with_columns(scheduled=_scheduled(facts))
        .with_columns(stop=_stop(facts))
        .with_columns(
            ended=ended.fill_null(value=False) | (canceled & pl.col("stop").is_null()),
            end=pl.when(ended).then("stop").otherwise("scheduled"),
        )
        .with_columns(status=_status(facts, settings))
        .with_columns(live=pl.col("status").is_in(LIVE))
        .select(
            "sub_id",
            "account_id",
            "start",
            "trial_start",
            "trial_end",
            "end",
            "status",
            "live",
            "ever_paid_for",
            cancel_requested_at=past("cancel_requested_at", facts.as_of),
            pending=pl.col("live") & (pl.col("end").is_not_null() | _ends_with_period(facts)),
            counted=pl.col("status").is_in(counted),
            tried_only=(~pl.col("live") & (pl.col("end") <= pl.col("trial_end"))).fill_null(
                value=False
            ),
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
    since_ended = pl.when(pl.col("cancel_requested_at").is_not_null()).then(pl.col("ended_at"))
    return pl.when(_asked(facts)).then(pl.coalesce("cancel_at", period_end, since_ended))


def _stop(facts: Facts) -> pl.Expr:
    """When it ended, as far as the row tells, whether or not that had come by `as_of`."""
    undated = pl.when(pl.col("status") == "canceled").then(
        pl.coalesce("cancel_requested_at", "start")
    )
    stated = pl.coalesce("ended_at", undated, "scheduled")
    return pl.min_horizontal(stated, past("deleted_at", facts.as_of))


def _status(facts: Facts, settings: MetricSettings) -> pl.Expr:
    """The status at `as_of`; a canceled one that had not ended yet was active, or in its trial."""
    status = pl.col("status")
    in_trial = pl.col("trial_end") > instant(facts.as_of)
    behavior = pl.col("pause_behavior")
    paused = behavior.is_not_null()
    if settings.count_draft_pause:
        paused &= behavior != "keep_as_draft"
    return (
        pl.when("ended")
        .then(pl.lit("canceled"))
        .when((status == "canceled") & in_trial)
        .then(pl.lit("trialing"))
        .when(status == "canceled")
        .then(pl.lit("active"))
        .when(paused & status.is_in(["active", "past_due"]))
        .then(pl.lit("paused"))
        .otherwise(status)
    )
