"""What became of an account's MRR in the current month, and what was lost when it last ended."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.fx import rates_at
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, last_day
from syncworker.metrics.ledger import holds
from syncworker.metrics.money import the_one, to_minor_units
from syncworker.metrics.movements import movement
from syncworker.metrics.mrr import rate_day
from syncworker.metrics.mrr_tiers import tier_of
from syncworker.metrics.steps import EPOCH
from syncworker.model.stream import POLARS_TYPES

EXACT = POLARS_TYPES["decimal"]
INSTANT = pl.duration(microseconds=1)
AMOUNTS = ("prev", "cur", "lost")


def account_month(inputs: Inputs) -> pl.LazyFrame:
    """The net movement of the current local month, the tier at its start, and what was lost.

    Compared is MRR at the last instant before the month with MRR at `as_of`. Where the account pays
    in several currencies they are added up at one day's rates, so that rates are no movement. The
    tier of an account that was made in this month is today's. Lost is MRR just before it last
    fell to 0.

    Returns:
        account_id, mrr_movement, mrr_change (minor units), mrr_change_currency (all null where MRR
        then or now is not known, or there is no rate), mrr_tier, mrr_tier_problem, lost_mrr and
        lost_mrr_currency (null where something is paid now, or it is not known).
    """
    facts = inputs.facts
    start = month_start(facts)
    now, before = instant(facts.as_of), start - INSTANT
    mrr, since, until = pl.col("mrr"), pl.col("since"), pl.col("until")

    def worth(at: pl.Expr) -> pl.Expr:
        return pl.when(holds(at).any()).then(mrr.filter(holds(at)).first()).otherwise(0)

    spoken = (mrr > 0) | mrr.is_null()
    by_currency = (
        inputs.ledger.group_by("account_id", "currency")
        .agg(
            prev=worth(before),
            cur=worth(now),
            lost=mrr.sort_by("since").filter(spoken.sort_by("since")).last(),
            lost_at=until.filter(spoken).max(),
            first_mrr=since.filter(mrr > 0).min(),
        )
        .join(rates_at(rate_day(facts, inputs.settings), facts), on="currency", how="left")
    )
    at_home = {
        f"home_{name}": pl.col(name).cast(EXACT) * pl.col("times") / pl.col("per")
        for name in AMOUNTS
    }
    last = pl.col("lost_at") == pl.col("lost_at").max()
    moved = (pl.col("prev") != 0) | (pl.col("cur") != 0) | _null("prev") | _null("cur")
    rolled = (
        by_currency.with_columns(**at_home)
        .group_by("account_id")
        .agg(
            pl.col("prev", "cur", "home_prev", "home_cur").sum(),
            currencies=pl.col("currency").filter(moved).sort(),
            unknown=(_null("prev") | _null("cur")).any(),
            no_rate=(moved & pl.col("times").is_null()).any(),
            first_mrr=pl.col("first_mrr").min(),
            lost=pl.col("lost").filter(last).sum(),
            home_lost=pl.col("home_lost").filter(last).sum(),
            lost_in=pl.col("currency").filter(last).sort(),
            lost_unknown=_null("lost").filter(last).any(),
            lost_no_rate=pl.col("times").filter(last).is_null().any(),
        )
        .with_columns(to_minor_units(f"home_{name}").alias(f"home_{name}") for name in AMOUNTS)
    )
    accounts = facts.streams["accounts"].select("account_id", "created_at")
    return _told(accounts.join(rolled, on="account_id", how="left"), inputs)


def month_start(facts: Facts) -> pl.Expr:
    """The first instant of the local month that the last instant before `as_of` lies in."""
    start = last_day(facts).dt.month_start().cast(pl.Datetime("us"))
    return start.dt.replace_time_zone(facts.timezone).dt.convert_time_zone("UTC")


def _null(name: str) -> pl.Expr:
    return pl.col(name).is_null()


def _told(rows: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    facts = inputs.facts
    start, home = month_start(facts), pl.lit(facts.currency)
    rows = rows.with_columns(
        pl.col("prev", "cur", "home_prev", "home_cur").fill_null(0),
        pl.col("unknown", "no_rate").fill_null(value=False),
    )
    many = (pl.col("currencies").list.len() > 1).fill_null(value=False)
    known = ~pl.col("unknown") & ~(many & pl.col("no_rate"))
    prev, cur = (
        pl.when(known).then(pl.when(many).then(f"home_{side}").otherwise(side))
        for side in ("prev", "cur")
    )
    paid_before = (pl.col("first_mrr") < start).fill_null(value=False)
    older = pl.coalesce("created_at", "first_mrr", instant(EPOCH)) < start
    at_home = ~pl.col("unknown") & ~pl.col("no_rate")
    of_tier = pl.when(at_home).then(pl.when(older).then("home_prev").otherwise("home_cur"))
    currency = pl.when(many).then(home).otherwise(the_one("currencies"))
    lost_many = pl.col("lost_in").list.len() > 1
    over = (
        (pl.col("cur") == 0)
        & ~pl.col("unknown")
        & ~pl.col("lost_unknown")
        & ~(lost_many & pl.col("lost_no_rate"))
    )
    lost = pl.when(over & (pl.col("lost_in").list.len() > 0))
    return rows.select(
        "account_id",
        mrr_movement=movement(prev, cur, paid_before),
        mrr_change=cur - prev,
        mrr_change_currency=pl.when(known).then(pl.coalesce(currency, home)),
        mrr_tier=tier_of(of_tier, inputs.facts.currency, inputs.settings),
        mrr_tier_problem=pl.when(of_tier.is_null()).then(
            pl.lit("MRR, or its exchange rate, is not known")
        ),
        lost_mrr=lost.then(pl.when(lost_many).then("home_lost").otherwise("lost")),
        lost_mrr_currency=lost.then(pl.when(lost_many).then(home).otherwise(the_one("lost_in"))),
    )
