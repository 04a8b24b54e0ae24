"""How many seats an account pays for."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.prices import licensed, valid


def account_seats(inputs: Inputs) -> pl.LazyFrame:
    """Seats per account: account_id, seats; only accounts that have any.

    The quantities of the prices named as seats, else of all licensed items, of live subscriptions.
    An item that says how many seats it stands for (a pack of five) counts as those.
    """
    settings = inputs.settings
    items = licensed(inputs.billing.versions)
    if settings.seat_prices:
        items = items.filter(pl.col("price_id").is_in(settings.seat_prices))
    return (
        inputs.terms.filter("live")
        .join(items, on="sub_id")
        .filter(valid(instant(inputs.facts.as_of)))
        .group_by("account_id")
        .agg(seats=pl.coalesce("seats", "quantity", 1).sum())
        .filter(pl.col("seats") > 0)
    )
