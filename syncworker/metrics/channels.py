"""Which channel brought an account: its first and its last touch before it paid."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.customers import account_customers
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import there
from syncworker.metrics.touches import UNKNOWN, touches_before_paying


def account_channels(inputs: Inputs) -> pl.LazyFrame:
    """The channel and campaign of an account's first and last touch up to its first payment.

    Returns:
        account_id, channel_first, campaign_first, channel_last, campaign_last (channels `unknown`
        and campaigns null without a touch), touches (how many there were); every account.
    """
    facts = inputs.facts
    told = _ends(touches_before_paying(inputs, account_customers(inputs)))
    return (
        facts.streams["accounts"]
        .filter(there(facts.as_of))
        .select("account_id")
        .join(told, on="account_id", how="left")
        .with_columns(
            pl.col("channel_first", "channel_last").fill_null(UNKNOWN),
            pl.col("touches").fill_null(0),
        )
    )


def _ends(touched: pl.LazyFrame) -> pl.LazyFrame:
    order = ["at", "visit_id"]
    return touched.group_by("account_id").agg(
        channel_first=pl.col("channel").sort_by(order).first(),
        campaign_first=pl.col("campaign").sort_by(order).first(),
        channel_last=pl.col("channel").sort_by(order).last(),
        campaign_last=pl.col("campaign").sort_by(order).last(),
        touches=pl.len().cast(pl.Int64),
    )
