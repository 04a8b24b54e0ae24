"""The statements that read a stream's query in order, from a cursor and from a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from syncworker.sources.sql_position import Position

CURSOR = "syncworker_cursor"
CursorKind = Literal["aware", "naive", "date", "text"]


def cursor_kind(value: object, dialect: str) -> CursorKind | None:
    """How a cursor column holds time, by one of its values; None where it does not.

    Text counts in SQLite only, which has no type for time.
    """
    if isinstance(value, datetime):
        return "naive" if value.tzinfo is None else "aware"
    if isinstance(value, date):
        return "date"
    return "text" if isinstance(value, str) and dialect == "sqlite" else None


@dataclass(frozen=True, slots=True)
class OrderedQuery:
    """A person's query, read in the order of its cursor and key.

    Attributes:
        query: The person's SELECT.
        key: The stream's key columns that the query has.
        cursor: Its cursor column, or None where it is read whole.
        kind: How the cursor column holds time.
    """

    query: str
    key: Sequence[str]
    cursor: str | None = None
    kind: CursorKind | None = None

    def probe(self) -> sa.Select[Any]:
        """One row that has a cursor value: its column names, and how the cursor holds time."""
        select: sa.Select[Any] = sa.select(sa.text("q.*"))
        if self.cursor is not None:
            select = select.where(sa.column(self.cursor).is_not(None))
        return select.select_from(self._subquery()).limit(1)

    def number(self) -> sa.Select[Any]:
        """How many rows there are."""
        return sa.select(sa.func.count()).select_from(self._subquery())

    def bind(self, moment: datetime) -> datetime | date | str:
        """A time as the cursor column can be compared with it."""
        if self.kind == "naive":
            return moment.replace(tzinfo=None)
        if self.kind == "date":
            return moment.date()
        if self.kind == "text":
            return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"
        return moment

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
        select = self._select(column).where(column <= self.bind(watermark))
        if since is not None:
            select = select.where(column >= self.bind(since))
        if after is not None and after.cursor is not None:
            here = self.bind(after.cursor)
            select = select.where(
                column >= here, sa.or_(column > here, self._from_key(after.key, 0))
            )
        return select.order_by(column, *self._key_order())

    def undated(self, after: Position | None) -> sa.Select[Any]:
        """Rows without a cursor value, or all where there is no cursor; column `CURSOR` is last.

        Args:
            after: Go on here; the row of that position itself is read again.
        """
        select = self._select(self._cursor())
        if self.cursor is not None:
            select = select.where(self._cursor().is_(None))
        if after is not None:
            select = select.where(self._from_key(after.key, 0))
        return select.order_by(*self._key_order())

    def _subquery(self) -> sa.FromClause:
        # Colons are the query's own, never parameters; a comment on its last line must end there.
        text = self.query.strip().rstrip(";").replace(":", r"\:") + "\n"
        return sa.text(text).columns().subquery("q")

    def _select(self, cursor: sa.ColumnElement[Any]) -> sa.Select[Any]:
        select: sa.Select[Any] = sa.select(sa.text("q.*"), cursor.label(CURSOR))
        return select.select_from(self._subquery())

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
        # Databases disagree on where NULL sorts, so it is said: last.
        order: list[sa.ColumnElement[Any]] = []
        for name in self.key:
            column: sa.ColumnClause[Any] = sa.column(name)
            order += [sa.case((column.is_(None), 1), else_=0), column]
        return order

    def _from_key(self, values: Sequence[object], index: int) -> sa.ColumnElement[bool]:
        """(k1, k2, ...) >= values, with NULL as the largest value of each."""
        if index == len(self.key):
            return sa.true()
        column: sa.ColumnClause[Any] = sa.column(self.key[index])
        rest = self._from_key(values, index + 1)
        value = values[index]
        if value is None:
            return sa.and_(column.is_(None), rest)
        return sa.or_(column > value, column.is_(None), sa.and_(column == value, rest))
