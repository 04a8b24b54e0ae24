"""The open tickets: the records that risk, their own and their account's, is written to."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.activity import with_account
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant
from syncworker.model.streams_contact import TICKETS


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
