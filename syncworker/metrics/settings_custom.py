"""Metrics that a mapping declares itself, without code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scalar = bool | int | float | str
Counting = Literal["count", "distinct", "sum"]
COMPARISONS = ("eq", "ne", "any_of", "gt", "gte", "lt", "lte", "contains")


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on a row: one column and one comparison. An empty column fulfils none.

    Attributes:
        column: A column of the stream; of events also a key of their `props`: `props.plan.name`.
        eq: Equal to this.
        ne: Known, and not equal to this.
        any_of: Equal to one of these.
        gt: Greater than this number.
        gte: This number or greater.
        lt: Less than this number.
        lte: This number or less.
        contains: The text has these letters somewhere, upper or lower case.
    """

    column: str
    eq: Scalar | None = None
    ne: Scalar | None = None
    any_of: tuple[Scalar, ...] = ()
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None
    contains: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One side of a ratio.

    Attributes:
        measure: count: the number of rows; distinct: of different values of `column`; sum: of its
            values.
        of: The stream; empty: the metric's.
        column: What is counted or summed.
        where: Which rows; all must hold.
    """

    measure: Counting = "count"
    of: str = ""
    column: str = ""
    where: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomMetric:
    """A metric of an account or a user, counted from one stream.

    Attributes:
        entity: Whom it describes: account or user.
        measure: count: the number of rows; distinct: of different values of `column`; sum: of its
            values; first and last: the value of `column` in the earliest or latest row; ratio:
            `top` divided by `bottom`; change: in percent, of the window against the one before.
        of: The stream.
        column: What is counted, summed or shown; of events also a key of their `props`.
        where: Which rows; all must hold.
        window_days: Only rows of this many days before now count (elapsed: 24 hours each); 0: all.
        change_of: Of a change, what is compared: count, distinct or sum.
        top: Of a ratio, what is divided.
        bottom: Of a ratio, what it is divided by; without any the ratio is empty.
        type: Of first and last of a key of `props`, how it is read: number, bool or string; else
            the column's own type.
        unit: What a number counts, in the plural; a ratio with `percent` is multiplied by 100.
        label: What a salesperson reads; empty: the metric's name.
        description: What the value means; empty: how it is counted.
    """

    entity: Literal["account", "user"]
    measure: Literal["count", "distinct", "sum", "first", "last", "ratio", "change"]
    of: str = ""
    column: str = ""
    where: tuple[Where, ...] = ()
    window_days: int = 0
    change_of: Counting = "count"
    top: Measured | None = None
    bottom: Measured | None = None
    type: Literal["", "number", "string", "bool"] = ""
    unit: str = ""
    label: str = ""
    description: str = ""


def sides(custom: CustomMetric) -> tuple[Measured, ...]:
    """What is measured: of a ratio its two sides, else the metric itself, without first and last.

    A side that names no stream has the metric's.
    """
    if custom.measure == "ratio":
        both = (custom.top or Measured(), custom.bottom or Measured())
        return tuple(
            Measured(each.measure, each.of or custom.of, each.column, each.where) for each in both
        )
    counted: Counting = "count"
    if custom.measure in {"distinct", "sum"}:
        counted = "distinct" if custom.measure == "distinct" else "sum"
    if custom.measure == "change":
        counted = custom.change_of
    return (Measured(counted, custom.of, custom.column, custom.where),)
