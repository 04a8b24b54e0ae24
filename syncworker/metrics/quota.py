"""How much of its quota an account uses: the level or sum of one event against its tier's limit."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.activity import QUANTITY, WINDOW, with_account
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, last_day
from syncworker.metrics.prices import licensed, valid


def account_quota(inputs: Inputs) -> pl.LazyFrame:
    """What an account uses of what it may use.

    Used is the quantity of the event that the settings name: the last one (a level: null where
    none was ever told) or the sum of 28 days (0 where there is none). Daily counts count where an
    account has no such event; of a level those of the latest day, of all users, are added. The
    limit is that of the prices or products of the live subscriptions, added up.

    Returns:
        account_id, quota_used, quota_limit (null: not known), quota_used_percent (one decimal),
        quota_exact (not rounded; limits are compared with it).
    """
    settings = inputs.settings.usage
    accounts = inputs.facts.streams["accounts"].select("account_id")
    if not settings.quota_event:
        nothing = pl.lit(None, dtype=pl.Float64)
        names = ("quota_used", "quota_limit", "quota_used_percent", "quota_exact")
        return accounts.with_columns(nothing.alias(name) for name in names)
    level = settings.quota_kind == "level"
    used = _level(inputs) if level else _sum(inputs)
    free = pl.lit(settings.free_quota or None, dtype=pl.Float64)
    limit = pl.when(pl.col("live").is_null()).then(free).otherwise("limit")
    exact = 100 * pl.col("quota_used") / pl.when(pl.col("quota_limit") > 0).then("quota_limit")
    return (
        accounts.join(used, on="account_id", how="left")
        .join(_limits(inputs), on="account_id", how="left")
        .select(
            "account_id",
            quota_used=(pl.col("used") if level else pl.col("used").fill_null(0)).cast(pl.Float64),
            quota_limit=limit,
        )
        .with_columns(quota_exact=exact)
        .with_columns(quota_used_percent=pl.col("quota_exact").round(1))
    )


def _limits(inputs: Inputs) -> pl.LazyFrame:
    """account_id, live, limit (null where no price or product of it has one)."""
    quotas = inputs.settings.usage.quotas
    keys, limits = list(quotas), [float(limit) for limit in quotas.values()]
    by_key = [
        pl.col(column).replace_strict(keys, limits, default=None, return_dtype=pl.Float64)
        for column in ("price_id", "product_id")
    ]
    items = (
        licensed(inputs.billing.versions)
        .filter(valid(instant(inputs.facts.as_of)))
        .select("sub_id", limit=pl.coalesce(by_key))
    )
    known = pl.col("limit").drop_nulls()
    return (
        inputs.terms.filter("live")
        .select("sub_id", "account_id")
        .join(items, on="sub_id", how="left")
        .group_by("account_id")
        .agg(limit=pl.when(known.len() > 0).then(known.sum()), live=pl.lit(value=True))
    )


def _rows(inputs: Inputs, stream: str, at: str) -> pl.LazyFrame:
    named = pl.col("name") == inputs.settings.usage.quota_event
    rows = with_account(inputs.facts, stream)
    quantity = pl.col("quantity").fill_null(1) if stream == "events" else pl.col("quantity")
    return rows.filter(named & pl.col("account_id").is_not_null()).with_columns(
        # As decimals, so that a sum is the same in whatever order.
        quantity=quantity.cast(QUANTITY, strict=False),
        at=at,
    )


def _told(events: pl.LazyFrame, days: pl.LazyFrame) -> pl.LazyFrame:
    """Accounts by their events, the others by their daily counts."""
    others = days.join(events.select("account_id"), on="account_id", how="anti")
    return pl.concat([events, others])


def _level(inputs: Inputs) -> pl.LazyFrame:
    last = pl.col("quantity").sort_by("at", "event_id").last()
    events = _rows(inputs, "events", "ts").group_by("account_id").agg(used=last)
    latest = pl.col("at") == pl.col("at").max()
    days = _rows(inputs, "usage_daily", "day").group_by("account_id")
    return _told(events, days.agg(used=pl.col("quantity").filter(latest).sum()))


def _sum(inputs: Inputs) -> pl.LazyFrame:
    begin = instant(inputs.facts.as_of) - WINDOW
    recent = last_day(inputs.facts) - pl.col("at") < WINDOW
    events = _rows(inputs, "events", "ts").filter(pl.col("at") >= begin)
    days = _rows(inputs, "usage_daily", "day").filter(recent)
    total = pl.col("quantity").sum()
    return _told(
        events.group_by("account_id").agg(used=total), days.group_by("account_id").agg(used=total)
    )
