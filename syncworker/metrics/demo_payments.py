"""How long it took an account from a demo request to its first payment."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.customers import account_customers
from syncworker.metrics.demos import requests, users_by_address
from syncworker.metrics.inputs import Inputs


def account_demos(inputs: Inputs) -> pl.LazyFrame:
    """How long it took an account to pay from its people's first and last demo request.

    Only requests count at or before the first payment and less than `demo_window_days` from it.

    Returns:
        account_id, account_demo_requests (that count), days_demo_to_paid and
        days_last_demo_to_paid (whole elapsed days); only accounts that paid after such a request.
    """
    window = timedelta(days=inputs.settings.trials.demo_window_days)
    paid, asked = pl.col("customer_since"), pl.col("submitted_at")
    days = (paid - asked).dt.total_days()
    people = users_by_address(inputs).select("account_id", "email").unique()
    return (
        requests(inputs)
        .drop("account_id")
        .join(people, on="email")
        .join(account_customers(inputs), on="account_id")
        .filter((asked <= paid) & (paid < asked + window))
        .group_by("account_id")
        .agg(
            account_demo_requests=pl.len().cast(pl.Int64),
            days_demo_to_paid=days.max(),
            days_last_demo_to_paid=days.min(),
        )
    )
