"""The long rows of a report, made from wide frames of one row per period and segment."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.rows import ROWS, Unit

_FILLED = {"currency": "", "note": ""}


def row(metric: str, unit: Unit, **columns: pl.Expr | str) -> pl.Expr:
    """One metric's row as a struct of the columns of `ROWS`.

    Args:
        metric: Its name.
        unit: Its unit.
        columns: The others of `ROWS` that it has, as expressions or column names; period and
            segment are those of the frame.
    """
    made: dict[str, pl.Expr] = {"metric": pl.lit(metric), "unit": pl.lit(unit)}
    made |= {name: pl.col(name) for name in ("period", "segment")}
    made |= {n: pl.col(c) if isinstance(c, str) else c for n, c in columns.items()}
    every = {n: made.get(n, pl.lit(_FILLED.get(n))).cast(dtype) for n, dtype in ROWS.items()}
    every |= {name: every[name].fill_null(text) for name, text in _FILLED.items()}
    return pl.struct(each.alias(name) for name, each in every.items())


def told(frame: pl.LazyFrame, *rows: pl.Expr) -> pl.LazyFrame:
    """The rows of a frame, each a row of the report; a null one is left out.

    The frame is read once: a report of a dozen metrics would otherwise plan it a dozen times.

    Args:
        frame: With what the rows are made of.
        rows: As `row` makes them.
    """
    each = pl.concat_list(rows).alias("row")
    return frame.select(each).explode("row").filter(pl.col("row").is_not_null()).unnest("row")
