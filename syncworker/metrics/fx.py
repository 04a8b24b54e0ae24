"""Money of several currencies in the portal's own.

A rate is the number of units of `to_currency` for one unit of `from_currency`. Of a pair the
latest on or before the local date counts: the pair's own, else the inverse of the opposite pair,
else the two legs over one other currency (the first by name that has both).
"""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.shared import shared
from syncworker.model.money import CURRENCIES, exponent
from syncworker.model.stream import POLARS_TYPES

EXACT = POLARS_TYPES["decimal"]
ONE = pl.lit(1, dtype=EXACT)
ODD = {n: [c for c in sorted(CURRENCIES) if exponent(c) == n] for n in (0, 3, 4)}
"""Currencies by how many decimals they have, where these are not 2."""


def with_rate(rows: pl.LazyFrame, facts: Facts) -> pl.LazyFrame:
    """Add what to convert by to rows of money; the rows are used twice: cache them.

    Args:
        rows: With the columns currency and day (the local date whose rate counts).
        facts: The portal's currency and `fx_rates` are used.

    Returns:
        The rows with times and per: money in the portal's currency is amount x times / per, in
        minor units, not rounded; both null where there is no rate.
    """
    home = facts.currency
    wanted = rows.select("currency", "day").unique().pipe(shared)
    legs = _legs(facts).pipe(shared)
    direct = _on(wanted, legs.filter(pl.col("other") == home).drop("other"), ["currency"])
    first = legs.filter(pl.col("other") != home).rename({"other": "over"})
    second = legs.filter(pl.col("other") == home).drop("other").rename({"currency": "over"})
    pairs = wanted.join(first.select("currency", "over").unique(), on="currency")
    there = _on(pairs, first, ["currency", "over"]).rename({"times": "a", "per": "b"})
    crossed = (
        _on(there, second, ["over"])
        .filter(pl.col("a").is_not_null() & pl.col("times").is_not_null())
        .group_by("currency", "day")
        .agg(pl.struct("a", "b", "times", "per").sort_by("over").first().alias("cross"))
        .select(
            "currency",
            "day",
            cross_times=pl.col("cross").struct.field("a") * pl.col("cross").struct.field("times"),
            cross_per=pl.col("cross").struct.field("b") * pl.col("cross").struct.field("per"),
        )
    )
    found = direct.join(crossed, on=["currency", "day"], how="left")
    own = pl.col("currency") == home
    times = pl.when(own).then(ONE).otherwise(pl.coalesce("times", "cross_times"))
    per = pl.when(own).then(ONE).otherwise(pl.coalesce("per", "cross_per"))
    # From minor units to minor units: a yen has none, a dinar a thousand.
    up, down = _scale(home)
    factors = found.select("currency", "day", times=times * up, per=per * down)
    return rows.join(factors, on=["currency", "day"], how="left")


def rates_at(day: pl.Expr, facts: Facts) -> pl.LazyFrame:
    """What every currency that has a rate is converted by on one day.

    Args:
        day: The local date, a literal.
        facts: The portal's currency and `fx_rates` are used.

    Returns:
        currency, times, per, as `with_rate`; the portal's own is among them.
    """
    rates = facts.streams["fx_rates"]
    named = [rates.select(currency=name) for name in ("from_currency", "to_currency")]
    own = pl.LazyFrame({"currency": [facts.currency]})
    every = pl.concat([*named, own]).unique().with_columns(day=day).pipe(shared)
    return with_rate(every, facts).drop("day")


def _scale(home: str) -> tuple[pl.Expr, pl.Expr]:
    """What minor units of a currency are multiplied, and divided, by in the portal's."""
    shift = pl.lit(exponent(home) - 2)
    for decimals, names in ODD.items():
        shift = (
            pl.when(pl.col("currency").is_in(names))
            .then(exponent(home) - decimals)
            .otherwise(shift)
        )
    ten = pl.lit(10, dtype=pl.Int64)
    return ten.pow(shift.clip(lower_bound=0)), ten.pow((-shift).clip(lower_bound=0))


def _legs(facts: Facts) -> pl.LazyFrame:
    """currency, other, day, times, per, inverse: one unit of currency is times / per of other."""
    rates = facts.streams["fx_rates"].filter(pl.col("rate") > 0)
    own = rates.select(
        "day",
        currency="from_currency",
        other="to_currency",
        times="rate",
        per=ONE,
        inverse=pl.lit(value=False),
    )
    turned = rates.select(
        "day",
        currency="to_currency",
        other="from_currency",
        times=ONE,
        per="rate",
        inverse=pl.lit(value=True),
    )
    return pl.concat([own, turned])


def _on(rows: pl.LazyFrame, rates: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """Add times and per of the latest day on or before the rows' own; an inverse rate last."""
    rows, rates = rows.sort("day"), rates.sort("day")
    own = rates.filter(~pl.col("inverse")).drop("inverse")
    turned = rates.filter("inverse").select(*by, "day", inverse_times="times", inverse_per="per")
    for side in (own, turned):
        rows = rows.join_asof(side, on="day", by=by, check_sortedness=False)
    return rows.with_columns(
        times=pl.coalesce("times", "inverse_times"), per=pl.coalesce("per", "inverse_per")
    ).drop("inverse_times", "inverse_per")
