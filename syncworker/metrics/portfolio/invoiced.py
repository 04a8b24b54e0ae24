"""Recurring revenue as invoices tell it: what was billed for the time an instant lies in."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import UTC_TIME
from syncworker.metrics.portfolio.changes import Span
from syncworker.metrics.portfolio.lines import half_up

_NOT_SENT = ("draft", "void", "uncollectible")
_DAY = 24 * 60 * 60
_SHORTEST_MONTH = 28
_WEEK = 7


def invoiced(facts: Facts, spans: list[Span]) -> pl.LazyFrame:
    """Billed amount per month at the end of each span.

    A line counts while its period runs, with its amount by the period's length in months: a month
    of 28 to 31 days is one, a week 12/52, a day 12/365. Lines that settle a change inside a period
    are left out, and invoices that were never sent or given up.

    Args:
        facts: invoices and invoice_lines are used.
        spans: Their later instants count.

    Returns:
        account_id, currency, span, mrr (minor units).
    """
    moments = pl.LazyFrame(
        [(span.label, span.after) for span in spans],
        schema={"span": pl.String(), "at": UTC_TIME},
        orient="row",
    )
    sent = facts.streams["invoices"].filter(
        ~pl.col("status").is_in(_NOT_SENT).fill_null(value=False)
    )
    lines = facts.streams["invoice_lines"].filter(
        pl.col("sub_id").is_not_null() & ~pl.col("proration").fill_null(value=False)
    )
    return (
        lines.join(sent.select("invoice_id", "account_id"), on="invoice_id")
        .join(moments, how="cross")
        .filter((pl.col("period_start") <= pl.col("at")) & (pl.col("at") < pl.col("period_end")))
        .group_by("account_id", "currency", "span")
        .agg(mrr=half_up((pl.col("amount") / _months()).sum()))
    )


def _months() -> pl.Expr:
    """The length of a line's period in months."""
    days = (pl.col("period_end") - pl.col("period_start")).dt.total_seconds() / _DAY
    whole = days.round()
    short = pl.when(whole % _WEEK == 0).then(whole / _WEEK * 12 / 52).otherwise(whole * 12 / 365)
    return pl.when(whole >= _SHORTEST_MONTH).then((days * 12 / 365.25).round()).otherwise(short)
