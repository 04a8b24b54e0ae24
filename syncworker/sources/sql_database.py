"""What one database does in its own way: sessions, cursors, how a column is selected and given.

A database that is not named here is read with the defaults: its own transaction, its driver's
cursor, values as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from syncworker.model.stream import ColumnType
from syncworker.sources.sql_position import utc

CursorKind = Literal["aware", "naive", "date", "text"]
Values = Sequence[object] | pl.Series
Restart = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A column of a query or table that is read.

    Attributes:
        name: The stream's column.
        theirs: The query's or table's column.
        type: The stream's type of it.
        code: The driver's type code, as in a DB-API cursor's description.
        in_key: Whether it is part of the stream's key, by which rows are ordered and resumed.
    """

    name: str
    theirs: str
    type: ColumnType
    code: object
    in_key: bool


def no_limit() -> None:
    """Of a database that keeps the time limit itself, or has none: nothing to start again."""


def plain_session(_connection: sa.Connection, _seconds: int) -> Restart:
    """The database's own transaction."""
    return no_limit


def plain_cursor(connection: sa.Connection) -> Any:  # noqa: ANN401 - a driver's cursor
    """The driver's cursor."""
    return connection.connection.cursor()


def plain_close(_connection: sa.Connection, cursor: Any) -> None:  # noqa: ANN401 - as above
    """Close the driver's cursor."""
    cursor.close()


def plain_column(asked: Asked) -> sa.ColumnElement[Any]:
    """The column as it is."""
    return sa.column(asked.theirs)


def plain_values(_asked: Asked, values: Sequence[object]) -> Values:
    """The values as they come."""
    return values


def kind_of_value(_code: object, value: object) -> CursorKind | None:
    """How a cursor column holds time, by one of its values; None where it does not."""
    if isinstance(value, datetime):
        return "naive" if value.tzinfo is None else "aware"
    return "date" if isinstance(value, date) else None


def plain_moment(value: date | datetime | str, _kind: CursorKind) -> datetime:
    """A cursor value as an aware UTC time; raises ValueError where it is none."""
    return utc(value)


def same_key(value: object) -> object:
    """A key's value as it is compared with its column."""
    return value


@dataclass(frozen=True, slots=True)
class Database:
    """How one kind of database is read.

    Attributes:
        session: Begin a read-only transaction with its clock in UTC and a time limit in seconds;
            returns what starts that limit again, before each query or fetch.
        cursor: A driver's cursor that streams a query's rows.
        close: Close such a cursor, whether or not all its rows were read.
        column: How a column is selected.
        values: The values of a column as they go on.
        kind: How a cursor column holds time, by its type code and, where `by_value`, one value.
        moment: A value of a cursor column of that kind as an aware UTC time; raises ValueError
            where it is none.
        key: A value of a key as it is compared with its column.
        by_value: Whether only a value tells how a cursor column holds time.
        nulls_first: Whether an ascending order puts NULL first; left so for the sake of indexes.
        odd_times: Whether times may lie outside the years 1 to 9999, or be infinite or zero.
    """

    session: Callable[[sa.Connection, int], Restart] = plain_session
    cursor: Callable[[sa.Connection], Any] = plain_cursor
    close: Callable[[sa.Connection, Any], None] = plain_close
    column: Callable[[Asked], sa.ColumnElement[Any]] = plain_column
    values: Callable[[Asked, Sequence[object]], Values] = plain_values
    kind: Callable[[object, object], CursorKind | None] = kind_of_value
    moment: Callable[[Any, CursorKind], datetime] = plain_moment
    key: Callable[[object], object] = same_key
    by_value: bool = True
    nulls_first: bool = False
    odd_times: bool = False
