"""What customers answer: NPS, CSAT and ESAT."""

from __future__ import annotations

from typing import Literal

import polars as pl

from syncworker.metrics.activity import with_account
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, there

NPS_DAYS = 180
CSAT_DAYS = 90
TOP = 4
"""From this of five on an answer is one of the top two."""


def answers(inputs: Inputs, kind: Literal["nps", "csat", "esat"]) -> pl.LazyFrame:
    """The valid answers of a kind before `as_of`, however old.

    Valid is an answer within the scale of the settings whose row does not name another scale. It
    is given on the standard scale: NPS 0 to 10, in whole numbers, half up; CSAT and ESAT 1 to 5.

    Returns:
        response_id, account_id, user_id, email, person (who answered: user, else address, else
        the answer itself), at, score (Float64).
    """
    support = inputs.settings.support
    low, high = (
        (support.nps_from, support.nps_to)
        if kind == "nps"
        else (support.csat_from, support.csat_to)
    )
    least, best = (0, 10) if kind == "nps" else (1, 5)
    score = pl.col("score")
    scaled = least + (score - low) * (best - least) / (high - low)
    fits = score.is_between(low, high) & (pl.col("scale").is_null() | (pl.col("scale") == high))
    now = instant(inputs.facts.as_of)
    email = pl.col("email").str.strip_chars().str.to_lowercase()
    return (
        with_account(inputs.facts, "survey_responses")
        .filter((pl.col("kind") == kind) & (pl.col("at") < now) & fits & there(inputs.facts.as_of))
        .select(
            "response_id",
            "account_id",
            "user_id",
            "at",
            email=email,
            person=pl.coalesce(
                pl.format("user {}", "user_id"), pl.format("address {}", email), "response_id"
            ),
            score=(scaled + 0.5).floor() if kind == "nps" else scaled,
        )
    )


def account_surveys(inputs: Inputs) -> pl.LazyFrame:
    """What an account's people answered.

    Returns:
        account_id, nps_avg (mean of each person's last answer within 180 days, one decimal),
        nps_exact (not rounded), nps_answers, csat_90d and esat_90d (percent of the answers of 90
        days that are among the top two of five, one decimal), csat_exact, csat_answers,
        esat_answers; only accounts with an answer.
    """
    last = _latest(_since(inputs, answers(inputs, "nps"), NPS_DAYS), "account_id", "person")
    frame = last.group_by("account_id").agg(
        nps_exact=pl.col("score").mean(), nps_answers=pl.len().cast(pl.Int64)
    )
    for kind in ("csat", "esat"):
        satisfied = (
            _since(inputs, answers(inputs, kind), CSAT_DAYS)
            .group_by("account_id")
            .agg(
                (100 * (pl.col("score") >= TOP).mean()).alias(f"{kind}_exact"),
                pl.len().cast(pl.Int64).alias(f"{kind}_answers"),
            )
        )
        frame = frame.join(satisfied, on="account_id", how="full", coalesce=True)
    return frame.filter(pl.col("account_id").is_not_null()).with_columns(
        nps_avg=pl.col("nps_exact").round(1),
        csat_90d=pl.col("csat_exact").round(1),
        esat_90d=pl.col("esat_exact").round(1),
    )


def user_surveys(inputs: Inputs) -> pl.LazyFrame:
    """The last NPS answer of a person within 180 days: user_id, nps_last, nps_last_at.

    An answer that names no user is that of the user with its address.
    """
    recent = _since(inputs, answers(inputs, "nps"), NPS_DAYS)
    email = pl.col("email").str.strip_chars().str.to_lowercase()
    users = inputs.facts.streams["users"].select("user_id", email=email)
    by_address = recent.filter(pl.col("user_id").is_null() & pl.col("email").is_not_null())
    named = recent.filter(pl.col("user_id").is_not_null())
    columns = ["user_id", "response_id", "at", "score"]
    everybody = pl.concat(
        [
            named.select(columns),
            by_address.drop("user_id").join(users, on="email").select(columns),
        ]
    )
    return _latest(everybody, "user_id").select(
        "user_id", nps_last=pl.col("score").cast(pl.Int64), nps_last_at="at"
    )


def _since(inputs: Inputs, rows: pl.LazyFrame, days: int) -> pl.LazyFrame:
    return rows.filter(pl.col("at") >= instant(inputs.facts.as_of) - pl.duration(days=days))


def _latest(rows: pl.LazyFrame, *key: str) -> pl.LazyFrame:
    """The last answer of each; of two at one time that with the later id."""
    order = ["at", "response_id"]
    return rows.group_by(key).agg(pl.col("at", "score").sort_by(order).last())
