"""Revenue credited to the touches that came before the first payment."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.customers import account_customers
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, there
from syncworker.metrics.touches import UNKNOWN, touches_before_paying

_ORDER = ["at", "visit_id"]


def revenue_to_date(inputs: Inputs) -> pl.LazyFrame:
    """What accounts have paid: paid invoices, net of tax and refunds.

    A refund is told with its tax; it is taken off net, by the invoice's share of tax.

    Returns:
        account_id, currency, revenue (minor units; below 0 where more was paid back).
    """
    facts = inputs.facts
    net, tax = pl.col("amount_ex_tax"), pl.col("tax").fill_null(0)
    counted = pl.col("refunded_at").is_null() | (pl.col("refunded_at") <= instant(facts.as_of))
    back = pl.when(counted).then("refunded").otherwise(0).fill_null(0)
    gross = net + tax
    # Half up in whole numbers: floor((2 x back x net + gross) / (2 x gross)).
    share = pl.when(gross > 0).then((2 * back * net + gross) // (2 * gross)).otherwise(back)
    return (
        facts.streams["invoices"]
        .filter(pl.col("paid_at") <= instant(facts.as_of), there(facts.as_of))
        .group_by("account_id", "currency")
        .agg(revenue=(net - share).sum())
    )


def revenue_credits(inputs: Inputs) -> pl.LazyFrame:
    """Each account's revenue to date, credited to its touches up to the first payment.

    Returns:
        As `credited`.
    """
    touched = touches_before_paying(inputs, account_customers(inputs))
    return credited(revenue_to_date(inputs), touched)


def credited(revenues: pl.LazyFrame, touched: pl.LazyFrame) -> pl.LazyFrame:
    """Revenue given to touches in three ways.

    First and last give all to one touch. Linear gives every one of n touches a whole n-th, and
    what is left, less than n minor units, one each to the earliest. Without a touch it all goes
    to the channel `unknown`. So each of the three sums to the revenue exactly.

    Args:
        revenues: account_id, currency, revenue (minor units).
        touched: account_id, at, visit_id, channel, campaign.

    Returns:
        account_id, currency, channel, campaign (null: none), first, last, linear (minor units);
        one row per touch.
    """
    numbered = touched.sort("account_id", *_ORDER).with_columns(
        place=pl.int_range(pl.len()).over("account_id"),
        of=pl.len().over("account_id").cast(pl.Int64),
    )
    revenue = pl.col("revenue")
    place, of = pl.col("place").fill_null(0), pl.col("of").fill_null(1)
    return revenues.join(numbered, on="account_id", how="left").select(
        "account_id",
        "currency",
        pl.col("channel").fill_null(UNKNOWN),
        "campaign",
        first=pl.when(place == 0).then(revenue).otherwise(0),
        last=pl.when(place == of - 1).then(revenue).otherwise(0),
        linear=revenue // of + (place < revenue % of).cast(pl.Int64),
    )
