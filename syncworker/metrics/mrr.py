"""MRR of an account at `as_of`."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.item_mrr import mrr_at
from syncworker.metrics.known import instant
from syncworker.metrics.settings import MetricSettings


def account_mrr(facts: Facts, settings: MetricSettings, terms: pl.LazyFrame) -> pl.LazyFrame:
    """MRR per account, rounded half up to whole minor units once per account and currency.

    An account without MRR has 0, in the currency of its items where they have one, else in the
    portal's. With MRR in several currencies, a price or discount that is not known, or a status
    that is not understood, mrr is null and mrr_problem says why.

    Returns:
        account_id, mrr, mrr_currency, arr, mrr_past_due (counted in mrr unless the setting says
        otherwise; null where it is in another currency), mrr_items, mrr_subscriptions, mrr_problem.
    """
    counted = pl.col("counted")
    by_currency = (
        mrr_now(facts, settings, terms)
        .group_by("account_id", "currency")
        .agg(
            exact=pl.col("mrr").filter(counted).sum(),
            late=pl.col("mrr").filter(pl.col("status") == "past_due").sum(),
            items=pl.col("items").filter(counted).sum(),
            subs=counted.sum(),
            problem=pl.col("problem").filter(counted | pl.col("strange")).min(),
        )
        .with_columns(mrr=to_minor_units("exact"), mrr_past_due=to_minor_units("late"))
    )
    rolled = by_currency.group_by("account_id").agg(
        pl.col("mrr", "mrr_past_due").sum(),
        currencies=pl.col("currency").filter(pl.col("mrr") != 0).sort(),
        late_in=pl.col("currency").filter(pl.col("mrr_past_due") != 0),
        mrr_items=pl.col("items").sum().cast(pl.Int64),
        mrr_subscriptions=pl.col("subs").sum().cast(pl.Int64),
        unknown=pl.col("problem").min(),
    )
    return _finish(facts, terms, rolled)


def mrr_now(facts: Facts, settings: MetricSettings, terms: pl.LazyFrame) -> pl.LazyFrame:
    """Exact MRR at `as_of` of the subscriptions that count, are late, or are not understood.

    Returns:
        The columns of `mrr_at` (problem: also an unknown status) and account_id, start, counted,
        status, strange; only subscriptions with items.
    """
    owed = terms.filter(pl.col("counted") | pl.col("strange") | (pl.col("status") == "past_due"))
    strange = pl.format("subscription {} has an unknown status: {}", "sub_id", "status")
    return (
        mrr_at(owed.select("sub_id", at=instant(facts.as_of)), facts, settings)
        .join(
            owed.select("sub_id", "account_id", "start", "counted", "status", "strange"),
            on="sub_id",
        )
        .with_columns(problem=pl.when("strange").then(strange).otherwise("problem"))
    )


def _finish(facts: Facts, terms: pl.LazyFrame, rolled: pl.LazyFrame) -> pl.LazyFrame:
    known = pl.col("mrr_problem").is_null()
    currency = pl.coalesce(the_one("currencies"), "item_currency", pl.lit(facts.currency))
    late_in = pl.col("late_in").list
    in_it = (late_in.len() == 0) | ((late_in.len() == 1) & (late_in.first() == currency))
    return (
        facts.streams["accounts"]
        .select("account_id")
        .join(rolled, on="account_id", how="left")
        .join(_item_currency(facts, terms), on="account_id", how="left")
        .with_columns(
            pl.col("mrr", "mrr_past_due", "mrr_items", "mrr_subscriptions").fill_null(0),
            late_known=in_it.fill_null(value=True),
            mrr_problem=pl.coalesce("unknown", several("currencies")),
        )
        .select(
            "account_id",
            pl.when(known).then("mrr").alias("mrr"),
            pl.when(known & pl.col("late_known")).then("mrr_past_due").alias("mrr_past_due"),
            "mrr_items",
            "mrr_subscriptions",
            "mrr_problem",
            arr=pl.when(known).then(12 * pl.col("mrr")),
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


def the_one(currencies: str) -> pl.Expr:
    """The only currency of a list, or null."""
    return pl.when(pl.col(currencies).list.len() == 1).then(pl.col(currencies).list.first())


def several(currencies: str) -> pl.Expr:
    """What is wrong with a list of more than one currency, or null."""
    names = pl.col(currencies).list.join(", ")
    problem = pl.format("MRR in several currencies ({}) and no rate between them", names)
    return pl.when(pl.col(currencies).list.len() > 1).then(problem)


def to_minor_units(exact: str) -> pl.Expr:
    """An exact amount in whole minor units, half up.

    Rounded at 9 decimals first, so that three times 5/6, kept at 12 decimals, is the tie it is.
    """
    half = pl.lit(Decimal("0.5"))
    tied = pl.col(exact).round(9, mode="half_away_from_zero")
    return (tied + half).floor().cast(pl.Int64)
