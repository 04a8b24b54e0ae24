"""Medians with an interval that needs no assumption about the distribution.

The interval's ends are the values at ranks n/2 -+ z sqrt(n)/2 (the upper one plus 1), rounded.
Source: M. J. Campbell and M. J. Gardner, "Calculating confidence intervals for some non-parametric
analyses", British Medical Journal 296 (1988), 1454-1456.
"""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.intervals import Z
from syncworker.metrics.portfolio.lines import notes, too_few
from syncworker.metrics.portfolio.shares import NEVER
from syncworker.metrics.portfolio.told import row

SMALLEST = 6
"""Of fewer values no two enclose the median with 95 %."""


def spread(values: pl.Expr, prefix: str) -> dict[str, pl.Expr]:
    """Aggregations: prefix_n, prefix_median, prefix_p75, prefix_low and prefix_high of values.

    Args:
        values: Numbers; null ones are left out.
        prefix: What the columns' names begin with.
    """
    values = values.drop_nulls().cast(pl.Float64)
    n, half = values.len().cast(pl.Float64), Z * values.len().cast(pl.Float64).sqrt() / 2
    lower = (n / 2 - half).round(0).clip(lower_bound=1)
    upper = (1 + n / 2 + half).round(0)
    ranked = values.sort()
    return {
        f"{prefix}_n": values.len().cast(pl.Int64),
        f"{prefix}_median": values.quantile(0.5, "linear"),
        f"{prefix}_p75": values.quantile(0.75, "linear"),
        f"{prefix}_low": ranked.filter(ranked.cum_count() == lower).first(),
        f"{prefix}_high": ranked.filter(ranked.cum_count() == pl.min_horizontal(upper, n)).first(),
    }


def days(
    metric: str,
    prefix: str,
    value: str = "median",
    hidden: pl.Expr = NEVER,
    note: pl.Expr = NEVER,
) -> pl.Expr:
    """A median or third quartile of days, from the columns of `spread`.

    Args:
        metric: Its name.
        prefix: As in `spread`.
        value: median (with its interval) or p75.
        hidden: A reason why it is not told; null: none.
        note: What else is to be said.
    """
    n = f"{prefix}_n"
    problem = pl.coalesce(hidden, too_few(n, SMALLEST, "records"))
    told = problem.is_null()
    ends = ("low", "high") if value == "median" else ()
    return row(
        metric,
        "days",
        value=pl.when(told).then(f"{prefix}_{value}"),
        n=n,
        note=notes(problem, note),
        **{end: pl.when(told).then(f"{prefix}_{end}") for end in ends},
    )
