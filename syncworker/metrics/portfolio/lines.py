"""From a wide frame, one row per period and segment, to the long rows of a report."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.rows import ROWS, Unit

_FILLED = {"currency": "", "note": ""}
_OUTSIDE = ("period", "segment")


def line(metric: str | pl.Expr, unit: Unit, **columns: pl.Expr | str) -> pl.Expr:
    """One metric's row as a struct with the columns of `ROWS`, but period and segment.

    Args:
        metric: Its name.
        unit: Its unit.
        columns: The others of `ROWS` that it has, as expressions or column names.
    """
    made: dict[str, pl.Expr] = {
        "metric": pl.lit(metric) if isinstance(metric, str) else metric,
        "unit": pl.lit(unit),
    }
    made |= {n: pl.col(c) if isinstance(c, str) else c for n, c in columns.items()}
    made |= {n: pl.lit(None) for n in ROWS if n not in made}
    filled = {name: made[name].cast(dtype).alias(name) for name, dtype in ROWS.items()}
    filled |= {name: filled[name].fill_null(text) for name, text in _FILLED.items()}
    return pl.struct(filled[name] for name in ROWS if name not in _OUTSIDE)


def told(frame: pl.LazyFrame, *lines: pl.Expr) -> pl.LazyFrame:
    """The long rows of a frame with period, segment and what the lines are made of."""
    return (
        frame.select(*_OUTSIDE, line=pl.concat_list(lines))
        .explode("line")
        .unnest("line")
        .select(list(ROWS))
    )


def half_up(exact: pl.Expr) -> pl.Expr:
    """A float of minor units as a whole number, half up."""
    return (exact.round(6) + 0.5).floor().cast(pl.Int64)


def percent(part: pl.Expr | str, whole: pl.Expr | str) -> pl.Expr:
    """A part of a whole from 0 to 100; null where the whole is 0."""
    part, whole = (pl.col(c) if isinstance(c, str) else c for c in (part, whole))
    return pl.when(whole > 0).then(100 * part / whole)


def too_few(count: pl.Expr | str, least: int, what: str = "accounts") -> pl.Expr:
    """The note "too few: 2 of at least 30 accounts", or null where there are enough."""
    count = pl.col(count) if isinstance(count, str) else count
    words = pl.format(f"too few: {{}} of at least {least} {what}", count)
    return pl.when(count < least).then(words)


def notes(*parts: pl.Expr) -> pl.Expr:
    """What there is to say, joined by semicolons; "" for nothing."""
    return pl.concat_str(*parts, separator="; ", ignore_nulls=True)
