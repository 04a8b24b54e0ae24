"""How an account is billed, and when it renews."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.prices import licensed, valid

DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
"""The days of an interval, to tell longer cycles from shorter ones."""
NAMED = {30: "monthly", 90: "quarterly", 180: "half_yearly", 360: "yearly", 365: "yearly"}


def account_renewals(inputs: Inputs) -> pl.LazyFrame:
    """The billing interval and the next renewal of accounts with a live paid subscription.

    The renewal is the next end of a paid period among the items of the longest interval, of
    subscriptions that go on. It is near where it lies within `renewal_window_days`; an interval
    that is no longer than that is always near its end, and so never in the window.

    Returns:
        account_id, billing_interval (monthly, quarterly, half_yearly, yearly, other; mixed where
        items differ), renewal_date (local; null: not known, or nothing goes on), renewal_window.
    """
    facts, days = inputs.facts, inputs.settings.revenue.renewal_window_days
    now = instant(facts.as_of)
    cycle = pl.col("interval").replace_strict(DAYS, default=None, return_dtype=pl.Int64)
    items = licensed(inputs.billing.versions).filter(valid(now))
    rows = (
        items.select(
            "sub_id",
            item_end="current_period_end",
            cycle=cycle * pl.col("interval_count").fill_null(1),
        )
        .join(inputs.terms.filter("counted").select("sub_id", "account_id", "pending"), on="sub_id")
        .join(
            facts.streams["subscriptions"].select("sub_id", sub_end="current_period_end"),
            on="sub_id",
        )
        .with_columns(ends=pl.coalesce("item_end", "sub_end"))
    )
    ahead = ~pl.col("pending") & (pl.col("ends") > now)
    longest = pl.col("cycle") == pl.col("cycle").filter(~pl.col("pending")).max()
    rolled = rows.group_by("account_id").agg(
        one=pl.col("cycle").n_unique() == 1,
        cycle=pl.col("cycle").max(),
        goes_on=pl.col("cycle").filter(~pl.col("pending")).max(),
        renews=pl.col("ends").filter(ahead & longest).min(),
    )
    name = pl.col("cycle").replace_strict(NAMED, default="other", return_dtype=pl.String)
    near = pl.col("renews") <= now + pl.duration(days=days)
    return rolled.select(
        "account_id",
        billing_interval=pl.when("one").then(name).otherwise(pl.lit("mixed")),
        renewal_date=pl.col("renews").dt.convert_time_zone(facts.timezone).dt.date(),
        renewal_window=(near & (pl.col("goes_on") > days)).fill_null(value=False),
    )
