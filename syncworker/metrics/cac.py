"""Whether an account has earned back what winning a customer costs."""

from __future__ import annotations

from typing import TypedDict

import polars as pl

from syncworker.metrics.attribution import revenue_to_date
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.texts import texts
from syncworker.model.money import exponent

BLENDED_CAC = "blended_cac"
"""Its name among the values of the whole portal."""


class Cac(TypedDict):
    """The blended CAC as it is frozen with a run.

    cac: minor units per new customer, or None, and then `problem` says why. currency: its own.
    """

    cac: float | None
    currency: str
    problem: str


def account_cac(inputs: Inputs) -> pl.LazyFrame:
    """Whether an account's gross profit to date has reached the portal's blended CAC.

    Returns:
        account_id, cac_recovered, cac_problem (why it is not known, where it is not) and
        cac_because; only accounts that have paid an invoice.
    """
    words = texts(inputs.facts.language)
    frozen: Cac = inputs.population.values.get(BLENDED_CAC) or unknown_cac("cac_not_computed")
    currency, cac = frozen["currency"], frozen["cac"]
    margin = inputs.settings.portfolio.gross_margin
    profit = pl.col("revenue") * margin
    others = pl.col("others").list.join(", ")
    foreign = pl.when(pl.col("others").list.len() > 0).then(
        pl.format(words["cac_other_currency"], others, pl.lit(currency))
    )
    problem = foreign if cac is not None else pl.lit(words.get(frozen["problem"]))
    in_it = pl.col("currency") == currency
    reached = pl.when(problem.is_null()).then(profit >= (cac or 0))
    return (
        revenue_to_date(inputs)
        .group_by("account_id")
        .agg(
            revenue=pl.col("revenue").filter(in_it).sum(),
            others=pl.col("currency").filter(~in_it & (pl.col("revenue") != 0)).sort(),
        )
        .select(
            "account_id",
            cac_recovered=reached,
            cac_problem=problem,
            cac_because=pl.format(
                words["cac_recovered"],
                _major(profit, currency),
                _major(pl.lit(cac, dtype=pl.Float64), currency),
                pl.lit(currency),
            ),
        )
    )


def unknown_cac(problem: str) -> Cac:
    """No CAC, with the key of the text that says why."""
    return {"cac": None, "currency": "", "problem": problem}


def _major(minor: pl.Expr, currency: str) -> pl.Expr:
    places = exponent(currency)
    one = float(10**places)
    return (minor / one).round(places).cast(pl.Decimal(38, places))
