"""How far an account has come: from the sign-up over the first use to paying, growing, leaving."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.reasons import dated, sentence
from syncworker.metrics.settings_journey import Stage
from syncworker.metrics.texts import texts
from syncworker.metrics.usage import features

ACCOUNT_CURRENCY = ["account_id", "currency"]


def account_turns(inputs: Inputs) -> pl.LazyFrame:
    """When an account's MRR ended, came back and grew, and when it was first used.

    Returns:
        account_id, activated_at (first key event that is known), mrr_ended_at (when it was last
        above zero; null: it is), mrr_back_at (when the current stretch without a break began,
        after one),
        expanded_at (since when MRR is above that of its first day, in that currency; null: it is
        not now), success_at (when the settings' features and users were reached).
    """
    used = _used(inputs)
    mrr, since, until = pl.col("mrr"), pl.col("since"), pl.col("until")
    first = mrr.filter(mrr > 0).sort_by(since.filter(mrr > 0)).first()
    above, began = mrr > first, since.filter(mrr > 0).min()
    by_currency = inputs.ledger.group_by(ACCOUNT_CURRENCY).agg(
        ended=until.filter(mrr > 0).max(),
        paying=((mrr > 0) & until.is_null()).any(),
        back=until.filter((mrr <= 0) & (since > began)).max(),
        expanded=pl.when((above & until.is_null()).any()).then(until.filter(~above).max()),
    )
    turns = by_currency.group_by("account_id").agg(
        mrr_ended_at=pl.when(~pl.col("paying").any()).then(pl.col("ended").max()),
        # One currency without a break is enough: the account went on paying.
        mrr_back_at=pl.when(pl.col("back").is_not_null().all()).then(pl.col("back").min()),
        expanded_at=pl.col("expanded").min(),
    )
    return used.join(turns, on="account_id", how="full", coalesce=True)


def with_journey(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Accounts with the furthest stage they have reached now.

    Adds journey_stage, journey_stage_at (null: not told when), journey_because, paying_since (of
    the current stretch without a break; null: does not pay now) and check_in_due_on (local date).
    """
    settings, zone = inputs.settings.journey, inputs.facts.timezone
    pays = pl.col("pays_now").fill_null(value=False)
    since = pl.max_horizontal("customer_since", "mrr_back_at")
    accounts = accounts.with_columns(paying_since=pl.when(pays).then(since))
    day = pl.col("paying_since").dt.convert_time_zone(zone).dt.date()
    renewed = months_after("paying_since", settings.renewal_months, zone)
    come = renewed <= instant(inputs.facts.as_of)
    success = pl.max_horizontal("success_at", "paying_since")
    begun = pl.coalesce("paying_since", "customer_since")
    reached: dict[Stage, pl.Expr] = {
        "signed_up": pl.col("created_at"),
        "activated": pl.col("activated_at"),
        "customer": begun,
        "succeeding": pl.when(pays & pl.col("success_at").is_not_null()).then(success),
        "expanded": pl.when(pays).then("expanded_at"),
        "renewed": pl.when(come).then(renewed),
        "left": pl.when(~pays & pl.col("customer_since").is_not_null()).then("mrr_ended_at"),
    }
    # Whoever is here has signed up, told or not when.
    there = {stage: at.is_not_null() | (stage == "signed_up") for stage, at in reached.items()}
    stages = [pl.when(there[stage]).then(pl.lit(stage)) for stage in reversed(settings.stages)]
    stage = pl.coalesce(*stages, pl.lit(None, dtype=pl.String))
    at = [pl.when(pl.col("journey_stage") == name).then(reached[name]) for name in settings.stages]
    none = pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    return accounts.with_columns(journey_stage=stage).with_columns(
        journey_stage_at=pl.coalesce(*at, none),
        journey_because=_story(inputs),
        check_in_due_on=day.dt.offset_by(f"{settings.check_in_months}mo"),
    )


def months_after(column: str, months: int, timezone: str) -> pl.Expr:
    """A time so many calendar months later by the local clock, in UTC.

    The last day of a shorter month stands for a day it lacks; a local time that the clock skips
    is an hour later, of one that comes twice it is the first.
    """
    local = pl.col(column).dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    later = local.dt.offset_by(f"{months}mo")
    found = [
        time.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        for time in (later, later + pl.duration(hours=1))
    ]
    return pl.coalesce(found).dt.convert_time_zone("UTC")


def _used(inputs: Inputs) -> pl.LazyFrame:
    """account_id, activated_at, success_at."""
    acts = inputs.activity.filter(pl.col("account_id").is_not_null())
    used = acts.filter("key").group_by("account_id").agg(activated_at=pl.col("at").min())
    settings = inputs.settings.journey
    wanted = []
    if settings.success_features:
        of_features = acts.filter(pl.col("name").is_in(features(inputs.settings)))
        wanted.append(_nth(of_features, "name", settings.success_features))
    if settings.success_users:
        by_users = acts.filter(pl.col("user_id").is_not_null())
        wanted.append(_nth(by_users, "user_id", settings.success_users))
    if not wanted:
        return used.with_columns(success_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")))
    success = (
        pl.concat(wanted)
        .group_by("account_id")
        .agg(success_at=pl.when(pl.len() == len(wanted)).then(pl.col("reached").max()))
    )
    return used.join(success, on="account_id", how="full", coalesce=True)


def _nth(acts: pl.LazyFrame, what: str, number: int) -> pl.LazyFrame:
    """account_id and when the number-th different one was first seen; only where it was."""
    return (
        acts.group_by("account_id", what)
        .agg(pl.col("at").min())
        .group_by("account_id")
        .agg(reached=pl.col("at").sort().slice(number - 1, 1).first())
        .filter(pl.col("reached").is_not_null())
    )


def _story(inputs: Inputs) -> pl.Expr:
    words, zone = texts(inputs.facts.language), inputs.facts.timezone
    pays = pl.col("pays_now").fill_null(value=False)
    return sentence(
        dated(words["journey.signed_up"], "created_at", zone),
        dated(words["journey.activated"], "activated_at", zone),
        dated(words["journey.customer"], "customer_since", zone),
        pl.when(pays).then(dated(words["journey.expanded"], "expanded_at", zone)),
        pl.when(~pays & pl.col("customer_since").is_not_null()).then(
            dated(words["journey.left"], "mrr_ended_at", zone)
        ),
    ).replace("", words["journey.nothing"])
