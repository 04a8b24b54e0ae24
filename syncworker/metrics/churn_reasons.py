"""Why an account cancelled or left, and what was lost with it."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs

REASONS = (
    "price",
    "missing_features",
    "competitor",
    "unused",
    "support",
    "complexity",
    "quality",
    "payment",
    "other",
)
MEANT: dict[str, str] = {
    "too_expensive": "price",
    "missing_features": "missing_features",
    "switched_service": "competitor",
    "unused": "unused",
    "customer_service": "support",
    "too_complex": "complexity",
    "low_quality": "quality",
    "other": "other",
    "payment_failed": "payment",
    "payment_disputed": "payment",
}
"""Stripe's feedback and reasons: https://docs.stripe.com/api/subscriptions/object"""
TYPES = {
    "payment_failed": "involuntary",
    "payment_disputed": "involuntary",
    "cancellation_requested": "voluntary",
}


def account_churn_reasons(inputs: Inputs) -> pl.LazyFrame:
    """Why an account whose subscriptions are all cancelled goes or went.

    The type and the comment are those of the subscription that ended last; the reasons are of all
    that ended then or are still to end.

    Returns:
        account_id, churn_type (of one that churned), churn_reasons (null: no reason is given),
        churn_comment, and of the last, for the sentence, churn_said (its reason) and churn_chose
        (its feedback), in the billing system's words; only cancelled accounts.
    """
    meant = MEANT | inputs.settings.revenue.churn_reasons
    given = inputs.facts.streams["subscriptions"].select("sub_id", "reason", "feedback", "comment")
    terms = inputs.terms.select("sub_id", "account_id", "live", "pending", "end", "paid_for")
    going = ~pl.col("live") | pl.col("pending")
    # Most accounts are not: sorting within a group is dear, so it is done for the others only.
    cancelled = terms.group_by("account_id").agg(all=going.all()).filter(pl.col("all"))
    rows = (
        terms.join(cancelled, on="account_id", how="semi")
        .join(given, on="sub_id", how="left")
        .with_columns(
            by_reason=pl.col("reason").replace_strict(meant, default=None, return_dtype=pl.String),
            by_choice=pl.col("feedback").replace_strict(
                meant, default="other", return_dtype=pl.String
            ),
            type=pl.col("reason").replace_strict(TYPES, default="unknown", return_dtype=pl.String),
        )
    )
    live = pl.col("live")
    gone = ~live & pl.col("paid_for")
    last = (pl.col("end") == pl.col("end").max()) | pl.col("pending")
    chosen = pl.when(pl.col("feedback").is_not_null()).then("by_choice")
    order = [pl.col("end").fill_null(pl.col("end").max()), pl.col("sub_id")]
    told = rows.group_by("account_id").agg(
        churned=~live.any() & pl.col("paid_for").any(),
        type=pl.col("type").sort_by(order).filter(gone.sort_by(order)).last(),
        churn_comment=pl.col("comment").sort_by(order).drop_nulls().last(),
        churn_said=pl.col("reason").sort_by(order).last(),
        churn_chose=pl.col("feedback").sort_by(order).last(),
        churn_reasons=pl.concat_list(
            chosen.filter(last).implode(), pl.col("by_reason").filter(last).implode()
        )
        .list.drop_nulls()
        .list.unique()
        .list.sort()
        .first(),
    )
    some = pl.col("churn_reasons").list.len() > 0
    return told.select(
        "account_id",
        "churn_comment",
        "churn_said",
        "churn_chose",
        churn_type=pl.when("churned").then("type"),
        churn_reasons=pl.when(some).then("churn_reasons"),
    )


def with_loss(accounts: pl.LazyFrame) -> pl.LazyFrame:
    """Add churned_mrr and churned_mrr_currency: what a churned account paid to the last."""
    return accounts.with_columns(
        churned_mrr=pl.when("churned").then("lost_mrr"),
        churned_mrr_currency=pl.when("churned").then("lost_mrr_currency"),
    )
