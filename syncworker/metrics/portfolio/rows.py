"""What a portfolio number looks like: one row per period, segment, currency and metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import Inputs

Unit = Literal["money", "percent", "count", "ratio", "days", "months", "points"]

ROWS: Mapping[str, pl.DataType] = {
    "period": pl.String(),
    "segment": pl.String(),
    "currency": pl.String(),
    "metric": pl.String(),
    "unit": pl.String(),
    "value": pl.Float64(),
    "amount": pl.Int64(),
    "numerator": pl.Float64(),
    "denominator": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "n": pl.Int64(),
    "note": pl.String(),
}
"""The columns of a report's rows.

period: label of the period, as `Period.label`. segment: value of the column asked for with `by`,
"all" for everybody. currency: ISO 4217; "" where the number is of no one currency. unit: one of
`Unit`.
value: the number (percent from 0 to 100; null: it cannot be told, and `note` says why, for example
"too few: 2 of at least 30"). amount: of money, the number in minor units, `value` is null then.
numerator, denominator: what a rate was made of. low, high: a 95 % interval of a rate, in the unit
of value. n: how many it rests on. note: what a reader must know to read it right, else "".
"""


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or year in the reporting timezone: [start, end), aware UTC instants.

    Attributes:
        label: `2026-11`, `2026-Q4` or `2026`.
        start: Its first instant.
        end: The first instant after it; one that lies after `as_of` makes the period unfinished.
    """

    label: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What a report is made from.

    Attributes:
        inputs: The whole portal's at `as_of`, with the ledger of MRR; all lazy.
        periods: In order, without gaps.
        segments: account_id and segment (String; "unknown" where the account has none): the
            slicing that was asked for. Without one every account is in segment "all".
        by: What the segments are: "" for none, else the name of the slicing.
        known_at: The whole portal's inputs as they were known at an earlier moment; None where
            nobody can tell.
    """

    inputs: Inputs
    periods: tuple[Period, ...]
    segments: pl.LazyFrame
    by: str = ""
    known_at: Callable[[datetime], Inputs] | None = None

    @property
    def facts(self) -> Facts:
        """The facts, cut at `as_of`."""
        return self.inputs.facts


@dataclass(frozen=True, slots=True)
class Report:
    """A group of portfolio numbers that are computed together.

    Attributes:
        name: In the command's `--report`.
        label: Its heading.
        metrics: By metric name, its definition in one line, with the authority where it has one.
        inputs: The streams it needs; `a|b` means either. Where one is absent the report is absent,
            and the reason is said.
        rows: The numbers, with the columns of `ROWS`.
    """

    name: str
    label: str
    metrics: Mapping[str, str]
    inputs: tuple[str, ...]
    rows: Callable[[Portfolio], pl.LazyFrame]


def period_frame(periods: tuple[Period, ...]) -> pl.LazyFrame:
    """period, start, end (UTC), one row per period."""
    time = pl.Datetime("us", "UTC")
    return pl.LazyFrame(
        [(p.label, p.start, p.end) for p in periods],
        schema={"period": pl.String(), "start": time, "end": time},
        orient="row",
    )
