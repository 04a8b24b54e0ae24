"""What each subscription is worth a month: now, and of one that ended, what it was worth then."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.billing import Billing
from syncworker.metrics.facts import Facts
from syncworker.metrics.item_mrr import mrr_at
from syncworker.metrics.money import several, the_one, to_minor_units

INSTANT = timedelta(microseconds=1)


def recurring_revenue(billing: Billing, terms: pl.LazyFrame, steps: pl.LazyFrame) -> pl.LazyFrame:
    """MRR and recurring revenue amount per subscription.

    The MRR of an account's subscriptions adds up to the account's MRR exactly: where there are
    fractions of a minor unit, each subscription has what the account's rounded sum grows by when
    it is added, the oldest first. So a new subscription never changes an older one's number.

    One that ended has an MRR of 0, and the amount its items were worth just before the end.

    Returns:
        sub_id, subscription_mrr, subscription_arr, subscription_amount, subscription_currency,
        subscription_items (how many are priced), subscription_mrr_problem and
        subscription_amount_problem (why mrr, or amount, is not known); one row per subscription.
    """
    rows = pl.concat([_running(steps), _ended(billing, terms)])
    worth = rows.group_by("sub_id").agg(
        pl.col("amount").sum(),
        currencies=pl.col("currency").filter(pl.col("amount") != 0).sort(),
        items=pl.col("items").sum().cast(pl.Int64),
        unknown=pl.col("problem").min(),
    )
    problem, live = pl.col("subscription_amount_problem"), pl.col("live")
    mrr = pl.when(~live).then(0).when(problem.is_null()).then("amount")
    return (
        terms.select("sub_id", "live", undated=_over() & pl.col("end").is_null())
        .join(worth, on="sub_id", how="left")
        .join(_item_currency(billing.facts), on="sub_id", how="left")
        .with_columns(
            pl.col("amount", "items").fill_null(0),
            subscription_amount_problem=pl.coalesce(
                "unknown",
                several("currencies"),
                pl.when("undated").then(
                    pl.format("it is not known when subscription {} ended", "sub_id")
                ),
            ),
            currency=pl.coalesce(
                the_one("currencies"), "item_currency", pl.lit(billing.facts.currency)
            ),
        )
        .select(
            "sub_id",
            "subscription_amount_problem",
            subscription_mrr=mrr,
            subscription_arr=12 * mrr,
            subscription_amount=pl.when(problem.is_null()).then("amount"),
            subscription_currency=pl.when(problem.is_null()).then("currency"),
            subscription_items="items",
            subscription_mrr_problem=pl.when(live).then(problem),
        )
    )


def _running(steps: pl.LazyFrame) -> pl.LazyFrame:
    """The parts of the accounts' MRR by subscription and currency, in whole minor units."""
    exact = pl.when("counted").then("mrr").otherwise(0)
    summed = pl.col("exact").cum_sum().over("account_id", "currency", order_by=["start", "sub_id"])
    return (
        steps.filter(pl.col("until").is_null() & (pl.col("counted") | pl.col("strange")))
        .with_columns(exact=exact)
        .with_columns(up_to=summed)
        .with_columns(before=pl.col("up_to") - pl.col("exact"))
        .select(
            "sub_id",
            "currency",
            "items",
            "problem",
            amount=to_minor_units("up_to") - to_minor_units("before"),
        )
    )


def _ended(billing: Billing, terms: pl.LazyFrame) -> pl.LazyFrame:
    """What ended subscriptions were worth just before, by currency; a mere trial is worth none."""
    over = terms.filter(_over() & pl.col("end").is_not_null())
    return mrr_at(over.select("sub_id", at=pl.col("end") - INSTANT), billing).select(
        "sub_id", "currency", "items", "problem", amount=to_minor_units("mrr")
    )


def _over() -> pl.Expr:
    return ~pl.col("live") & pl.col("paid_for")


def _item_currency(facts: Facts) -> pl.LazyFrame:
    """The currency of all items a subscription ever had, where it is one."""
    currencies = (
        facts.streams["subscription_items"]
        .group_by("sub_id")
        .agg(item_currencies=pl.col("currency").unique())
    )
    return currencies.select("sub_id", item_currency=the_one("item_currencies"))
