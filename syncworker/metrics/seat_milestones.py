"""Whether an account is one person, a team or a group."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.texts import texts


def with_seat_milestone(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Accounts with seat_milestone (none, team, group), by active users or by seats.

    Adds seat_milestone, seat_milestone_count (what it was told by) and seat_milestone_problem:
    nobody tells what people do, or not by whom.
    """
    settings, words = inputs.settings.journey, texts(inputs.facts.language)
    count = pl.col("seat_milestone_count")
    if settings.milestone_by == "seats":
        number = pl.col("seats").fill_null(0) if inputs.billing_known else None
        problem = words["seats.no_billing"]
    else:
        number = pl.col("active_users_28d") if inputs.usage_known else None
        problem = words["seats.no_users"]
    unknown = pl.lit(None, dtype=pl.Int64)
    return accounts.with_columns(
        seat_milestone_count=unknown if number is None else number.cast(pl.Int64)
    ).with_columns(
        seat_milestone=pl.when(count >= settings.group_size)
        .then(pl.lit("group"))
        .when(count >= settings.team_size)
        .then(pl.lit("team"))
        .when(count.is_not_null())
        .then(pl.lit("none")),
        seat_milestone_problem=pl.when(count.is_null()).then(pl.lit(problem)),
    )
