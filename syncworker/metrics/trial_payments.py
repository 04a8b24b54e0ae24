"""When an account paid at or since a trial's request."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.item_mrr import CYCLES, licensed
from syncworker.metrics.known import instant
from syncworker.metrics.trial_rows import TRIAL


def trial_payments(trials: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """The first payment at or since each request.

    It is the earliest paid invoice above zero from the request on, else the first instant with
    MRR: for whoever had not paid before, the same as `customers` says. One that had paid and
    stopped pays anew. A price that is not known counts as one above zero.

    Args:
        trials: account_id, trial_id, requested_at.
        inputs: The computation's.

    Returns:
        account_id, trial_id, paid_before (whether it was a paying customer when it asked) and
        first_paid_at (null for such a customer); only trials of accounts that paid.
    """
    asked = pl.col("requested_at")
    trials = trials.select(*TRIAL, "requested_at")
    paid = (
        inputs.facts.streams["invoices"]
        .filter((pl.col("amount_ex_tax") > 0) & (pl.col("paid_at") <= instant(inputs.facts.as_of)))
        .join(trials, on="account_id")
        .group_by(TRIAL)
        .agg(
            invoice_paid=pl.col("paid_at").filter(pl.col("paid_at") >= asked).min(),
            invoiced_before=(pl.col("paid_at") < asked).any(),
        )
    )
    since, until = pl.col("since"), pl.col("until")
    open_end = until.is_null()
    just_before = (since.is_null() | (since < asked)) & (open_end | (until >= asked))
    then = (since.is_null() | (since <= asked)) & (open_end | (until > asked))
    worth = (
        _paying(inputs)
        .join(trials, on="account_id")
        .filter(open_end | (until >= asked))
        .group_by(TRIAL)
        .agg(
            paid_before=just_before.any() & then.any(),
            mrr_since=pl.max_horizontal(since, asked).filter(open_end | (until > asked)).min(),
        )
    )
    first = pl.coalesce("invoice_paid", "mrr_since")
    return (
        worth.join(paid, on=TRIAL, how="full", coalesce=True)
        .with_columns(
            # Whoever has paid invoices, and none before the request, first paid after it.
            paid_before=(
                pl.col("paid_before") & pl.col("invoiced_before").fill_null(value=True)
            ).fill_null(value=False)
        )
        .select(*TRIAL, "paid_before", first_paid_at=pl.when(~pl.col("paid_before")).then(first))
        .filter(pl.col("paid_before") | pl.col("first_paid_at").is_not_null())
    )


def _paying(inputs: Inputs) -> pl.LazyFrame:
    """account_id, since (null: since ever), until: when it was worth money, known or not how much.

    The ledger holds what has a price and a date; the rest is looked up in the items.
    """
    ledger = inputs.ledger.filter(pl.col("mrr") > 0).select("account_id", "since", "until")
    now = instant(inputs.facts.as_of)
    unpriced = pl.col("unit_amount").is_null() | ~pl.col("interval").is_in(list(CYCLES))
    unpriced |= pl.col("interval_count").fill_null(1) < 1
    undated = pl.col("begins").is_null()
    terms = inputs.terms.filter(
        pl.col("paid_for") & (pl.col("live") | pl.col("end").is_not_null())
    ).select("sub_id", "account_id", "end", begins=pl.max_horizontal("start", "trial_end"))
    others = (
        licensed(inputs.facts.streams["subscription_items"])
        .join(terms, on="sub_id")
        .filter(unpriced | (undated & (pl.col("unit_amount") > 0)))
        .select(
            "account_id",
            since=pl.max_horizontal("begins", "valid_from"),
            until=pl.min_horizontal("end", "valid_to", "deleted_at"),
        )
        .filter(pl.col("since").is_null() | (pl.col("since") <= now))
        .filter(
            pl.col("since").is_null()
            | pl.col("until").is_null()
            | (pl.col("since") < pl.col("until"))
        )
    )
    return pl.concat([ledger, others])
