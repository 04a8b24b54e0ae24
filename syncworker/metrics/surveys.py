"""What customers answer: NPS, CSAT and ESAT."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.activity import with_account
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, there

NPS_DAYS = 180
CSAT_DAYS = 90
KINDS = ("nps", "csat", "esat")
TOP_TWO = ("csat", "esat")
TOP = 4
"""From this of five on an answer is one of the top two."""


def answers(inputs: Inputs) -> pl.LazyFrame:
    """The valid answers before `as_of`, however old.

    Valid is an answer within the scale of the settings whose row does not name another scale. It
    is given on the standard scale: NPS 0 to 10, in whole numbers, half up; CSAT and ESAT 1 to 5.

    Returns:
        response_id, kind (nps, csat or esat), account_id, user_id, email, person (who answered:
        user, else address, else the answer itself), at, score (Float64).
    """
    support = inputs.settings.support
    nps, score = pl.col("kind") == "nps", pl.col("score")
    low = pl.when(nps).then(support.nps_from).otherwise(support.csat_from)
    high = pl.when(nps).then(support.nps_to).otherwise(support.csat_to)
    of_ten = (score - low) * 10 / (high - low)
    of_five = 1 + (score - low) * 4 / (high - low)
    fits = (score >= low) & (score <= high) & pl.col("scale").fill_null(high).eq(high)
    before = (pl.col("at") < instant(inputs.facts.as_of)) & there(inputs.facts.as_of)
    email = pl.col("email").str.strip_chars().str.to_lowercase()
    return (
        with_account(inputs.facts, "survey_responses")
        .filter(pl.col("kind").is_in(KINDS) & fits & before)
        .select(
            "response_id",
            "kind",
            "account_id",
            "user_id",
            "at",
            email=email,
            person=pl.coalesce(
                pl.format("user {}", "user_id"), pl.format("address {}", email), "response_id"
            ),
            score=pl.when(nps).then((of_ten + 0.5).floor()).otherwise(of_five),
        )
    )


def account_surveys(inputs: Inputs) -> pl.LazyFrame:
    """What an account's people answered.

    Returns:
        account_id, nps_avg (mean of each person's last answer within 180 days, one decimal),
        nps_exact (not rounded), nps_answers, csat_90d and esat_90d (percent of the answers of 90
        days that are among the top two of five, one decimal), csat_exact, csat_answers,
        esat_answers; only accounts with an answer. A mean of no answers is null.
    """
    given = answers(inputs).filter(pl.col("account_id").is_not_null())
    of_nps = pl.col("kind") == "nps"
    people = (
        given.filter(of_nps & _since(inputs, NPS_DAYS))
        .group_by("account_id", "person")
        .agg(_last("score"), kind=pl.lit("nps"))
    )
    single = given.filter(~of_nps & _since(inputs, CSAT_DAYS))
    rows = pl.concat([people, single.select("account_id", "person", "score", "kind")])

    def of(kind: str) -> pl.Expr:
        return pl.col("score").filter(pl.col("kind") == kind)

    return (
        rows.group_by("account_id")
        .agg(
            nps_exact=of("nps").mean(),
            **{f"{kind}_answers": of(kind).len().cast(pl.Int64) for kind in KINDS},
            **{f"{kind}_exact": 100 * (of(kind) >= TOP).sum() / of(kind).len() for kind in TOP_TWO},
        )
        .with_columns(pl.col("csat_exact", "esat_exact").fill_nan(None))
        .with_columns(
            nps_avg=pl.col("nps_exact").round(1),
            csat_90d=pl.col("csat_exact").round(1),
            esat_90d=pl.col("esat_exact").round(1),
        )
    )


def user_surveys(inputs: Inputs) -> pl.LazyFrame:
    """The last NPS answer of a person within 180 days: user_id, nps_last, nps_last_at.

    An answer that names no user is that of the user with its address.
    """
    recent = answers(inputs).filter((pl.col("kind") == "nps") & _since(inputs, NPS_DAYS))
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
    return everybody.group_by("user_id").agg(
        nps_last=_last("score").cast(pl.Int64), nps_last_at=pl.col("at").max()
    )


def _since(inputs: Inputs, days: int) -> pl.Expr:
    return pl.col("at") >= instant(inputs.facts.as_of) - pl.duration(days=days)


def _last(column: str) -> pl.Expr:
    """Of the last answer; of two at one time that with the later id."""
    return pl.col(column).sort_by("at", "response_id").last()
