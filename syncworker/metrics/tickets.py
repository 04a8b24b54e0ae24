"""The open tickets of known accounts: the records that an account's risk is written to."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.activity import with_account
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant, there
from syncworker.model.streams_contact import TICKETS


def open_tickets(facts: Facts) -> pl.LazyFrame:
    """One row per ticket that was open at `as_of`, of an account known then.

    Args:
        facts: Cut at `as_of`, all streams present.

    Returns:
        The columns of the stream `tickets`, with the account of the user where the ticket names
        none.
    """
    still_open = pl.col("closed_at").is_null() | (pl.col("closed_at") > instant(facts.as_of))
    accounts = facts.streams["accounts"].filter(there(facts.as_of)).select("account_id")
    return (
        with_account(facts, "tickets")
        .filter(still_open)
        .select(column.name for column in TICKETS.columns)
        .join(accounts, on="account_id", how="semi")
    )
