"""MRR of an account at `as_of`, and the instant it first paid."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.item_mrr import licensed, mrr_at, valid
from syncworker.metrics.known import instant
from syncworker.metrics.settings import MetricSettings


def account_mrr(facts: Facts, settings: MetricSettings, terms: pl.LazyFrame) -> pl.LazyFrame:
    """MRR per account, rounded half up to whole minor units once per account and currency.

    An account without MRR has 0, in the currency of its items where they have one, else in the
    portal's. With MRR in several currencies, or a price that is not known, mrr is null and
    mrr_problem says why.

    Returns:
        account_id, mrr, mrr_currency, arr, mrr_past_due (in mrr's currency; counted in mrr unless
        the setting says otherwise), mrr_items, mrr_subscriptions, mrr_problem.
    """
    now = instant(facts.as_of)
    owed = terms.filter(pl.col("counted") | (pl.col("status") == "past_due"))
    amounts = mrr_at(owed.select("sub_id", at=now), facts, settings).join(
        owed.select("sub_id", "account_id", "counted", "status"), on="sub_id"
    )
    counted = pl.col("counted")
    by_currency = (
        amounts.group_by("account_id", "currency")
        .agg(
            exact=pl.col("mrr").filter(counted).sum(),
            late=pl.col("mrr").filter(pl.col("status") == "past_due").sum(),
            items=pl.col("items").filter(counted).sum(),
            subs=counted.sum(),
            problem=pl.col("problem").min(),
        )
        .with_columns(mrr=to_minor_units("exact"), mrr_past_due=to_minor_units("late"))
        .with_columns(weighs=(pl.col("mrr") != 0) | (pl.col("mrr_past_due") != 0))
    )
    weighing = pl.col("currency").filter(pl.col("weighs"))
    rolled = by_currency.group_by("account_id").agg(
        pl.col("mrr", "mrr_past_due").sum(),
        currencies=weighing.sort(),
        mrr_items=pl.col("items").sum().cast(pl.Int64),
        mrr_subscriptions=pl.col("subs").sum().cast(pl.Int64),
        unknown=pl.col("problem").min(),
    )
    return _finish(facts, terms, rolled)


def _finish(facts: Facts, terms: pl.LazyFrame, rolled: pl.LazyFrame) -> pl.LazyFrame:
    several = pl.when(pl.col("currencies").list.len() > 1).then(
        pl.format(
            "MRR in several currencies ({}) and no rate between them",
            pl.col("currencies").list.join(", "),
        )
    )
    one = pl.when(pl.col("currencies").list.len() == 1).then(pl.col("currencies").list.first())
    known = pl.col("mrr_problem").is_null()
    sums = ["mrr", "mrr_past_due"]
    return (
        facts.streams["accounts"]
        .select("account_id")
        .join(rolled, on="account_id", how="left")
        .join(_item_currency(facts, terms), on="account_id", how="left")
        .with_columns(
            pl.col(*sums, "mrr_items", "mrr_subscriptions").fill_null(0),
            mrr_problem=pl.coalesce("unknown", several),
        )
        .select(
            "account_id",
            *(pl.when(known).then(pl.col(name)).alias(name) for name in sums),
            "mrr_items",
            "mrr_subscriptions",
            "mrr_problem",
            arr=pl.when(known).then(12 * pl.col("mrr")),
            mrr_currency=pl.when(known).then(
                pl.coalesce(one, "item_currency", pl.lit(facts.currency))
            ),
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


def to_minor_units(exact: str) -> pl.Expr:
    """An exact amount in whole minor units, half up.

    Rounded at 9 decimals first, so that three times 5/6, kept at 12 decimals, is the tie it is.
    """
    half = pl.lit(Decimal("0.5"))
    tied = pl.col(exact).round(9, mode="half_away_from_zero")
    return (tied + half).floor().cast(pl.Int64)


def first_paid(
    facts: Facts, settings: MetricSettings, terms: pl.LazyFrame, since: pl.LazyFrame
) -> pl.LazyFrame:
    """The first instant with MRR > 0 at or after a moment, per account.

    MRR can begin when a subscription starts, its trial ends, an item becomes valid or a discount
    ends; it is computed at each of these.

    Args:
        facts: All streams present.
        settings: For the MRR.
        terms: The subscriptions.
        since: account_id and since.

    Returns:
        account_id, first_paid_at; only accounts that paid.
    """
    subs = (
        terms.filter(pl.col("ever_paid_for"))
        .join(since, on="account_id")
        .select(
            "sub_id", "account_id", "end", begin=pl.max_horizontal("start", "trial_end", "since")
        )
    )
    changes = pl.concat(
        [
            facts.streams["subscription_items"].select("sub_id", at="valid_from"),
            facts.streams["discounts"].select("sub_id", at=pl.min_horizontal("end", "deleted_at")),
        ]
    ).filter(pl.col("at").is_not_null())
    candidates = pl.concat(
        [
            subs.with_columns(at="begin"),
            subs.join(changes, on="sub_id").filter(pl.col("at") > pl.col("begin")),
        ]
    ).filter(
        (pl.col("at") <= instant(facts.as_of))
        & (pl.col("end").is_null() | (pl.col("at") < pl.col("end")))
    )
    return (
        mrr_at(candidates.select("sub_id", "at").unique(), facts, settings)
        .filter(pl.col("mrr") > 0)
        .join(subs.select("sub_id", "account_id"), on="sub_id")
        .group_by("account_id")
        .agg(first_paid_at=pl.col("at").min())
    )


def account_seats(facts: Facts, settings: MetricSettings, terms: pl.LazyFrame) -> pl.LazyFrame:
    """Seats per account: account_id, seats; only accounts that have any.

    The quantities of the prices named as seats, else of all licensed items, of live subscriptions.
    """
    items = licensed(facts.streams["subscription_items"])
    if settings.seat_prices:
        items = items.filter(pl.col("price_id").is_in(settings.seat_prices))
    return (
        terms.filter("live")
        .join(items, on="sub_id")
        .filter(valid(instant(facts.as_of)))
        .group_by("account_id")
        .agg(seats=pl.col("quantity").fill_null(1).sum())
        .filter(pl.col("seats") > 0)
    )
