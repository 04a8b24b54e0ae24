"""Raw rows to canonical rows: a stream's columns and types, or a reason why not.

Rules for every stream:

- An empty value (None, empty text) is empty; a required column must not be.
- A value that does not fit its column rejects its row, and no other row.
- E-mail addresses and domains are lower case; a domain loses its scheme, `www.` and path;
  currencies are upper case. One that cannot be valid rejects its row.
- Text of more than 1,000,000 bytes rejects its row.
- A time without an offset is in UTC. Years before 1970 and after 2200 are taken for mistakes.
- Columns the stream does not have are ignored, but for `deleted_at`: a row that has one is known
  to be deleted since then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from syncworker.masking import mask
from syncworker.model.money import CURRENCIES
from syncworker.model.stream import POLARS_TYPES, SYSTEM_COLUMNS, Column, ColumnType, Stream
from syncworker.model.values import CONVERTERS, Unfit

_PYTHON_TYPES: dict[ColumnType, type] = {
    "string": str,
    "datetime": datetime,
    "date": date,
    "integer": int,
    "number": float,
    "boolean": bool,
}
_EMAIL = r"^[^@\s,;:<>\"()]+@[^@\s,;:<>\"()]+\.[^@\s,;:<>\"().]+$"
_DOMAIN = r"^([\pL\pN]([\pL\pN_-]*[\pL\pN])?\.)+[\pL\pN-]*\pL[\pL\pN-]*$"
_DELETED_AT = next(column for column in SYSTEM_COLUMNS if column.name == "deleted_at")
_LONGEST_TEXT = 1_000_000  # bytes; HubSpot takes 65,536 characters, and a page holds many rows
_OUTSIDE_YEARS = "lies outside the years 1970 to 2200"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A raw row that does not fit.

    Attributes:
        index: Its place among the rows given, from 0.
        field: The first column that does not fit.
        reason: What is wrong with it, continuing the sentence that starts with the field's name.
        key: The row's key as in `source_id`, masked; empty where a part of it is missing.
    """

    index: int
    field: str
    reason: str
    key: str


def canonical_rows(
    stream: Stream,
    columns: Mapping[str, Sequence[object] | pl.Series],
    count: int,
    *,
    source: str,
    synced_at: datetime,
) -> tuple[pl.DataFrame, tuple[BadRow, ...]]:
    """Bring raw rows into a stream's shape.

    A column whose values all have the exact type already is converted as a whole; any other value
    by value.

    Args:
        stream: The stream.
        columns: Values by column name, each of length `count`; a series is one of the column's
            own type. Absent columns are empty.
        count: The number of rows.
        source: The source's name, for the system column.
        synced_at: When this version of the rows was read.

    Returns:
        The rows that fit, in order and in the stream's schema, and the others.
    """
    bad: dict[int, tuple[str, str]] = {}
    parts: list[pl.Series] = []
    for column in (*stream.columns, _DELETED_AT):
        values = columns.get(column.name)
        series = pl.Series(column.name, [None], POLARS_TYPES[column.type]).new_from_index(0, count)
        if values is not None:
            series, problems = _series(column, values)
            for index, reason in problems:
                bad.setdefault(index, (column.name, reason))
        if column.required:
            for index in _where(series.is_null()):
                bad.setdefault(index, (column.name, "is missing"))
        parts.append(series)
    frame = pl.DataFrame(parts)
    for index, field in _without_key(stream, frame):
        others = " and ".join(stream.any_of[1:])
        bad.setdefault(index, (field, f"is missing, and so is {others}"))

    frame = frame.with_columns(
        pl.lit(source).alias("source"),
        pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("") for name in stream.key], separator="|"
        )
        .str.strip_chars_end("|")
        .alias("source_id"),
        pl.lit(synced_at).cast(POLARS_TYPES["datetime"]).alias("synced_at"),
    ).select(stream.schema().names())
    rejected = tuple(
        BadRow(index, *bad[index], key=_key(stream, frame.row(index, named=True)))
        for index in sorted(bad)
    )
    if bad:
        fits = pl.Series([True]).new_from_index(0, count).scatter(sorted(bad), values=False)
        frame = frame.filter(fits)
    return frame, rejected


def _key(stream: Stream, row: Mapping[str, object]) -> str:
    needed = [c.name for c in stream.columns if c.name in stream.key and c.required]
    return "" if any(row[name] is None for name in needed) else mask(str(row["source_id"]))


