"""What each subscription was worth between its changes: the ground of MRR and its ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from syncworker.metrics.billing import Billing
from syncworker.metrics.item_mrr import mrr_at
from syncworker.metrics.known import instant
from syncworker.metrics.shared import shared
from syncworker.metrics.states import status_of, with_told

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a subscription holds whose start is not known."""


def revenue_steps(billing: Billing, terms: pl.LazyFrame) -> pl.LazyFrame:
    """Exact MRR of each subscription between its changes, up to `as_of`.

    A change is a start or an end, another status, item or discount. Only what counts is here, and
    beside it what is late or not understood.

    Returns:
        sub_id, account_id, currency, since, until (null: it still holds at `as_of`), start,
        status, counted (it is MRR), late (past due), strange (an unknown status), mrr (exact, not
        rounded), items, unpriced and problem as `mrr_at`; only where there are items.
    """
    rules, now = billing.rules, instant(billing.facts.as_of)
    # A status that is not understood may be money within its trial too.
    free_until = pl.when(~pl.col("strange")).then("trial_end")
    begins = pl.coalesce(pl.max_horizontal("start", free_until), instant(EPOCH))
    runs = (
        terms.filter(pl.col("paid_for") | pl.col("strange"))
        .filter(pl.col("live") | pl.col("end").is_not_null())
        .select(
            "sub_id",
            "account_id",
            "start",
            "raw",
            "trial_end",
            "strange",
            begins=begins,
            ends=pl.when(pl.col("revenue_end") <= now).then("revenue_end"),
        )
        .filter(pl.col("begins") <= now)
        .filter(pl.col("ends").is_null() | (pl.col("begins") < pl.col("ends")))
        .pipe(shared)
    )
    inside = (pl.col("at") > pl.col("begins")) & (pl.col("at") <= now)
    inside &= pl.col("ends").is_null() | (pl.col("at") < pl.col("ends"))
    changes = _changes(billing).join(runs, on="sub_id").filter(inside)
    points = pl.concat([runs.with_columns(at="begins"), changes], how="diagonal")
    spans = (
        points.unique(["sub_id", "at"])
        .sort("sub_id", "at")
        .with_columns(until=pl.coalesce(pl.col("at").shift(-1).over("sub_id"), "ends"))
    )
    spans = (
        with_told(spans, billing.statuses, billing.pauses)
        .with_columns(status=status_of(pl.col("at"), rules))
        .with_columns(
            counted=pl.col("status").is_in(rules.statuses) & ~pl.col("strange"),
            late=pl.col("status") == "past_due",
        )
        .filter(pl.col("counted") | pl.col("late") | pl.col("strange"))
    )
    unknown = pl.format("subscription {} has an unknown status: {}", "sub_id", "raw")
    kept = ("account_id", "until", "start", "status", "counted", "late", "strange", "raw")
    return (
        mrr_at(spans, billing, kept)
        .with_columns(problem=pl.when("strange").then(unknown).otherwise("problem"))
        .drop("raw")
        .rename({"at": "since"})
        .pipe(shared)
    )


def _changes(billing: Billing) -> pl.LazyFrame:
    """When something about a subscription changed: sub_id, at; null where it was never said."""
    items, discounts = billing.versions, billing.discounts
    return pl.concat(
        [
            items.select("sub_id", at="valid_from"),
            items.select("sub_id", at="valid_to"),
            discounts.select("sub_id", at="start"),
            discounts.select("sub_id", at=pl.min_horizontal("end", "deleted_at")),
            billing.statuses.select("sub_id", "at"),
            billing.pauses.select("sub_id", "at"),
        ]
    )
