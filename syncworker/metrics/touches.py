"""Sessions on the website, and whose they were."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, there

UNKNOWN = "unknown"
"""The channel of who came by none that is known."""


def sessions(inputs: Inputs) -> pl.LazyFrame:
    """Every session by its first row; a row without a session is one of its own.

    A visitor is known from any of their visits with an address, backwards too. A browser that two
    accounts used is nobody's.

    Returns:
        visitor_id, visit_id (of the first row), at (UTC), channel (`unknown` where the row names
        none), campaign, page, account_id (null: nobody's) and contact (whether the visitor ever
        gave an address).
    """
    facts = inputs.facts
    visits = facts.streams["web_visits"].filter(
        pl.col("ts") < instant(facts.as_of), there(facts.as_of)
    )
    if "account_id" not in visits.collect_schema().names():
        visits = visits.with_columns(account_id=pl.lit(None, dtype=pl.String))
    account = pl.col("account_id")
    whose = visits.group_by("visitor_id").agg(
        account_id=pl.when(account.min() == account.max()).then(account.min()),
        contact=(account.is_not_null() | pl.col("email").is_not_null()).any(),
    )
    first = pl.all().sort_by("at", "visit_id").first()
    return (
        visits.select(
            "visitor_id",
            "visit_id",
            "campaign",
            "page",
            at="ts",
            channel=pl.col("channel").fill_null(UNKNOWN),
            session=pl.coalesce("session_id", "visit_id"),
            named=pl.col("session_id").is_not_null(),
        )
        .group_by("visitor_id", "session", "named")
        .agg(first)
        .drop("session", "named")
        .join(whose, on="visitor_id")
    )


def touches(inputs: Inputs) -> pl.LazyFrame:
    """The sessions of accounts.

    Returns:
        account_id, at (UTC), channel, campaign, page, visit_id (which decides between two touches
        at one instant).
    """
    return (
        sessions(inputs)
        .filter(pl.col("account_id").is_not_null())
        .select("account_id", "at", "channel", "campaign", "page", "visit_id")
    )


def touches_before_paying(inputs: Inputs, customers: pl.LazyFrame) -> pl.LazyFrame:
    """The touches up to the first payment; all of an account that never paid.

    Args:
        inputs: What is computed from.
        customers: As `customers.account_customers`.
    """
    since = customers.select("account_id", "customer_since")
    before = pl.col("customer_since").is_null() | (pl.col("at") <= pl.col("customer_since"))
    return (
        touches(inputs)
        .join(since, on="account_id", how="left")
        .filter(before)
        .drop("customer_since")
    )
