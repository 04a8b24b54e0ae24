"""Columns and conditions as a mapping's own metrics name them."""

from __future__ import annotations

import re
from functools import reduce
from operator import and_, or_

import polars as pl

from syncworker.metrics.settings_custom import Scalar, Where

PROPS = "props."
KEY = re.compile(r"props((?:\.[\w-]+)+)")


def value(column: str) -> pl.Expr:
    """A column, or a key of the JSON in props as text; null where there is no such key."""
    key = KEY.fullmatch(column)
    if key is None:
        return pl.col(column)
    path = "".join(f"['{part}']" for part in key[1].removeprefix(".").split("."))
    return pl.col("props").str.json_path_match(f"${path}")


def number(column: str) -> pl.Expr:
    """A column as a number; null where it is none, as for NaN and infinity."""
    read = value(column).cast(pl.Float64, strict=False)
    return pl.when(read.is_finite()).then(read)


def fulfilled(where: tuple[Where, ...]) -> pl.Expr:
    """Whether a row fulfils all conditions; an empty column fulfils none."""
    return reduce(and_, (_holds(each) for each in where), pl.lit(value=True))


def _holds(where: Where) -> pl.Expr:
    column = where.column
    parts = []
    if where.eq is not None:
        parts.append(_equal(column, where.eq))
    if where.ne is not None:
        parts.append(~_equal(column, where.ne))
    if where.any_of:
        parts.append(reduce(or_, (_equal(column, each) for each in where.any_of)))
    if where.gt is not None:
        parts.append(number(column) > where.gt)
    if where.gte is not None:
        parts.append(number(column) >= where.gte)
    if where.lt is not None:
        parts.append(number(column) < where.lt)
    if where.lte is not None:
        parts.append(number(column) <= where.lte)
    if where.contains:
        text = value(column).cast(pl.String).str.to_lowercase()
        parts.append(text.str.contains(where.contains.lower(), literal=True))
    return reduce(and_, parts, value(column).is_not_null()).fill_null(value=False)


def _equal(column: str, wanted: Scalar) -> pl.Expr:
    if isinstance(wanted, bool):
        return value(column).cast(pl.String) == ("true" if wanted else "false")
    if isinstance(wanted, str):
        return value(column).cast(pl.String) == wanted
    return number(column) == float(wanted)
