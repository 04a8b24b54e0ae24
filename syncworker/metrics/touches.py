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
    return _by_session(_visits(inputs))


def touches(inputs: Inputs) -> pl.LazyFrame:
    """The sessions of accounts.

    Returns:
        account_id, at (UTC), channel, campaign, page, visit_id (which decides between two touches
        at one instant).
    """
    visits = _visits(inputs)
    known = visits.filter(pl.col("account_id").is_not_null()).select("visitor_id").unique()
    return (
        _by_session(visits.join(known, on="visitor_id", how="semi"))
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


def _visits(inputs: Inputs) -> pl.LazyFrame:
    """The visits before `as_of`, each with the account of its own address."""
    facts = inputs.facts
    visits = facts.streams["web_visits"].filter(
        pl.col("ts") < instant(facts.as_of), there(facts.as_of)
    )
    if "account_id" in visits.collect_schema():
        return visits
    return visits.with_columns(account_id=pl.lit(None, dtype=pl.String))


def _by_session(visits: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions by their first rows, each with the account of its visitor."""
    account = pl.col("account_id")
    own = ["visit_id", "at", "channel", "campaign", "page"]
    rows = (
        visits.select(
            "visitor_id",
            "visit_id",
            "campaign",
            "page",
            "account_id",
            at="ts",
            channel=pl.col("channel").fill_null(UNKNOWN),
            session=pl.coalesce("session_id", "visit_id"),
            named=pl.col("session_id").is_not_null(),
            contact=account.is_not_null() | pl.col("email").is_not_null(),
        )
        .group_by("visitor_id", "session", "named")
        .agg(
            pl.col(own).sort_by("at", "visit_id").first(),
            low=account.min(),
            high=account.max(),
            contact=pl.col("contact").any(),
        )
    )
    low, high = pl.col("low").min(), pl.col("high").max()
    return (
        rows.group_by("visitor_id")
        .agg(
            *own,
            account_id=pl.when(low == high).then(low),
            contact=pl.col("contact").any(),
        )
        .explode(own)
    )
