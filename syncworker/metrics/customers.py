"""When an account became a customer, and whether it pays now."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.invoices import paid
from syncworker.metrics.known import instant
from syncworker.metrics.steps import EPOCH


def account_customers(inputs: Inputs) -> pl.LazyFrame:
    """The first payment of an account and whether it pays now.

    First paid is the earliest paid invoice above zero; where an account has no invoice, the first
    instant with MRR.

    Returns:
        account_id, customer_since (null: it is not known when), pays_now (MRR above zero at
        `as_of`; null: its MRR is not known); only accounts that ever paid.
    """
    now = instant(inputs.facts.as_of)
    paid_at = (
        paid(inputs.facts)
        .filter(pl.col("amount_ex_tax") > 0)
        .group_by("account_id")
        .agg(invoice_paid=pl.col("paid_at").min())
    )
    holds = pl.col("until").is_null() | (now < pl.col("until"))
    positive = pl.col("mrr") > 0
    told = pl.col("since") > instant(EPOCH)
    worth = (
        inputs.ledger.filter(positive | pl.col("mrr").is_null())
        .group_by("account_id")
        .agg(
            first_mrr=pl.col("since").filter(positive & told).min(),
            pays_now=pl.when((positive & holds).any())
            .then(pl.lit(value=True))
            .when(~holds.any())
            .then(pl.lit(value=False)),
            ever=positive.any(),
        )
    )
    return (
        worth.join(paid_at, on="account_id", how="full", coalesce=True)
        .filter(pl.col("ever").fill_null(value=False) | pl.col("invoice_paid").is_not_null())
        .select(
            "account_id",
            pays_now=pl.when(pl.col("ever").is_null())
            .then(pl.lit(value=False))
            .otherwise("pays_now"),
            customer_since=pl.coalesce("invoice_paid", "first_mrr"),
        )
    )
