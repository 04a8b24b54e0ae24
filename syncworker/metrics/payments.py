"""What an account has paid: to date, within its money-back window, and for metered prices."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.fx import with_rate
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.invoices import billed, paid
from syncworker.metrics.known import instant
from syncworker.metrics.money import the_one, to_minor_units
from syncworker.metrics.shared import shared
from syncworker.model.stream import POLARS_TYPES

EXACT = POLARS_TYPES["decimal"]


def account_payments(inputs: Inputs) -> pl.LazyFrame:
    """Lifetime value to date, refunds, and revenue of metered prices.

    ltv_to_date sums paid invoices, net of tax and refunds, in their currency; where there are
    several in the portal's, each at the rate of the day it was paid.

    Returns:
        account_id, ltv_to_date, ltv_currency, ltv_problem, returned_at (when first a whole invoice
        was paid back), mrr_metered (null unless the setting asks for it), mrr_metered_currency;
        only accounts that ever paid, or were billed for metered prices.
    """
    facts = inputs.facts
    local = pl.col("paid_at").dt.convert_time_zone(facts.timezone).dt.date()
    invoices = paid(facts).with_columns(day=local).pipe(shared)
    home = pl.col("net").cast(EXACT) * pl.col("times") / pl.col("per")
    spent, refunded_at = pl.col("net") != 0, pl.col("refunded_at")
    returned = (pl.col("refunded") > 0) & (pl.col("refunded") >= pl.col("amount_ex_tax"))
    now = instant(facts.as_of)
    ltv = (
        with_rate(invoices, facts)
        .with_columns(home=home)
        .group_by("account_id")
        .agg(
            pl.col("net", "home").sum(),
            currencies=pl.col("currency").filter(spent).unique().sort(),
            no_rate=pl.col("currency").filter(spent & pl.col("home").is_null()).unique().sort(),
            returned_at=pl.col("refunded_at").filter(returned & (refunded_at <= now)).min(),
        )
        .with_columns(home=to_minor_units("home"))
    )
    many = (pl.col("currencies").list.len() > 1).fill_null(value=False)
    unadded = pl.format(
        "paid in several currencies ({}) and no exchange rate to {} from {} on some days",
        pl.col("currencies").list.join(", "),
        pl.lit(facts.currency),
        pl.col("no_rate").list.join(", "),
    )
    problem = pl.when(many & (pl.col("no_rate").list.len() > 0)).then(unadded)
    told = ltv.with_columns(ltv_problem=problem).select(
        "account_id",
        "ltv_problem",
        "returned_at",
        ltv_to_date=pl.when(pl.col("ltv_problem").is_null()).then(
            pl.when(many).then("home").otherwise("net")
        ),
        ltv_currency=pl.when(many)
        .then(pl.lit(facts.currency))
        .otherwise(pl.coalesce(the_one("currencies"), pl.lit(facts.currency))),
    )
    return told.join(_metered(inputs), on="account_id", how="full", coalesce=True)


def with_guarantee(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add guarantee_ends_on (a local date) and refunded_early; null where there is no payment."""
    days = inputs.settings.revenue.guarantee_days
    ends = pl.col("customer_since") + pl.duration(days=days)
    early = (pl.col("returned_at") < ends).fill_null(value=False)
    return accounts.with_columns(
        guarantee_ends_on=ends.dt.convert_time_zone(inputs.facts.timezone).dt.date(),
        refunded_early=pl.when(pl.col("customer_since").is_not_null()).then(early),
    )


def _metered(inputs: Inputs) -> pl.LazyFrame:
    """The mean a month of what was billed for metered prices in three months, in one currency."""
    facts = inputs.facts
    wanted = inputs.settings.revenue.metered == "trailing_3_months"
    now = instant(facts.as_of)
    local = now.dt.convert_time_zone(facts.timezone).dt.offset_by("-3mo")
    metered = inputs.billing.versions.filter(pl.col("usage_type") == "metered")
    mean = pl.col("amount").sum().cast(EXACT) / 3
    return (
        billed(facts)
        .filter(wanted & (pl.col("period_end") > local.dt.convert_time_zone("UTC")))
        .filter(pl.col("period_end") <= now)
        .join(metered.select("item_id").unique(), on="item_id", how="semi")
        .join(facts.streams["subscriptions"].select("sub_id", "account_id"), on="sub_id")
        .group_by("account_id", "currency")
        .agg(exact=mean)
        .with_columns(metered=to_minor_units("exact"))
        .group_by("account_id")
        .agg(metered=pl.col("metered").sum(), currencies=pl.col("currency").sort())
        .filter(pl.col("currencies").list.len() == 1)
        .select("account_id", mrr_metered="metered", mrr_metered_currency=the_one("currencies"))
    )
