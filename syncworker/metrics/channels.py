"""Which channel brought an account: its first and its last visit before it paid."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs


def account_channels(inputs: Inputs) -> pl.LazyFrame:
    """The channel and campaign of an account's first and last touch.

    Returns:
        account_id, channel_first, campaign_first, channel_last, campaign_last; only accounts with
        a touch.
    """
    visits = inputs.facts.streams["web_visits"]
    if "account_id" not in visits.collect_schema().names():
        visits = visits.with_columns(account_id=pl.lit(None, dtype=pl.String))
    order = ["ts", "visit_id"]
    return (
        visits.filter(pl.col("account_id").is_not_null())
        .group_by("account_id")
        .agg(
            channel_first=pl.col("channel").sort_by(order).first(),
            campaign_first=pl.col("campaign").sort_by(order).first(),
            channel_last=pl.col("channel").sort_by(order).last(),
            campaign_last=pl.col("campaign").sort_by(order).last(),
        )
    )
