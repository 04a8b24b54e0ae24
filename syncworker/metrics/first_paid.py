"""The instant an account first paid."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.item_mrr import mrr_at
from syncworker.metrics.known import instant
from syncworker.metrics.settings import MetricSettings


def first_paid(
    facts: Facts, settings: MetricSettings, terms: pl.LazyFrame, since: pl.LazyFrame
) -> pl.LazyFrame:
    """The first instant with MRR > 0 at or after a moment, per account.

    MRR can begin when a subscription starts, its trial ends, an item becomes valid or a discount
    ends; it is computed at each of these. A price that is not known counts as one above zero.

    Args:
        facts: All streams present.
        settings: For the MRR.
        terms: The subscriptions.
        since: account_id and since.

    Returns:
        account_id, paid_before (whether it was paying when that moment came), first_paid_at (null
        where it was); only accounts that paid.
    """
    has_an_end_if_over = pl.col("live") | pl.col("end").is_not_null()
    subs = (
        terms.filter(pl.col("paid_for") & has_an_end_if_over)
        .join(since, on="account_id")
        .select(
            "sub_id",
            "account_id",
            "end",
            "since",
            own=pl.max_horizontal("start", "trial_end"),
            begin=pl.max_horizontal("start", "trial_end", "since"),
        )
    )
    earlier = pl.col("own").is_null() | (pl.col("own") < pl.col("since"))
    changes = pl.concat(
        [
            facts.streams["subscription_items"].select("sub_id", at="valid_from"),
            facts.streams["discounts"].select("sub_id", at=pl.min_horizontal("end", "deleted_at")),
        ]
    ).filter(pl.col("at").is_not_null())
    candidates = pl.concat(
        [
            subs.with_columns(at="begin"),
            subs.filter(earlier).with_columns(at=pl.col("since") - pl.duration(microseconds=1)),
            subs.join(changes, on="sub_id").filter(pl.col("at") > pl.col("begin")),
        ]
    ).filter(
        (pl.col("at") <= instant(facts.as_of))
        & (pl.col("end").is_null() | (pl.col("at") < pl.col("end")))
    )
    at, before = pl.col("at"), pl.col("at") < pl.col("since")
    return (
        mrr_at(candidates.select("sub_id", "at").unique(), facts, settings)
        .filter((pl.col("mrr") > 0) | pl.col("unpriced"))
        .join(subs.select("sub_id", "account_id", "since"), on="sub_id")
        .group_by("account_id")
        .agg(
            paid_before=before.any() & (at == pl.col("since")).any(),
            first_paid_at=at.filter(~before).min(),
        )
        .filter(pl.col("first_paid_at").is_not_null())
        .with_columns(first_paid_at=pl.when(~pl.col("paid_before")).then("first_paid_at"))
    )
