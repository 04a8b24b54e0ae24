"""The statements that read a stream's query or table in order, from a cursor and a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from syncworker.mapping.source_sql import SqlStream
from syncworker.sources.sql_database import Asked, CursorKind, Database
from syncworker.sources.sql_position import Position

CURSOR = "syncworker_cursor"
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def relation(config: SqlStream) -> sa.FromClause:
    """What a stream is read from, as `q`: its query, or its table, whose names are quoted."""
    if config.table is not None:
        schema, _, name = config.table.rpartition(".")
        return sa.table(name, schema=schema or None).alias("q")
    # Colons are the query's own, never parameters; a comment on its last line must end there.
    text = (config.query or "").strip().rstrip(";").replace(":", r"\:") + "\n"
    return sa.text(text).columns().subquery("q")


def header(source: sa.FromClause) -> sa.Select[Any]:
    """No row: which columns there are."""
    return sa.select(sa.text("q.*")).select_from(source).limit(0)


def example(source: sa.FromClause, cursor: str) -> sa.Select[Any]:
    """One value of the cursor column."""
    column: sa.ColumnClause[Any] = sa.column(cursor)
    return sa.select(column).select_from(source).where(column.is_not(None)).limit(1)


def number(source: sa.FromClause) -> sa.Select[Any]:
    """How many rows there are."""
    return sa.select(sa.func.count()).select_from(source)


@dataclass(frozen=True, slots=True)
class OrderedQuery:
    """A query or table, read in the order of its cursor and key.

    Attributes:
        source: What is read.
        asked: Its columns that the stream needs.
        database: How that database is read.
        cursor: Its cursor column, or None where it is read whole.
        kind: How the cursor column holds time; None where no row has a value there, too.
    """

    source: sa.FromClause
    asked: Sequence[Asked]
    database: Database
    cursor: str | None = None
    kind: CursorKind | None = None

    @property
    def key(self) -> list[str]:
        """The columns that hold the stream's key."""
        return [asked.theirs for asked in self.asked if asked.in_key]

    def dated(
        self, since: datetime | None, watermark: datetime, after: Position | None
    ) -> sa.Select[Any]:
        """Rows with a cursor value up to the watermark; column `CURSOR` stands last.

        Args:
            since: From which cursor value on, or None for all.
            watermark: Up to which cursor value.
            after: Go on here. The row of that position itself is read again: a collation may call
                two keys equal that are not, and neither must be lost.
        """
        column = self._cursor()
        select = self._select(column).where(column <= self._time(watermark))
        if since is not None:
            select = select.where(column >= self._time(since))
        elif self._odd():
            select = select.where(column >= self._time(_FIRST))
        if after is not None and after.cursor is not None:
            here = self._time(after.cursor)
            later = sa.or_(column > here, self._from_key(after.key, 0))
            select = select.where(column >= here, later)
        return select.order_by(column, *self._key_order())

    def undated(self, after: Position | None) -> sa.Select[Any]:
        """Rows without a cursor value, or all where there is no cursor; column `CURSOR` is last.

        A cursor value that is no time (infinite, before the year 1, zero) counts as none.

        Args:
            after: Go on here; the row of that position itself is read again.
        """
        select = self._select(sa.null())
        if self.cursor is not None:
            column = self._cursor()
            none: list[sa.ColumnElement[bool]] = [column.is_(None)]
            if self._odd():
                none += [column < self._time(_FIRST), column > self._time(_LAST)]
            select = select.where(sa.or_(*none))
        if after is not None:
            select = select.where(self._from_key(after.key, 0))
        return select.order_by(*self._key_order())

    def _odd(self) -> bool:
        return self.kind is not None and self.database.odd_times

    def _select(self, cursor: sa.ColumnElement[Any]) -> sa.Select[Any]:
        columns = [self.database.column(asked) for asked in self.asked]
        return sa.select(*columns, cursor.label(CURSOR)).select_from(self.source)

    def _time(self, moment: datetime) -> sa.BindParameter[Any]:
        """A time as the cursor column can be compared with it."""
        value: datetime | date | str = moment
        if self.kind == "naive":
            value = moment.replace(tzinfo=None)
        if self.kind == "date":
            value = moment.date()
        if self.kind == "text":
            value = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"
        return _bound(value)

    def _cursor(self) -> sa.ColumnElement[Any]:
        if self.cursor is None or self.kind is None:
            return sa.null()
        column: sa.ColumnClause[Any] = sa.column(self.cursor)
        if self.kind != "text":
            return column
        # SQLite compares text: every way to write a time is brought to one, in UTC. What is no
        # time becomes NULL, and is read like a row without a cursor value.
        told = sa.func.strftime("%Y-%m-%d %H:%M:%f", column)
        readable = sa.and_(sa.func.typeof(column) == "text", told >= "0001")
        return sa.case((readable, told), else_=sa.null())

    def _key_order(self) -> list[sa.ColumnElement[Any]]:
        columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in self.key]
        if self.database.nulls_first:
            return list(columns)
        return [column.asc().nulls_last() for column in columns]

    def _from_key(self, values: Sequence[object], index: int) -> sa.ColumnElement[bool]:
        """(k1, k2, ...) >= values, with NULL where the database puts it."""
        key = self.key
        if index == len(key):
            return sa.true()
        column: sa.ColumnClause[Any] = sa.column(key[index])
        rest = self._from_key(values, index + 1)
        first = self.database.nulls_first
        if values[index] is None:
            here = sa.and_(column.is_(None), rest)
            return sa.or_(here, column.is_not(None)) if first else here
        value = self.database.key(values[index])
        bound = value if isinstance(value, sa.ColumnElement) else _bound(value)
        beyond = [column > bound] if first else [column > bound, column.is_(None)]
        return sa.or_(*beyond, sa.and_(column == bound, rest))


def _bound(value: object) -> sa.BindParameter[Any]:
    # Without a type of ours: PostgreSQL takes text for the type of the column it stands beside.
    return sa.bindparam(None, value, type_=sa.types.NullType())
