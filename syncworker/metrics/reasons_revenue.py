"""Why revenue is what it is and why customers leave, in the portal's language."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.reasons import sentence
from syncworker.metrics.texts import texts
from syncworker.metrics.this_month import month_start

STANDARD = "standard"


def with_revenue_reasons(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add movement_because, renewal_because and churn_because; mrr_because names an unusual mode.

    Days in them are local dates of the portal's reporting timezone.
    """
    words = texts(inputs.facts.language)
    zone = inputs.facts.timezone
    day = month_start(inputs.facts).dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d")
    kinds = ("new", "expansion", "contraction", "churn", "reactivation")
    told = {kind: words[f"movement.{kind}"] for kind in kinds}
    kind = pl.col("mrr_movement").replace_strict(told, default=None, return_dtype=pl.String)
    mode = pl.when(pl.col("mrr_mode") != STANDARD).then(pl.format(words["mrr.mode"], "mrr_mode"))
    cancelled = pl.col("cancelled").fill_null(value=False)
    return accounts.with_columns(
        mrr_because=sentence(pl.col("mrr_because"), mode),
        movement_because=pl.coalesce(
            pl.when(pl.col("mrr_movement").is_null()).then(pl.lit(words["movement.unknown"])),
            pl.format(words["movement.changed"], kind, day),
            pl.format(words["movement.none"], day),
        ),
        renewal_because=pl.coalesce(
            pl.format(words["renewal.date"], pl.col("renewal_date").dt.strftime("%Y-%m-%d")),
            pl.lit(words["renewal.none"]),
        ),
        churn_because=pl.when(cancelled)
        .then(
            pl.coalesce(
                pl.when(pl.any_horizontal(pl.col("churn_said", "churn_chose").is_not_null())).then(
                    sentence(
                        pl.format(words["churn.reason"], "churn_said"),
                        pl.format(words["churn.feedback"], "churn_chose"),
                    )
                ),
                pl.lit(words["churn.none"]),
            )
        )
        .otherwise(pl.lit(words["churn.not"])),
    )
