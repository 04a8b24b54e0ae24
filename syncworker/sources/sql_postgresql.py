"""PostgreSQL: a server-side cursor in binary, read so that no value can fail a query.

Times come as the numbers they are in PostgreSQL's binary format, because Python has no infinity
and no year before 1 or after 9999: microseconds, or days, since 2000. A type that Python has no
equal for (intervals, arrays, JSON, money, addresses, enumerations...) is selected as text.

Types and their numbers: https://www.postgresql.org/docs/current/catalog-pg-type.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from syncworker.sources.sql_database import (
    Asked,
    CursorKind,
    Database,
    Restart,
    Values,
    no_limit,
)

_BINARY = 1
_INT8, _INT4 = 20, 23
_DATE, _TIMESTAMP, _TIMESTAMPTZ = 1082, 1114, 1184
_TEXTS = {25, 1042, 1043}  # text, char(n), varchar(n)
_NUMBERS = {21, _INT4, _INT8, 700, 701, 1700}  # the last three: real, double precision, numeric
_AS_THEY_ARE = {16, 17, *_TEXTS, *_NUMBERS}  # the first two: boolean, bytea
_KINDS: dict[object, CursorKind] = {_TIMESTAMPTZ: "aware", _TIMESTAMP: "naive", _DATE: "date"}
_DAYS_TO_2000 = 10_957  # from 1970
_DAY = 86_400_000_000  # microseconds
_YEAR_2000 = datetime(2000, 1, 1, tzinfo=UTC)
# Days from 2000 to the first and last that Python has: what lies beyond is told as one of these,
# and refused like any time that is a mistake.
_FIRST_DAY, _LAST_DAY = -730_119, 2_921_939


def session(connection: sa.Connection, seconds: int) -> Restart:
    """One read-only snapshot for all pages, in UTC; the limit holds for each fetch."""
    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    connection.execute(sa.text(f"SET LOCAL statement_timeout = '{seconds}s'"))
    connection.execute(sa.text("SET LOCAL TIME ZONE 'UTC'"))
    connection.execute(sa.text("SET LOCAL datestyle = 'ISO'"))
    adapters = _driver(connection).adapters
    for type_, number in ((_TIMESTAMPTZ, _INT8), (_TIMESTAMP, _INT8), (_DATE, _INT4)):
        adapters.register_loader(type_, adapters.get_loader(number, _BINARY))
    return no_limit


def cursor(connection: sa.Connection) -> Any:  # noqa: ANN401 - a driver's cursor
    """A server-side cursor that sends values in binary."""
    return _driver(connection).cursor("syncworker", binary=True)


def column(asked: Asked) -> sa.ColumnElement[Any]:
    """The column, as text where Python has no equal for its type."""
    plain: sa.ColumnClause[Any] = sa.column(asked.theirs)
    as_it_is = asked.code in _AS_THEY_ARE or _as_number(asked)
    return plain if as_it_is else sa.cast(plain, sa.Text).label(asked.theirs)


def values(asked: Asked, given: Sequence[object]) -> Values:
    """Times as a series of the stream's type, everything else as it is."""
    if not _as_number(asked):
        return given
    numbers = pl.Series(asked.name, given, pl.Int64())
    if asked.code == _DATE:
        days = numbers.clip(_FIRST_DAY, _LAST_DAY) + _DAYS_TO_2000
        if asked.type == "date":
            return days.cast(pl.Int32).cast(pl.Date)
        micros = days * _DAY
    else:
        micros = numbers.clip(_FIRST_DAY * _DAY, _LAST_DAY * _DAY) + _DAYS_TO_2000 * _DAY
    return micros.cast(pl.Datetime("us", "UTC"))


def kind_of(code: object, _value: object) -> CursorKind | None:
    """How a cursor column holds time, by its type."""
    return _KINDS.get(code)


def moment(value: int, kind: CursorKind) -> datetime:
    """Microseconds, or days, since 2000 as a time."""
    return _YEAR_2000 + timedelta(microseconds=value * _DAY if kind == "date" else value)


def _as_number(asked: Asked) -> bool:
    # A key's times go as text: only so do infinite ones survive being resumed from.
    if asked.in_key or asked.code not in _KINDS:
        return False
    return asked.type == "datetime" or (asked.type == "date" and asked.code == _DATE)


def _driver(connection: sa.Connection) -> Any:  # noqa: ANN401 - psycopg is not always installed
    return connection.connection.driver_connection


POSTGRESQL = Database(
    session=session,
    cursor=cursor,
    column=column,
    values=values,
    kind=kind_of,
    moment=moment,
    by_value=False,
    odd_times=True,
)
