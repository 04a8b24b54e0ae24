"""What was billed and paid, as invoices tell it."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant
from syncworker.model.stream import POLARS_TYPES

EXACT = POLARS_TYPES["decimal"]
HALF = Decimal("0.5")
NOT_SENT = ("draft", "void")


def sent(facts: Facts) -> pl.LazyFrame:
    """The invoices that were made by `as_of` and neither withdrawn nor still drafts."""
    made = pl.coalesce("created_at", "paid_at")
    by_then = made.is_null() | (made <= instant(facts.as_of))
    return facts.streams["invoices"].filter(
        by_then & ~pl.col("status").is_in(NOT_SENT).fill_null(value=False)
    )


def billed(facts: Facts) -> pl.LazyFrame:
    """The lines of the invoices that were sent."""
    return facts.streams["invoice_lines"].join(
        sent(facts).select("invoice_id"), on="invoice_id", how="semi"
    )


def paid(facts: Facts) -> pl.LazyFrame:
    """The invoices paid by `as_of`: the stream's columns, and net.

    net: without tax, less what was paid back by `as_of`, whose tax is taken to be the invoice's
    share; half up to minor units, never below 0.
    """
    now = instant(facts.as_of)
    gross = pl.col("amount_ex_tax") + pl.col("tax").fill_null(0)
    came = pl.col("refunded_at").is_null() | (pl.col("refunded_at") <= now)
    back = pl.min_horizontal(pl.when(came).then("refunded").fill_null(0), gross)
    of_net = back.cast(EXACT) * pl.col("amount_ex_tax") / pl.when(gross > 0).then(gross)
    refunded = (of_net.fill_null(0).round(9, mode="half_away_from_zero") + HALF).floor()
    return (
        sent(facts)
        .filter(pl.col("paid_at") <= now)
        .with_columns(net=(pl.col("amount_ex_tax") - refunded.cast(pl.Int64)).clip(lower_bound=0))
    )


def tax_rates(facts: Facts) -> pl.LazyFrame:
    """The tax rate of each subscription, from its latest invoice: sub_id, tax_rate.

    To a tenth of a percent, so that the cents an invoice was rounded by do not show in MRR.
    """
    known = (pl.col("amount_ex_tax") > 0) & pl.col("sub_id").is_not_null()
    rate = pl.col("tax").fill_null(0).cast(EXACT) / pl.col("amount_ex_tax")
    latest = [pl.coalesce("created_at", "paid_at"), pl.col("invoice_id")]
    return (
        sent(facts)
        .filter(known)
        .group_by("sub_id")
        .agg(tax_rate=rate.round(3).sort_by(latest).last())
    )
