"""The trials of an account: where each stands and how long it took to pay."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.reasons import dated, sentence
from syncworker.metrics.texts import texts
from syncworker.metrics.trial_payments import trial_payments
from syncworker.metrics.trial_rows import TRIAL, trial_acts, trial_rows

DAY = timedelta(days=1)
STORY = (
    "status",
    "requested_at",
    "started_at",
    "ends_at",
    "last_active_at",
    "active_days",
)
DATES = ("requested", "started", "ends")
LATEST = pl.struct("requested_at", "trial_id")
"""The trial asked for last; of two asked for at one instant, the id decides."""


def all_trials(inputs: Inputs) -> pl.LazyFrame:
    """Every trial of every account, each judged by itself.

    requested -> committed (started) -> converted (paid at or since the request), or expired
    (ended unpaid, active in its last days), or abandoned (not started for `trial_silent_days` or
    by its end; or started and without any event for `trial_silent_days`, up to now or to its
    end). An event before the end makes an abandoned trial committed again. It started when the
    row says, else at the first key event from the request to the end. The trial period of a
    subscription is a trial where the account has no other; it ends with the subscription at the
    latest. Where nobody tells what people do, silence is not held against a trial.

    An account that asks twice has two rows, and a payment since both converts both: a cohort may
    count rows or accounts.

    Returns:
        account_id, trial_id, email (lower case; null: not told), requested_at, started_at,
        ends_at, form_id, status, first_paid_at (the first payment at or since the request; null
        also where paid_before), committed (started, or asked for with a form that counts),
        paid_before (a paying customer when it asked), last_active_at, active_days (local dates
        with any event from the request to the end; null: nobody tells) and days_to_paid (whole
        elapsed days from the start, else the request).
    """
    trials = trial_rows(inputs)
    begin = pl.coalesce("started_at", "requested_at")
    days = (pl.col("first_paid_at") - begin).dt.total_days().clip(lower_bound=0)
    acted = pl.col("active_days").cast(pl.Int64).fill_null(0)
    return (
        trials.join(trial_acts(trials, inputs.activity), on=TRIAL, how="left")
        .join(trial_payments(trials, inputs), on=TRIAL, how="left")
        .with_columns(
            pl.col("paid_before").fill_null(value=False),
            started_at=pl.coalesce("started_at", "first_key"),
            active_days=acted if inputs.usage_known else pl.lit(None, dtype=pl.Int64),
        )
        .with_columns(committed=pl.col("started_at").is_not_null() | _form_counts(inputs))
        .with_columns(status=_status(inputs), days_to_paid=days)
        .drop("first_key")
    )


def account_trials(inputs: Inputs) -> pl.LazyFrame:
    """The latest trial of each account that has one.

    Returns:
        account_id, the columns of `STORY` with `trial_` before them, paid_before, first_paid_at
        and days_trial_to_paid.
    """
    return (
        all_trials(inputs)
        .group_by("account_id")
        .agg(pl.all().sort_by(LATEST).last())
        .select(
            "account_id",
            *(pl.col(name).alias(f"trial_{name}") for name in STORY),
            "paid_before",
            "first_paid_at",
            days_trial_to_paid="days_to_paid",
        )
    )


def with_trials(users: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Users with the latest trial that they asked for themselves, for their own account.

    Persons are joined by address: user_trial_status, user_trial_requested_at,
    user_trial_started_at, user_trial_ends_at, user_trial_because.
    """
    zone, words = inputs.facts.timezone, texts(inputs.facts.language)
    named = ("status", "requested_at", "started_at", "ends_at")
    own = (
        all_trials(inputs)
        .filter(pl.col("email").is_not_null())
        .group_by("account_id", "email")
        .agg(pl.col(name).sort_by(LATEST).last().alias(f"user_trial_{name}") for name in named)
    )
    asked = pl.col("user_trial_requested_at")
    story = sentence(
        pl.when(asked.is_null()).then(pl.lit(words["trials.none"])),
        *(dated(words[f"trials.{name}"], f"user_trial_{name}_at", zone) for name in DATES),
    )
    return users.join(own, on=["account_id", "email"], how="left").with_columns(
        user_trial_because=story
    )


def _form_counts(inputs: Inputs) -> pl.Expr:
    settings = inputs.settings.trials
    if not settings.form_counts_as_committed:
        return pl.lit(value=False)
    if not settings.trial_forms:
        return pl.col("form_id").is_not_null()
    return pl.col("form_id").is_in(settings.trial_forms).fill_null(value=False)


def _status(inputs: Inputs) -> pl.Expr:
    now = instant(inputs.facts.as_of)
    silence = inputs.settings.trial_silent_days * DAY
    ended = (pl.col("ends_at") <= now).fill_null(value=False)
    begin = pl.coalesce("started_at", "requested_at")
    active_until = pl.max_horizontal(begin, "last_active_at")
    silent = active_until < pl.min_horizontal("ends_at", now) - silence
    waited = now >= pl.col("requested_at") + silence
    return (
        pl.when(pl.col("paid_before") | pl.col("first_paid_at").is_not_null())
        .then(pl.lit("converted"))
        .when(~pl.col("committed") & (waited | ended))
        .then(pl.lit("abandoned"))
        .when(~pl.col("committed"))
        .then(pl.lit("requested"))
        .when(silent & inputs.usage_known)
        .then(pl.lit("abandoned"))
        .when(ended)
        .then(pl.lit("expired"))
        .otherwise(pl.lit("committed"))
    )
