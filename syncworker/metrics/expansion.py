"""Whether a paying account uses so much of what it bought that it may want more."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.texts import texts


def with_expansion(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add expansion_ready and quota_because, expansion_because.

    Ready is who pays and uses its quota or its seats up to the settings' percentages. Where
    neither is known, or MRR is not, nothing can be said: null.

    Args:
        accounts: With the columns of quota, adoption and MRR.
        inputs: For the settings and the language.
    """
    settings, said = inputs.settings.usage, texts(inputs.facts.language)
    quota = pl.col("quota_exact") >= settings.expansion_quota_percent
    seats = pl.col("seat_use_exact") >= settings.expansion_seat_percent
    high = quota.fill_null(value=False) | seats.fill_null(value=False)
    known = pl.col("quota_exact").is_not_null() | pl.col("seat_use_exact").is_not_null()
    use = pl.format(said["quota_use"], _whole("quota_used"), _whole("quota_limit"))
    no_limit = pl.when(pl.col("quota_limit").is_null()).then(pl.lit(said["quota_no_limit"]))
    parts = [
        pl.format(said["quota_percent"], "quota_used_percent"),
        pl.format(said["seat_percent"], "seat_use_percent"),
        pl.when(pl.col("mrr").is_null()).then(pl.lit(said["mrr_unknown"])),
        pl.when(pl.col("mrr") == 0).then(pl.lit(said["pays_nothing"])),
    ]
    sentence = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return accounts.with_columns(
        expansion_ready=pl.when(known).then(high & (pl.col("mrr") > 0)),
        quota_because=pl.coalesce(no_limit, use, pl.lit(said["quota_untold"]))
        if settings.quota_event
        else pl.lit(said["quota_unnamed"]),
        expansion_because=pl.when(known)
        .then(sentence)
        .otherwise(pl.lit(said["expansion_unknown"])),
    )


def _whole(column: str) -> pl.Expr:
    return pl.col(column).round(0).cast(pl.Int64, strict=False)
