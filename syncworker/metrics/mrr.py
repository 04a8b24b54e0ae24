"""MRR of an account at `as_of`."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.counting import counting, mode_name
from syncworker.metrics.facts import Facts
from syncworker.metrics.fx import rates_at
from syncworker.metrics.known import last_day
from syncworker.metrics.money import the_one, to_minor_units
from syncworker.metrics.settings import MetricSettings
from syncworker.model.stream import POLARS_TYPES

EXACT = POLARS_TYPES["decimal"]


def account_mrr(
    facts: Facts, settings: MetricSettings, terms: pl.LazyFrame, steps: pl.LazyFrame
) -> pl.LazyFrame:
    """MRR per account, rounded half up to whole minor units once per account and currency.

    An account without MRR has 0, in the currency of its items where they have one, else in the
    portal's. MRR in several currencies is added up in the portal's; where there is no rate, or a
    price, discount or status is not known, mrr is null and mrr_problem says why.

    Args:
        facts: All streams present.
        settings: The mode, and which day's rate counts.
        terms: The subscriptions.
        steps: What they were worth, as `steps.revenue_steps`.

    Returns:
        account_id, mrr, mrr_currency, arr, mrr_past_due (counted in mrr unless the setting says
        otherwise; null where it is in another currency), mrr_items, mrr_subscriptions,
        mrr_problem, mrr_mode (the mode with the switches that differ from it).
    """
    counted = pl.col("counted")
    by_currency = (
        steps.filter(pl.col("until").is_null())
        .group_by("account_id", "currency")
        .agg(
            exact=pl.col("mrr").filter(counted).sum(),
            late_exact=pl.col("mrr").filter("late").sum(),
            items=pl.col("items").filter(counted).sum(),
            subs=counted.sum(),
            problem=pl.col("problem").filter(counted | pl.col("strange")).min(),
        )
        .with_columns(mrr=to_minor_units("exact"), mrr_past_due=to_minor_units("late_exact"))
        .join(rates_at(rate_day(facts, settings), facts), on="currency", how="left")
        .with_columns(home=pl.col("mrr").cast(EXACT) * pl.col("times") / pl.col("per"))
    )
    paid = pl.col("mrr") != 0
    rolled = (
        by_currency.group_by("account_id")
        .agg(
            pl.col("mrr", "mrr_past_due", "home").sum(),
            late_in=pl.col("currency").filter(pl.col("mrr_past_due") != 0),
            mrr_items=pl.col("items").sum().cast(pl.Int64),
            mrr_subscriptions=pl.col("subs").sum().cast(pl.Int64),
            unknown=pl.col("problem").min(),
            currencies=pl.col("currency").filter(paid).sort(),
            no_rate=pl.col("currency").filter(paid & pl.col("home").is_null()).sort(),
        )
        .with_columns(home=to_minor_units("home"))
    )
    return _finish(facts, terms, rolled).with_columns(mrr_mode=pl.lit(mode_name(settings.revenue)))


def rate_day(facts: Facts, settings: MetricSettings) -> pl.Expr:
    """The local date whose exchange rates count at `as_of`."""
    today = last_day(facts)
    if counting(settings.revenue).currency_rate == "month_end":
        return today.dt.month_start() - pl.duration(days=1)
    return today


def _finish(facts: Facts, terms: pl.LazyFrame, rolled: pl.LazyFrame) -> pl.LazyFrame:
    known = pl.col("mrr_problem").is_null()
    many = (pl.col("currencies").list.len() > 1).fill_null(value=False)
    home = pl.lit(facts.currency)
    only = pl.coalesce(the_one("currencies"), "item_currency", home)
    currency = pl.when(many).then(home).otherwise(only)
    late_in = pl.col("late_in").list
    in_it = (late_in.len() == 0) | ((late_in.len() == 1) & (late_in.first() == currency))
    pairs = pl.col("no_rate").list.join(", ")
    unadded = pl.format(
        "MRR in several currencies ({}) and no exchange rate to {} from {}",
        pl.col("currencies").list.join(", "),
        home,
        pairs,
    )
    no_rate = pl.when(many & (pl.col("no_rate").list.len() > 0)).then(unadded)
    return (
        facts.streams["accounts"]
        .select("account_id")
        .join(rolled, on="account_id", how="left")
        .join(_item_currency(facts, terms), on="account_id", how="left")
        .with_columns(
            pl.col("mrr", "mrr_past_due", "mrr_items", "mrr_subscriptions").fill_null(0),
            late_known=in_it.fill_null(value=True),
            mrr_problem=pl.coalesce("unknown", no_rate),
        )
        .with_columns(mrr=pl.when(known).then(pl.when(many).then("home").otherwise("mrr")))
        .select(
            "account_id",
            "mrr",
            pl.when(known & pl.col("late_known")).then("mrr_past_due").alias("mrr_past_due"),
            "mrr_items",
            "mrr_subscriptions",
            "mrr_problem",
            arr=12 * pl.col("mrr"),
            mrr_currency=pl.when(known).then(currency),
        )
    )


def _item_currency(facts: Facts, terms: pl.LazyFrame) -> pl.LazyFrame:
    """The currency of all items an account ever had, where it is one."""
    return (
        terms.select("sub_id", "account_id")
        .join(facts.streams["subscription_items"].select("sub_id", "currency"), on="sub_id")
        .group_by("account_id")
        .agg(item_currency=pl.col("currency").unique())
        .filter(pl.col("item_currency").list.len() == 1)
        .with_columns(pl.col("item_currency").list.first())
    )
