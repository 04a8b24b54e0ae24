"""What an account's subscriptions add up to: its status, cancellation and churn."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.states import LIVE

STATUSES = (*LIVE, "canceled")
"""Best first."""
BILLING = ("has_unpaid", "has_past_due", "has_billing")


def account_subscriptions(facts: Facts, terms: pl.LazyFrame) -> pl.LazyFrame:
    """Status, cancellation and churn per account; an account without subscriptions has none.

    cancelled: every subscription has ended or is going to. cancel_pending: a live one is going to
    end. churned: none is live, and one was paid for. All are undone when the account comes back.

    Returns:
        account_id, subscription_status (null where no status is understood), subscriptions,
        subscriptions_live, cancelled, cancelled_at (the latest request; where there was none, the
        end), cancel_effective_at (the next scheduled end of a live one; where none is live, the
        end of the last), cancel_pending, churned, churned_at; and for billing health has_unpaid,
        has_past_due, has_billing (a live one that is not paused).
    """
    live = pl.col("live")
    gone = pl.col("end").filter(~live)
    asked = pl.coalesce("cancel_requested_at", pl.when(~live).then("end"))
    rank = pl.col("status").replace_strict(
        STATUSES, range(len(STATUSES)), default=len(STATUSES), return_dtype=pl.Int8
    )
    rolled = terms.group_by("account_id").agg(
        rank=rank.min(),
        subscriptions=pl.len().cast(pl.Int64),
        subscriptions_live=live.sum().cast(pl.Int64),
        cancelled=(~live | pl.col("pending")).all(),
        cancel_pending=pl.col("pending").any(),
        churned=~live.any() & pl.col("paid_for").any(),
        asked=asked.filter(~live | pl.col("pending")).max(),
        has_unpaid=(pl.col("status") == "unpaid").any(),
        has_past_due=(pl.col("status") == "past_due").any(),
        has_billing=(live & (pl.col("status") != "paused") & ~pl.col("strange")).any(),
        next_end=pl.col("end").filter(pl.col("pending")).min(),
        last_end=gone.max(),
    )
    effective = pl.when("cancel_pending").then("next_end").when("cancelled").then("last_end")
    best = pl.col("rank").replace_strict(
        range(len(STATUSES)), STATUSES, default=None, return_dtype=pl.String
    )
    names = pl.when(pl.col("rank").is_null()).then(pl.lit("none")).otherwise(best)
    return (
        facts.streams["accounts"]
        .select("account_id")
        .join(rolled, on="account_id", how="left")
        .with_columns(
            pl.col("subscriptions", "subscriptions_live").fill_null(0),
            pl.col("cancelled", "cancel_pending", "churned", *BILLING).fill_null(value=False),
        )
        .select(
            "account_id",
            "subscriptions",
            "subscriptions_live",
            "cancelled",
            "cancel_pending",
            "churned",
            *BILLING,
            subscription_status=names,
            cancelled_at=pl.when("cancelled").then("asked"),
            cancel_effective_at=effective,
            churned_at=pl.when("churned").then("last_end"),
        )
    )
