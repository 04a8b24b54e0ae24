"""What every account was worth, from when to when: MRR as a step function of time."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.item_mrr import mrr_at
from syncworker.metrics.known import instant
from syncworker.metrics.mrr import to_minor_units
from syncworker.metrics.settings import MetricSettings


def mrr_ledger(facts: Facts, settings: MetricSettings, terms: pl.LazyFrame) -> pl.LazyFrame:
    """MRR per account and currency between its changes, up to `as_of`.

    MRR at an instant T is the row with since <= T and (until is null or T < until); without such
    a row it is 0. Rounded half up to whole minor units once per account, currency and step, so
    that differences of two instants are differences of whole numbers.

    Returns:
        account_id, currency, since, until (null: it still held at `as_of`), mrr (minor units), in
        no order. Neighbouring steps of one value may stand as two rows.
    """
    steps = _steps(facts, settings, terms)
    key = ["account_id", "currency"]
    deltas = pl.concat(
        [
            steps.select(*key, at="since", delta="mrr"),
            steps.filter(pl.col("until").is_not_null()).select(
                *key, at="until", delta=-pl.col("mrr")
            ),
        ]
    )
    return (
        deltas.group_by(*key, "at")
        .agg(pl.col("delta").sum())
        .sort(*key, "at")
        .with_columns(
            exact=pl.col("delta").cum_sum().over(key),
            until=pl.col("at").shift(-1).over(key),
        )
        .select(*key, since="at", until="until", mrr=to_minor_units("exact"))
    )


def _steps(facts: Facts, settings: MetricSettings, terms: pl.LazyFrame) -> pl.LazyFrame:
    """account_id, currency, since, until, mrr (exact) per subscription between its changes."""
    begins = pl.max_horizontal("start", "trial_end")
    now = instant(facts.as_of)
    has_an_end_if_over = pl.col("live") | pl.col("end").is_not_null()
    begun = pl.col("paid_for") & has_an_end_if_over & (begins <= now)
    runs = terms.filter(begun).select(
        "sub_id", "account_id", begins=begins, ends=pl.when(pl.col("end") <= now).then("end")
    )
    items, discounts = facts.streams["subscription_items"], facts.streams["discounts"]
    changes = [
        items.select("sub_id", at="valid_from"),
        items.select("sub_id", at=pl.min_horizontal("valid_to", "deleted_at")),
        discounts.select("sub_id", at="start"),
        discounts.select("sub_id", at=pl.min_horizontal("end", "deleted_at")),
    ]
    inside = (pl.col("at") > pl.col("begins")) & (pl.col("at") <= now)
    inside &= pl.col("ends").is_null() | (pl.col("at") < pl.col("ends"))
    points = pl.concat(
        [
            runs.select("sub_id", at="begins"),
            pl.concat(changes).join(runs, on="sub_id").filter(inside).select("sub_id", "at"),
        ]
    ).unique()
    spans = (
        points.join(runs, on="sub_id")
        .sort("sub_id", "at")
        .with_columns(until=pl.coalesce(pl.col("at").shift(-1).over("sub_id"), "ends"))
    )
    worth = mrr_at(points, facts, settings).select("sub_id", "at", "currency", "mrr")
    return spans.join(worth, on=["sub_id", "at"]).select(
        "account_id", "currency", "mrr", "until", since="at"
    )
