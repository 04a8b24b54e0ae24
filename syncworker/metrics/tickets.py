"""The tickets of an account, and the open ones: the records that risk is written to."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.activity import with_account
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.model.streams_contact import TICKETS

RECENT = 30
"""Days in which opened tickets are counted."""


def account_tickets(inputs: Inputs) -> pl.LazyFrame:
    """Tickets opened in [as_of - 30 d, as_of): account_id, tickets_opened_30d; 0 without one."""
    now = instant(inputs.facts.as_of)
    opened = pl.col("opened_at")
    recent = (opened >= now - pl.duration(days=RECENT)) & (opened < now)
    counted = (
        with_account(inputs.facts, "tickets")
        .filter(recent)
        .group_by("account_id")
        .agg(tickets_opened_30d=pl.len().cast(pl.Int64))
    )
    return (
        inputs.facts.streams["accounts"]
        .select("account_id")
        .join(counted, on="account_id", how="left")
        .with_columns(pl.col("tickets_opened_30d").fill_null(0))
    )


def open_tickets(facts: Facts) -> pl.LazyFrame:
    """One row per ticket that was open at `as_of`.

    A ticket of no account, or of one that is not known, is among them: what its author wrote is
    known all the same, and it is the ticket of somebody who is not recognised that people would
    overlook. Of its account's metrics it has none.

    Args:
        facts: Cut at `as_of`, all streams present.

    Returns:
        The columns of the stream `tickets`, with the account of the user where the ticket names
        none.
    """
    still_open = pl.col("closed_at").is_null() | (pl.col("closed_at") > instant(facts.as_of))
    return (
        with_account(facts, "tickets")
        .filter(still_open)
        .select(column.name for column in TICKETS.columns)
    )
