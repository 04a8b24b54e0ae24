"""How sure a rate is: Wilson's score interval.

Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22 (1927), 209-212.
"""

from __future__ import annotations

import polars as pl

Z = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


def wilson(successes: pl.Expr, trials: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Low and high end of the 95 % interval of a rate, in percent; null where there are no trials.

    Args:
        successes: How many of the trials succeeded.
        trials: How many there were.
    """
    n = pl.when(trials > 0).then(trials.cast(pl.Float64))
    share = successes / n
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = (share * (1 - share) / n + Z**2 / (4 * n**2)).sqrt() * Z / (1 + Z**2 / n)
    return (
        100 * (centre - half).clip(lower_bound=0.0),
        100 * (centre + half).clip(upper_bound=1.0),
    )
