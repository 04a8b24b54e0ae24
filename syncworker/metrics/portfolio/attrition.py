"""Report `attrition`: where people are lost between the website and a lasting customer.

Visitors are followed to their sign-up; from there on accounts, whether a visit of theirs is known
or not. Each step counts those only that took all the steps before it from the sign-up on.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.customers import account_customers
from syncworker.metrics.known import instant
from syncworker.metrics.portfolio.cohorts import counted, immature, in_segments, period_of
from syncworker.metrics.portfolio.rows import Portfolio, Report
from syncworker.metrics.portfolio.shares import NEVER, count, share
from syncworker.metrics.portfolio.told import told
from syncworker.metrics.portfolio.visitors import visitors

_NO_VISITS = "no source tells of visits"
_NO_USAGE = "no source tells what people did"


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    inputs = portfolio.inputs
    settings = inputs.settings.portfolio
    young = immature(settings.activation_days, portfolio)
    unpaid = immature(settings.trial_mature_days, portfolio)
    unrenewed = immature(settings.renewal_days, portfolio)
    seen = NEVER if "web_visits" in inputs.provided else pl.lit(_NO_VISITS)
    used = NEVER if inputs.usage_known else pl.lit(_NO_USAGE)
    unused = NEVER if inputs.usage_known else pl.lit(f"of all sign-ups: {_NO_USAGE}")
    least = settings.least
    unseen, idle = pl.coalesce(seen, young), pl.coalesce(used, young)
    return pl.concat(
        [
            told(
                _site(portfolio),
                count("prospects"),
                share("drop_signup", "left", "prospects", least, unseen),
            ),
            told(
                _accounts(portfolio),
                count("signups"),
                share("drop_key_action", "idle", "signups", least, idle),
                share("drop_conversion", "unpaid", "active", least, unpaid, unused),
                share("drop_renewal", "lost", "due", least, unrenewed),
            ),
        ]
    )


def _site(portfolio: Portfolio) -> pl.LazyFrame:
    """Prospects: visitors, those of one account as one, that had not signed up when they came."""
    made = portfolio.facts.streams["accounts"].select("account_id", "created_at")
    order = ["at", "visitor_id"]
    came = (
        visitors(portfolio)
        .group_by(prospect=pl.coalesce("account_id", "visitor_id"))
        .agg(pl.col("at", "period", "segment", "account_id").sort_by(order).first())
        .join(made, on="account_id", how="left")
    )
    before = (pl.col("created_at") < pl.col("at")).fill_null(value=False)
    return counted(
        came.filter(~before),
        portfolio,
        prospects=pl.len().cast(pl.Int64),
        left=pl.col("created_at").is_null().sum().cast(pl.Int64),
    )


def _accounts(portfolio: Portfolio) -> pl.LazyFrame:
    """Accounts made in each period, and which steps they took.

    Returns:
        signups, idle (no key action), active (a key action, or unknown), unpaid (of these), due
        (those that paid so long ago that a renewal can be seen), lost (of these).
    """
    inputs = portfolio.inputs
    paid = account_customers(inputs).select("account_id", "customer_since")
    acts = (
        inputs.activity.filter(pl.col("key")).group_by("account_id").agg(acted=pl.lit(value=True))
    )
    active = pl.col("acted").fill_null(value=not inputs.usage_known)
    won = active & pl.col("customer_since").is_not_null()
    due = won & pl.col("due")
    rows = (
        inputs.facts.streams["accounts"]
        .select("account_id", period=period_of("created_at", portfolio))
        .join(acts, on="account_id", how="left")
        .join(paid, on="account_id", how="left")
        .join(_renewals(portfolio, paid), on="account_id", how="left")
        .with_columns(pl.col("due", "kept").fill_null(value=False))
    )
    sums = {
        "idle": ~active,
        "active": active,
        "unpaid": active & ~won,
        "due": due,
        "lost": due & ~pl.col("kept"),
    }
    return counted(
        in_segments(rows, portfolio),
        portfolio,
        signups=pl.len().cast(pl.Int64),
        **{name: each.sum().cast(pl.Int64) for name, each in sums.items()},
    )


def _renewals(portfolio: Portfolio, paid: pl.LazyFrame) -> pl.LazyFrame:
    """account_id, due, kept: whether it had MRR so many days after its first payment."""
    inputs = portfolio.inputs
    later = pl.col("customer_since") + timedelta(days=inputs.settings.portfolio.renewal_days)
    rows = paid.filter(later <= instant(inputs.facts.as_of)).with_columns(later=later)
    holds = (pl.col("since") <= pl.col("later")) & (
        pl.col("until").is_null() | (pl.col("later") < pl.col("until"))
    )
    kept = (
        inputs.ledger.filter(pl.col("mrr") > 0)
        .join(rows, on="account_id")
        .filter(holds)
        .select("account_id", kept=pl.lit(value=True))
        .unique()
    )
    return rows.join(kept, on="account_id", how="left").select(
        "account_id", "kept", due=pl.lit(value=True)
    )


ATTRITION = Report(
    name="attrition",
    label="Where people are lost, by the period they first came or signed up in",
    metrics={
        "prospects": "visitors first seen in the period that had not signed up then; those of "
        "one account count once",
        "signups": "accounts made in the period",
        "drop_signup": "prospects that have not signed up; none until 30 days after the period",
        "drop_key_action": "sign-ups without any key action; none until 30 days after the period",
        "drop_conversion": "accounts with a key action that have not paid; none until 45 days "
        "after the period",
        "drop_renewal": "of these that paid 180 days ago or earlier, those that paid nothing "
        "180 days after their first payment; none until 180 days after the period",
    },
    inputs=("accounts", "invoices|subscriptions"),
    rows=_rows,
)
