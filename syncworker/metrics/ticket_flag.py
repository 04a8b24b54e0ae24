"""Customers who open so many tickets that a person should get in touch."""

from __future__ import annotations

from typing import Any

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import there
from syncworker.metrics.seats import account_seats
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.texts import texts
from syncworker.metrics.tickets import account_tickets

TICKET_RATES = "ticket_rates"
"""The population value: by segment, its percentile of tickets per seat."""
NO_SEGMENT = "unknown"


def ticket_rates(inputs: Inputs) -> pl.LazyFrame:
    """Of one shard, of accounts with seats: segment and rate (tickets of 30 days per seat)."""
    return (
        inputs.facts.streams["accounts"]
        .filter(there(inputs.facts.as_of))
        .select("account_id", segment=_segment(inputs.settings))
        .join(account_seats(inputs), on="account_id")
        .join(account_tickets(inputs), on="account_id")
        .select("segment", rate=_rate())
    )


def freeze_ticket_rates(
    rows: pl.DataFrame, _facts: Facts, settings: MetricSettings
) -> dict[str, Any]:
    """By segment with enough accounts, the percentile (linear between neighbours)."""
    by_segment = (
        rows.group_by("segment")
        .agg(
            n=pl.len(),
            limit=pl.col("rate").quantile(settings.support.flag_percentile / 100, "linear"),
        )
        .filter(pl.col("n") >= settings.support.flag_accounts)
        .sort("segment")
    )
    return dict(by_segment.select("segment", "limit").iter_rows())


def with_ticket_flag(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add ticket_flag and ticket_flag_because.

    Flagged is who opened many tickets in 30 days, or more per seat than the percentile of its
    segment; an account without seats, or in a small segment, is judged by the number alone. Where
    the percentiles are not known, who is below the number is not judged: null.

    Args:
        accounts: With tickets_opened_30d, seats and the segment's column.
        inputs: For the settings and the population value `ticket_rates`.
    """
    settings, said = inputs.settings, texts(inputs.facts.language)
    limits = inputs.population.values.get(TICKET_RATES)
    many = pl.col("tickets_opened_30d") >= settings.support.flag_tickets
    opened = pl.format(said["tickets_opened"], "tickets_opened_30d")
    if limits is None:
        return accounts.with_columns(
            ticket_flag=pl.when(many).then(pl.lit(value=True)), ticket_flag_because=opened
        )
    percentile = pl.lit(settings.support.flag_percentile)
    limit = _segment(settings).replace_strict(
        list(limits), list(limits.values()), default=None, return_dtype=pl.Float64
    )
    often = (_rate() > limit).fill_null(value=False)
    more = pl.format(said["tickets_per_seat"], opened, "seats", percentile)
    return accounts.with_columns(
        ticket_flag=many | often,
        ticket_flag_because=pl.when(often & ~many).then(more).otherwise(opened),
    )


def _segment(settings: MetricSettings) -> pl.Expr:
    return pl.col(settings.support.segment).fill_null(NO_SEGMENT)


def _rate() -> pl.Expr:
    return pl.col("tickets_opened_30d") / pl.when(pl.col("seats") > 0).then("seats")
