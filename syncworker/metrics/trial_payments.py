"""When an account paid at or since a trial's request."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
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
    """account_id, since, until: when it was worth money, known or not how much."""
    paying = (pl.col("mrr") > 0) | pl.col("unpriced")
    return inputs.steps.filter((pl.col("counted") | pl.col("late")) & paying).select(
        "account_id", "since", "until"
    )
