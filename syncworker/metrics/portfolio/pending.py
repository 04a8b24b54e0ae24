"""Stand-ins for what other parts tell about trials, demos and qualified leads."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.customers import account_customers
from syncworker.metrics.demos import address
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import UTC_TIME, past

DEMO_WINDOW_DAYS = 180


def all_trials(inputs: Inputs) -> pl.LazyFrame:
    """Every trial: account_id, trial_id, email, requested_at, started_at, ends_at, form_id, ..."""
    paid = account_customers(inputs).select("account_id", first_paid_at="customer_since")
    since = pl.col("first_paid_at") >= pl.col("requested_at")
    return (
        inputs.facts.streams["trials"]
        .join(paid, on="account_id", how="left")
        .select(
            "account_id",
            "trial_id",
            "email",
            "requested_at",
            "ends_at",
            "form_id",
            started_at=past("started_at", inputs.facts.as_of),
            status=pl.lit(""),
            first_paid_at=pl.when(since).then("first_paid_at"),
        )
        .with_columns(committed=pl.col("started_at").is_not_null())
    )


def all_demos(inputs: Inputs) -> pl.LazyFrame:
    """Every demo: email, account_id, type, gated, submitted_at, submission_id, first_paid_at."""
    paid = account_customers(inputs).select("account_id", first_paid_at="customer_since")
    rows = inputs.facts.streams["demo_requests"]
    if "account_id" not in rows.collect_schema():
        rows = rows.with_columns(account_id=pl.lit(None, dtype=pl.String))
    return rows.join(paid, on="account_id", how="left").select(
        "account_id",
        "submitted_at",
        "submission_id",
        "first_paid_at",
        pl.col("type").fill_null("unknown"),
        email=address(),
        gated=pl.lit(value=True),
    )


def pql_accounts(_inputs: Inputs) -> pl.LazyFrame:
    """The accounts that qualified before they paid: account_id, first_pql_at."""
    return pl.LazyFrame(schema={"account_id": pl.String, "first_pql_at": UTC_TIME})
