"""What every account was worth, from when to when: MRR as a step function of time."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.money import to_minor_units
from syncworker.metrics.shared import shared

KEY = ["account_id", "currency"]


def mrr_ledger(steps: pl.LazyFrame) -> pl.LazyFrame:
    """MRR per account and currency between its changes, up to `as_of`.

    MRR at an instant T is the row with since <= T and (until is null or T < until); without such
    a row it is 0. Rounded half up to whole minor units once per account, currency and step, so
    that differences of two instants are differences of whole numbers.

    Args:
        steps: What the subscriptions were worth, as `steps.revenue_steps`.

    Returns:
        account_id, currency, since (1970 where the start is not known), until (null: it still held
        at `as_of`), mrr (minor units; null: a price or status of then is not known), in no order.
        Neighbouring steps of one value may stand as two rows.
    """
    unknown = pl.col("problem").is_not_null()
    # Each step adds its amount when it begins and takes it away when it ends.
    deltas = (
        steps.filter(pl.col("counted") | pl.col("strange"))
        .select(
            *KEY,
            at=pl.concat_list("since", "until"),
            sign=pl.lit([1, -1], dtype=pl.List(pl.Int64)),
            exact=pl.when(unknown).then(0).otherwise("mrr"),
            unknown=unknown.cast(pl.Int64),
        )
        .explode("at", "sign")
        .filter(pl.col("at").is_not_null())
        .with_columns(pl.col("exact", "unknown") * pl.col("sign"))
    )
    sums = ("exact", "unknown")
    return (
        deltas.group_by(*KEY, "at")
        .agg(pl.col(sums).sum())
        .sort(*KEY, "at")
        .with_columns(pl.col(sums).cum_sum().over(KEY), until=pl.col("at").shift(-1).over(KEY))
        .select(
            *KEY,
            since="at",
            until="until",
            mrr=pl.when(pl.col("unknown") == 0).then(to_minor_units("exact")),
        )
        .pipe(shared)
    )


def holds(at: pl.Expr) -> pl.Expr:
    """Whether a row of a ledger holds at an instant: since <= at < until."""
    return (pl.col("since") <= at) & (pl.col("until").is_null() | (at < pl.col("until")))


def worth_at(ledger: pl.LazyFrame, at: pl.Expr) -> pl.LazyFrame:
    """The rows of a ledger that hold at an instant: account_id, currency, mrr.

    Args:
        ledger: As `mrr_ledger`.
        at: The instant; aware UTC.
    """
    return ledger.filter(holds(at)).select(*KEY, "mrr")