def _without_key(stream: Stream, frame: pl.DataFrame) -> Iterator[tuple[int, str]]:
    """Rows that have none of the columns of which they must have one."""
    if stream.any_of:
        nobody = frame.select(pl.all_horizontal(pl.col(stream.any_of).is_null())).to_series()
        for index in _where(nobody):
            yield index, stream.any_of[0]


def _series(
    column: Column, values: Sequence[object] | pl.Series
) -> tuple[pl.Series, list[tuple[int, str]]]:
    if isinstance(values, pl.Series):
        return _checked(column, values.alias(column.name))
    exact = _PYTHON_TYPES.get(column.type)
    if exact is not None and set(map(type, values)) <= {exact, type(None)}:
        try:
            series = pl.Series(column.name, values, POLARS_TYPES[column.type])
        except (UnicodeEncodeError, TypeError, pl.exceptions.PolarsError):
            series, problems = _value_by_value(column, values)
        else:
            problems = []
    else:
        series, problems = _value_by_value(column, values)
    series, more = _checked(column, series)
    return series, problems + more


def _value_by_value(
    column: Column, values: Sequence[object]
) -> tuple[pl.Series, list[tuple[int, str]]]:
    convert = CONVERTERS[column.type]
    converted: list[object] = []
    problems: list[tuple[int, str]] = []
    for index, value in enumerate(values):
        try:
            converted.append(None if value is None else convert(value))
        except Unfit as error:
            converted.append(None)
            problems.append((index, str(error)))
    return pl.Series(column.name, converted, POLARS_TYPES[column.type]), problems


def _checked(column: Column, series: pl.Series) -> tuple[pl.Series, list[tuple[int, str]]]:
    """What holds for a whole column of one type, whichever way its values were converted."""
    if column.type == "string":
        series = series.str.strip_chars()
        series = series.set(series == "", None)
        series, problems = _refuse(series, series.str.contains("\0", literal=True), "holds a NUL")
        too_long = series.str.len_bytes() > _LONGEST_TEXT
        series, more = _refuse(series, too_long, f"is longer than {_LONGEST_TEXT:,} bytes")
        problems += more
        normalise = _NORMALISE.get(column.name)
        if normalise is None:
            return series, problems
        normal, wrong, reason = normalise(series)
        normal, more = _refuse(normal, wrong, reason)
        return normal, problems + more
    problems = []
    if column.type == "number":
        series, problems = _refuse(series, ~series.is_finite(), "is not a finite number")
    if column.minimum is not None:
        series, more = _refuse(series, series < column.minimum, f"is below {column.minimum}")
        problems += more
    if column.type in ("number", "integer", "decimal"):
        return series, problems
    if column.type == "datetime":
        first, end = datetime(1970, 1, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC)
        return _refuse(series, (series < first) | (series >= end), _OUTSIDE_YEARS)
    if column.type == "date":
        outside = (series < date(1970, 1, 1)) | (series >= date(2201, 1, 1))
        return _refuse(series, outside, _OUTSIDE_YEARS)
    return series, []


def _email(series: pl.Series) -> tuple[pl.Series, pl.Series, str]:
    normal = series.str.to_lowercase()
    return normal, ~normal.str.contains(_EMAIL), "is not an e-mail address"


def _domain(series: pl.Series) -> tuple[pl.Series, pl.Series, str]:
    normal = (
        series.str.to_lowercase()
        .str.replace(r"^[a-z][a-z0-9+.-]*://", "")
        .str.replace(r"[/?#:].*$", "")
        .str.replace(r"^www\.", "")
        .str.strip_chars_end(".")
    )
    return normal, ~normal.str.contains(_DOMAIN), "is not a web domain, such as example.com"


def _currency(series: pl.Series) -> tuple[pl.Series, pl.Series, str]:
    normal = series.str.to_uppercase()
    return normal, ~normal.is_in(CURRENCIES), "is not a currency, such as EUR (ISO 4217)"


_NORMALISE: dict[str, Callable[[pl.Series], tuple[pl.Series, pl.Series, str]]] = {
    "email": _email,
    "domain": _domain,
    "currency": _currency,
    "from_currency": _currency,
    "to_currency": _currency,
}


def _refuse(
    series: pl.Series, wrong: pl.Series, reason: str
) -> tuple[pl.Series, list[tuple[int, str]]]:
    indexes = _where(wrong)
    return (series.scatter(indexes, None) if indexes else series), [(i, reason) for i in indexes]


def _where(mask_: pl.Series) -> list[int]:
    return mask_.fill_null(value=False).arg_true().to_list()
