"""The computed frames, as the mapping's objects need them."""

from __future__ import annotations

import polars as pl

from syncworker.mapping.objects import rows_of
from syncworker.mapping.portal import PortalMapping, Rows
from syncworker.metrics.compute import Computed


def frames(mapping: PortalMapping, computed: Computed) -> dict[Rows, pl.DataFrame]:
    """By kind of row, what the mapping's objects are filled from."""
    accounts = computed.accounts.collect(engine="streaming")
    found: dict[Rows, pl.DataFrame] = {
        "accounts": accounts,
        "users": _with_account(computed.users, accounts),
    }
    needed = {rows_of(name, config) for name, config in mapping.objects.items()}
    if "subscriptions" in needed:
        found["subscriptions"] = _with_account(computed.subscriptions, accounts)
    if "tickets" in needed:
        found["tickets"] = _with_account(computed.tickets, accounts)
    return found


def _with_account(rows: pl.LazyFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Rows with the metrics of their account beside their own."""
    own = rows.collect_schema().names()
    of_account = [c for c in accounts.columns if c == "account_id" or c not in own]
    return rows.join(
        accounts.lazy().select(of_account), on="account_id", how="left", maintain_order="left"
    ).collect(engine="streaming")
