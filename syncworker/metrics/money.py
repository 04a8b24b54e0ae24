"""Amounts: whole minor units, and currencies that do not add up."""

from __future__ import annotations

from decimal import Decimal

import polars as pl


def to_minor_units(exact: str) -> pl.Expr:
    """An exact amount in whole minor units, half up.

    Rounded at 9 decimals first, so that three times 5/6, kept at 12 decimals, is the tie it is.
    """
    half = pl.lit(Decimal("0.5"))
    tied = pl.col(exact).round(9, mode="half_away_from_zero")
    return (tied + half).floor().cast(pl.Int64)


def the_one(currencies: str) -> pl.Expr:
    """The only currency of a list, or null."""
    return pl.when(pl.col(currencies).list.len() == 1).then(pl.col(currencies).list.first())


def several(currencies: str) -> pl.Expr:
    """What is wrong with a list of more than one currency, or null."""
    names = pl.col(currencies).list.join(", ")
    problem = pl.format("MRR in several currencies ({}) and no rate between them", names)
    return pl.when(pl.col(currencies).list.len() > 1).then(problem)
