"""The metrics of each subscription: what its deal in HubSpot shows."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.billing import Billing
from syncworker.metrics.catalog_subscriptions import SUBSCRIPTION
from syncworker.metrics.known import there
from syncworker.metrics.reasons import count, dated, sentence
from syncworker.metrics.recurring import recurring_revenue
from syncworker.metrics.replaced import replaced
from syncworker.metrics.shared import shared
from syncworker.metrics.subscriptions import STATUSES
from syncworker.model.streams_billing import SUBSCRIPTIONS

COMPONENTS = (
    "subscription_items",
    "subscription_replaced_by",
    "subscription_replaces",
    "subscription_mrr_problem",
    "subscription_amount_problem",
    "subscription_type_problem",
    "subscription_reason_problem",
    "subscription_state_because",
    "subscription_mrr_because",
    "subscription_amount_because",
    "subscription_type_because",
    "subscription_inactive_because",
)
"""What explains the metrics: subscription_replaces has ids, comma-separated."""


def subscription_rows(billing: Billing, terms: pl.LazyFrame, steps: pl.LazyFrame) -> pl.LazyFrame:
    """One row per subscription that ever began and that its source still has.

    Returns:
        The columns of the stream `subscriptions`, the subscription metrics of the catalog, and
        `COMPONENTS`.
    """
    changes = replaced(billing, terms).pipe(shared)
    given_up = changes.select(
        sub_id="old",
        subscription_replaced_by="new",
        became="change",
        subscription_reason_problem="problem",
    )
    taken_on = changes.group_by(sub_id="new").agg(
        subscription_replaces=pl.col("old").sort().str.join(", "),
        took_on=pl.col("change").first(),
        subscription_type_problem=pl.col("problem").first(),
    )
    lost = ~pl.col("live") & pl.col("paid_for")
    day = pl.col("end").dt.convert_time_zone(billing.facts.timezone).dt.date()
    rows = (
        terms.drop("account_id", "trial_start", "trial_end", "cancel_requested_at")
        .join(recurring_revenue(billing, terms, steps), on="sub_id", how="left")
        .join(given_up, on="sub_id", how="left")
        .join(taken_on, on="sub_id", how="left")
        .with_columns(
            subscription_state=pl.when(pl.col("status").is_in(STATUSES)).then("status"),
            subscription_started_at="start",
            subscription_ends_at="end",
            subscription_inactive_on=pl.when(lost).then(day),
            subscription_inactive_reason=pl.when(lost).then(
                _unless(pl.col("subscription_replaced_by"), "churned", "became")
            ),
            subscription_deal_type=_unless(
                pl.col("subscription_replaces"), "new_business", "took_on"
            ),
        )
    )
    stream = billing.facts.streams["subscriptions"].filter(there(billing.facts.as_of))
    own = stream.select(column.name for column in SUBSCRIPTIONS.columns)
    metrics = [metric.name for metric in SUBSCRIPTION]
    explained = _explained(rows, billing.facts.timezone)
    return own.join(explained.select("sub_id", *metrics, *COMPONENTS), on="sub_id")


def _unless(replacement: pl.Expr, otherwise: str, change: str) -> pl.Expr:
    """What the change was where there was a replacement, else something fixed."""
    return pl.when(replacement.is_null()).then(pl.lit(otherwise)).otherwise(change)


def _explained(rows: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    live, priced = pl.col("live"), count("subscription_items", "priced item")
    no_mrr = pl.format("{}: no MRR", "status")
    started = dated("started", "start", timezone)
    by = pl.format("replaced by {}", "subscription_replaced_by")
    ended = dated("ended", "end", timezone)
    mrr = pl.coalesce("subscription_mrr_problem", pl.when("counted").then(priced).otherwise(no_mrr))
    at_the_end = pl.when("paid_for").then(sentence(priced, ended)).otherwise(no_mrr)
    return rows.with_columns(
        subscription_state_because=sentence(
            pl.col("status"),
            started,
            pl.when(live).then(dated("to end", "end", timezone)).otherwise(ended),
        ),
        subscription_mrr_because=mrr,
        subscription_amount_because=pl.when(live)
        .then(mrr)
        .otherwise(pl.coalesce("subscription_amount_problem", at_the_end)),
        subscription_type_because=sentence(
            started,
            pl.coalesce(
                pl.format("replaced {}", "subscription_replaces"),
                pl.lit("replaced no other"),
            ),
        ),
        subscription_inactive_because=pl.when(live)
        .then(pl.lit("not ended"))
        .otherwise(sentence(ended, pl.coalesce(by, pl.lit("not replaced")))),
    )
