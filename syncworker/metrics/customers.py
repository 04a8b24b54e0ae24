"""When an account became a customer, and whether it pays now."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant


def account_customers(inputs: Inputs) -> pl.LazyFrame:
    """The first payment of an account and whether it pays now.

    First paid is the earliest paid invoice above zero; where an account has no invoice, the first
    instant with MRR.

    Returns:
        account_id, customer_since (null: never paid), pays_now (MRR above zero at `as_of`); only
        accounts that ever paid.
    """
    now = instant(inputs.facts.as_of)
    paid = (
        inputs.facts.streams["invoices"]
        .filter((pl.col("amount_ex_tax") > 0) & (pl.col("paid_at") <= now))
        .group_by("account_id")
        .agg(invoice_paid=pl.col("paid_at").min())
    )
    holds = pl.col("until").is_null() | (now < pl.col("until"))
    worth = (
        inputs.ledger.filter(pl.col("mrr") > 0)
        .group_by("account_id")
        .agg(first_mrr=pl.col("since").min(), pays_now=holds.any())
    )
    return worth.join(paid, on="account_id", how="full", coalesce=True).select(
        "account_id",
        pl.col("pays_now").fill_null(value=False),
        customer_since=pl.coalesce("invoice_paid", "first_mrr"),
    )
