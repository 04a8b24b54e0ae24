"""Whether a row of metric values fulfils the conditions of a stage rule.

An empty value fulfils no comparison, not even `ne`: a stage is only reached by what is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from syncworker.mapping.portal import Condition, Scalar
from syncworker.metrics.metric import Metric
from syncworker.model.money import exponent

_WORDS = {"eq": "is", "ne": "is not", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def fulfilled(
    conditions: Sequence[Condition],
    frame: pl.DataFrame,
    catalog: Mapping[str, Metric],
    currencies: Sequence[str | None],
) -> pl.Series:
    """By row, whether all conditions hold.

    Args:
        conditions: All must hold. Every metric they name is a column of the frame.
        frame: Rows of metric values.
        catalog: What the columns are. Money is compared in major units; a metric with several
            options is equal to each option it has.
        currencies: Each row's currency, for money.
    """
    result = pl.Series("fulfilled", [True] * frame.height, dtype=pl.Boolean)
    for condition in conditions:
        column = frame[condition.metric]
        if column.null_count() == frame.height:
            return pl.Series([False] * frame.height, dtype=pl.Boolean)
        if catalog[condition.metric].type in {"number", "money"}:
            column = column.cast(pl.Float64)
        if catalog[condition.metric].type == "money":
            column /= pl.Series([10.0 ** exponent(each) for each in currencies], dtype=pl.Float64)
        result &= _holds(condition, column).fill_null(value=False) & _known(column)
    return result


def described(condition: Condition, value: str) -> str:
    """A condition that holds, with the value that fulfils it: `health_score 85 >= 80`."""
    name, wanted = condition.comparison
    if name in {"eq", "any_of"}:
        return f"{condition.metric} is {value}"
    return f"{condition.metric} {value} {_WORDS[name]} {_text(wanted)}"


def _holds(condition: Condition, column: pl.Series) -> pl.Series:
    name, wanted = condition.comparison
    match name:
        case "gt":
            return column > wanted
        case "gte":
            return column >= wanted
        case "lt":
            return column < wanted
        case "lte":
            return column <= wanted
        case "ne":
            return ~_equal(column, [wanted])
        case _:
            return _equal(column, wanted if isinstance(wanted, list) else [wanted])


def _known(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.List):
        return column.list.len().fill_null(0) > 0
    return column.is_not_null()


def _equal(column: pl.Series, wanted: Sequence[object]) -> pl.Series:
    result = pl.Series([False] * len(column), dtype=pl.Boolean)
    for value in wanted:
        result |= (
            column.list.contains(value) if isinstance(column.dtype, pl.List) else column == value
        )
    return result


def _text(wanted: Scalar | list[Scalar]) -> str:
    if isinstance(wanted, bool):
        return str(wanted).lower()
    return f"{wanted:g}" if isinstance(wanted, float) else str(wanted)
