"""Looking a stream's rows up in books, one after another, until one answers."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.identity_claims import RIVALS_TYPE

RIVALS, FIELD, VALUE = "_rivals", "_field", "_value"
OPEN = pl.col("account_id").is_null() & pl.col(RIVALS).is_null()
"""Rows that have no account yet, and no conflict either."""
LOST = pl.col("account_id").is_null() | pl.col(RIVALS).is_not_null()
"""Rows whose account is not known, or claimed by two."""


def begun(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows before anything is looked up: with the column account_id, and no conflict."""
    if "account_id" not in rows.collect_schema():
        rows = rows.with_columns(account_id=pl.lit(None, dtype=pl.String))
    return rows.with_columns(
        pl.lit(None, dtype=RIVALS_TYPE).alias(RIVALS),
        pl.lit(None, dtype=pl.String).alias(FIELD),
        pl.lit(None, dtype=pl.String).alias(VALUE),
    )


def renamed(rows: pl.LazyFrame, external: pl.DataFrame) -> pl.LazyFrame:
    """Rows whose account_id is another system's, with the account it stands for.

    Where it stands for two, the row keeps what it says, which is no account's id, and has a
    conflict.
    """
    if external.is_empty():
        return rows
    rows = rows.with_columns(_asked="account_id").join(
        external.lazy(), left_on="_asked", right_on="value", how="left"
    )
    return _answered(rows, "account_id", pl.coalesce("_account", "account_id"))


def looked_up(rows: pl.LazyFrame, field: str, key: pl.Expr, book: pl.DataFrame) -> pl.LazyFrame:
    """Rows that are still open, with the book's answer; the others go by untouched.

    Args:
        rows: From `begun` on.
        field: What is looked up, for a conflict's report.
        key: The value to look up.
        book: value, _account, _accounts.
    """
    # A null key meets nothing: the join costs rows that have an account next to nothing.
    rows = rows.with_columns(_asked=pl.when(OPEN).then(key)).join(
        book.lazy(), left_on="_asked", right_on="value", how="left"
    )
    return _answered(rows, field, pl.coalesce("account_id", "_account"))


def _answered(rows: pl.LazyFrame, field: str, account: pl.Expr) -> pl.LazyFrame:
    conflict = pl.col("_accounts").is_not_null()
    return rows.with_columns(
        account.alias("account_id"),
        pl.coalesce(RIVALS, "_accounts").alias(RIVALS),
        pl.when(conflict).then(pl.lit(field)).otherwise(FIELD).alias(FIELD),
        pl.when(conflict).then("_asked").otherwise(VALUE).alias(VALUE),
    ).drop("_asked", "_account", "_accounts")
