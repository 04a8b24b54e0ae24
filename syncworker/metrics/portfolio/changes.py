"""What every account's MRR was before and after a span of time, and what kind of change that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from syncworker.metrics.known import UTC_TIME
from syncworker.metrics.portfolio.rates import converted, rates
from syncworker.metrics.portfolio.rows import Portfolio

KEY = ["account_id", "currency"]


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to a later one: MRR is compared as it is at these two.

    Attributes:
        label: Its name in the column `span`; no other span has it.
        before: Aware UTC.
        after: Likewise.
    """

    label: str
    before: datetime
    after: datetime


def changes(ledger: pl.LazyFrame, spans: Iterable[Span]) -> pl.LazyFrame:
    """MRR per account and currency at both ends of each span.

    Args:
        ledger: As `ledger.mrr_ledger`.
        spans: What to compare.

    Returns:
        account_id, currency, span, before_at, after_at, before, after (minor units; what is not
        known counts as 0), untold (whether MRR at either end is not known), paid_before (had MRR
        in that currency at or before the span's first instant); only rows with MRR at either end.
    """
    moments = pl.LazyFrame(
        [(span.label, span.before, span.after) for span in spans],
        schema={"span": pl.String(), "before_at": UTC_TIME, "after_at": UTC_TIME},
        orient="row",
    )
    unknown = pl.col("mrr").is_null()
    paid = ledger.filter(unknown | (pl.col("mrr") > 0))
    first = paid.group_by(KEY).agg(first_paid=pl.col("since").min())
    before, after = _holds_at("before_at"), _holds_at("after_at")
    return (
        paid.join(moments, how="cross")
        .filter(before | after)
        .group_by(*KEY, "span", "before_at", "after_at")
        .agg(
            before=pl.col("mrr").filter(before).sum(),
            after=pl.col("mrr").filter(after).sum(),
            untold=unknown.any(),
        )
        .join(first, on=KEY)
        .with_columns(paid_before=pl.col("first_paid") <= pl.col("before_at"))
        .drop("first_paid")
    )


def kind() -> pl.Expr:
    """What became of an account: new, reactivation, churn, expansion, contraction, or null.

    Of a row of `changes`; untold where one end is not known. An account that pays again is asked
    for before one that pays more: its MRR was 0 too.
    """
    before, after = pl.col("before"), pl.col("after")
    return (
        pl.when("untold")
        .then(pl.lit("untold"))
        .when((before == 0) & (after > 0))
        .then(pl.when("paid_before").then(pl.lit("reactivation")).otherwise(pl.lit("new")))
        .when((before > 0) & (after == 0))
        .then(pl.lit("churn"))
        .when(after > before)
        .then(pl.lit("expansion"))
        .when(after < before)
        .then(pl.lit("contraction"))
    )


def in_one_currency(
    changed: pl.LazyFrame, portfolio: Portfolio, spans: Iterable[Span], to: pl.LazyFrame
) -> pl.LazyFrame:
    """Rows of `changes` in one currency.

    Args:
        changed: Rows of `changes`.
        portfolio: For the rates.
        spans: Their spans.
        to: The currency, as `target`, or one row with the column to.

    Returns:
        The rows with to in the place of currency; before at the rate of its own time, held (the
        same at the later rate, so that a rate's change is no movement), after at its own; null
        where there is no rate, and missing says which. pays is whether there is MRR after.
    """
    instants = [at for span in spans for at in (span.before, span.after)]
    pairs = portfolio.inputs.ledger.select("currency").unique().join(to, how="cross")
    worth = rates(portfolio.facts, pairs, instants)
    then = worth.rename({"at": "before_at", "rate": "rate_then", "missing": "missing_then"})
    now = worth.rename({"at": "after_at", "rate": "rate_now", "missing": "missing_now"})
    had = pl.when(pl.col("before") > 0)
    return (
        changed.with_columns(kind=kind(), pays=pl.col("after") > 0)
        .join(to, how="cross")
        .join(then, on=["currency", "to", "before_at"])
        .join(now, on=["currency", "to", "after_at"])
        .with_columns(
            before=converted("before", "rate_then"),
            held=converted("before", "rate_now"),
            after=converted("after", "rate_now"),
            missing=pl.coalesce("missing_now", had.then("missing_then")),
        )
        .drop("currency", "rate_then", "rate_now", "missing_then", "missing_now")
    )


def target(portfolio: Portfolio) -> pl.LazyFrame:
    """The currency that accounts are compared in: the only one they pay in, else the portal's.

    One row with the column to.
    """
    paid = pl.col("currency").filter(pl.col("mrr") > 0)
    own = pl.lit(portfolio.facts.currency)
    return portfolio.inputs.ledger.select(
        to=pl.when(paid.n_unique() == 1).then(paid.min()).otherwise(own)
    )


def sliced(rows: pl.LazyFrame, portfolio: Portfolio) -> pl.LazyFrame:
    """Rows with their account's segment."""
    nobody = pl.lit("unknown" if portfolio.by else "all")
    return rows.join(portfolio.segments, on="account_id", how="left").with_columns(
        segment=pl.col("segment").fill_null(nobody)
    )


def _holds_at(at: str) -> pl.Expr:
    """Whether a row of the ledger holds at an instant."""
    begun = pl.col("since") <= pl.col(at)
    return begun & (pl.col("until").is_null() | (pl.col(at) < pl.col("until")))
