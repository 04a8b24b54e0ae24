"""Shares of a cohort with their interval, held against a benchmark where there is one."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.intervals import wilson
from syncworker.metrics.portfolio.lines import notes, too_few
from syncworker.metrics.portfolio.told import row

NEVER = pl.lit(None, dtype=pl.String)
NOT_SEPARABLE = "not separable"


def count(metric: str) -> pl.Expr:
    """A number of records: the column of the metric's name."""
    return row(metric, "count", value=metric, n=metric)


def share(
    metric: str,
    part: str,
    whole: str,
    least: int,
    hidden: pl.Expr = NEVER,
    note: pl.Expr = NEVER,
) -> pl.Expr:
    """A part of a whole in percent with Wilson's 95 % interval.

    Args:
        metric: Its name.
        part: The column with how many did.
        whole: The column with how many could.
        least: Where fewer could, the note says so and there is no rate.
        hidden: Another reason why there is no rate; null: none.
        note: What else is to be said.
    """
    problem = pl.coalesce(hidden, too_few(whole, least, "records"))
    told = problem.is_null()
    low, high = wilson(pl.col(part), pl.col(whole))
    return row(
        metric,
        "percent",
        value=pl.when(told).then(100 * pl.col(part) / pl.col(whole)),
        numerator=part,
        denominator=whole,
        low=pl.when(told).then(low),
        high=pl.when(told).then(high),
        n=whole,
        note=notes(problem, note),
    )


def gap(rate: pl.Expr, metric: str, benchmark: float) -> pl.Expr:
    """By how many points a rate lies above its benchmark.

    Args:
        rate: As `share` makes it.
        metric: The gap's name.
        benchmark: In percent.
    """
    above, low, high = (rate.struct.field(name) - benchmark for name in ("value", "low", "high"))
    crosses = (low <= 0) & (high >= 0)
    blur = pl.when(crosses).then(pl.lit(f"{NOT_SEPARABLE} from {benchmark:g} %"))
    said = rate.struct.field("note")
    rest = pl.when(said != "").then(said)
    clear = pl.when(above.is_not_null() & ~crosses).then(pl.lit(f"benchmark {benchmark:g} %"))
    return row(
        metric,
        "points",
        value=above,
        low=low,
        high=high,
        n=rate.struct.field("n"),
        note=notes(rest, blur, clear),
    )


def times(
    metric: str,
    one: tuple[str, str],
    other: tuple[str, str],
    least: int,
    hidden: pl.Expr = NEVER,
) -> pl.Expr:
    """How many times as high one rate is as another, where their intervals are apart.

    Args:
        metric: Its name.
        one: The columns with how many did and how many could.
        other: The same of what it is compared with.
        least: With fewer in either whole it is not told.
        hidden: Another reason why it is not told.
    """
    part, whole = (pl.col(name) for name in one)
    other_part, other_whole = (pl.col(name) for name in other)
    low, high = wilson(part, whole)
    other_low, other_high = wilson(other_part, other_whole)
    apart = (low > other_high) | (high < other_low)
    problem = pl.coalesce(
        hidden,
        too_few(pl.min_horizontal(whole, other_whole), least, "records"),
        pl.when(other_part == 0).then(pl.lit("nothing to compare with")),
        pl.when(~apart).then(pl.lit(NOT_SEPARABLE)),
    )
    ratio = (part / whole) / (other_part / other_whole)
    return row(
        metric,
        "ratio",
        value=pl.when(problem.is_null()).then(ratio),
        n=whole,
        note=problem,
    )
