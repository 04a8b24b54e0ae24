"""Amounts of several currencies in one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import UTC_TIME
from syncworker.model.money import CURRENCIES, exponent

_WANTED = ["currency", "to", "at"]
_ODD = {name: exponent(name) for name in sorted(CURRENCIES) if exponent(name) != exponent("EUR")}


def rates(facts: Facts, currencies: pl.LazyFrame, instants: Iterable[datetime]) -> pl.LazyFrame:
    """What a minor unit of one currency is worth in minor units of another, at instants.

    It is the latest rate on or before the local date: a direct one, else an inverse one, else one
    that crosses over a third currency (the one whose older leg is the newest).

    Args:
        facts: `fx_rates` is used.
        currencies: currency and to, in any number.
        instants: When.

    Returns:
        currency, to, at, rate (Float64; null: there is none), missing (words for that, or null).
    """
    moments = pl.LazyFrame({"at": sorted(set(instants))}, schema={"at": UTC_TIME})
    wanted = (
        currencies.unique()
        .join(moments, how="cross")
        .with_columns(day=pl.col("at").dt.convert_time_zone(facts.timezone).dt.date())
    )
    quoted = facts.streams["fx_rates"].filter(pl.col("rate") > 0)
    rate = pl.col("rate").cast(pl.Float64)
    both = pl.concat(
        [
            quoted.select("day", base="from_currency", quote="to_currency", rate=rate, direct=1),
            quoted.select(
                "day", base="to_currency", quote="from_currency", rate=1 / rate, direct=0
            ),
        ]
    )
    own = pl.col("currency") == pl.col("to")
    pair = pl.format("no rate from {} to {} on or before {}", "currency", "to", "day")
    scale = pl.lit(10.0).pow(_decimals("to") - _decimals("currency"))
    found = pl.when(own).then(1.0).otherwise(pl.coalesce("rate", "crossed"))
    return (
        wanted.join(_straight(wanted, both), on=_WANTED, how="left")
        .join(_crossed(wanted, both), on=_WANTED, how="left")
        .with_columns(found=found)
        .select(
            *_WANTED,
            rate=pl.col("found") * scale,
            missing=pl.when(pl.col("found").is_null()).then(pair),
        )
    )


def converted(amount: str, rate: str) -> pl.Expr:
    """Minor units at a rate of `rates`, half up; null without a rate, 0 stays 0."""
    exact = (pl.col(amount) * pl.col(rate)).round(6)
    return pl.when(pl.col(amount) == 0).then(0).otherwise((exact + 0.5).floor()).cast(pl.Int64)


def _decimals(currency: str) -> pl.Expr:
    return pl.col(currency).replace_strict(_ODD, default=exponent("EUR"), return_dtype=pl.Int32)


def _straight(wanted: pl.LazyFrame, both: pl.LazyFrame) -> pl.LazyFrame:
    quotes = both.rename({"base": "currency", "quote": "to", "day": "since"})
    return (
        wanted.join(quotes, on=["currency", "to"])
        .filter(pl.col("since") <= pl.col("day"))
        .group_by(_WANTED)
        .agg(pl.col("rate").sort_by("direct", "since").last())
    )


def _crossed(wanted: pl.LazyFrame, both: pl.LazyFrame) -> pl.LazyFrame:
    legs = both.rename({"day": "since"})
    first = _latest(
        wanted.join(legs.rename({"base": "currency", "quote": "via"}), on="currency"), "first"
    )
    second = _latest(wanted.join(legs.rename({"base": "via", "quote": "to"}), on="to"), "second")
    older = pl.min_horizontal("first_since", "second_since")
    return (
        first.join(second, on=[*_WANTED, "via"])
        .with_columns(older=older, crossed=pl.col("first") * pl.col("second"))
        .group_by(_WANTED)
        .agg(pl.col("crossed").sort_by("older", "via", descending=[True, False]).first())
    )


def _latest(joined: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """The latest rate of a leg, as `name`, and its day as `name`_since."""
    order = ["direct", "since"]
    return (
        joined.filter(pl.col("since") <= pl.col("day"))
        .group_by(*_WANTED, "via")
        .agg(
            pl.col("rate").sort_by(order).last().alias(name),
            pl.col("since").sort_by(order).last().alias(f"{name}_since"),
        )
    )
