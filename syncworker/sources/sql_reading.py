"""One reading of a stream: from a query's rows to pages, in order, from a position on."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from syncworker.engine.ports import Page
from syncworker.errors import SourceError
from syncworker.model.stream import Stream
from syncworker.sources.pages import RawRows, canonical
from syncworker.sources.sql_database import Restart
from syncworker.sources.sql_position import Position
from syncworker.sources.sql_query import OrderedQuery

Rows = list[tuple[Any, ...]]
_MOST_TOGETHER = 2  # pages' worth of rows with one cursor value and key


@dataclass(frozen=True, slots=True)
class Span:
    """What is read.

    Attributes:
        since: From which cursor value on, or None for all.
        until: Up to which, included.
        after: Go on behind this position.
        watermark: The moment the rows are read as of.
        undated: Whether rows without a cursor value are read too.
    """

    since: datetime | None
    until: datetime
    after: Position
    watermark: datetime
    undated: bool = True


class Reading:
    """Reads pages in one session.

    Args:
        connection: The session.
        restart: Starts the session's time limit again.
        source: The source's name.
        stream: The canonical stream.
        place: Names the query or table in a rejected row.
        query: What is read.
        page_rows: Rows of a page. Rows with one cursor value and key stay together up to twice as
            many; more of them are torn, and which of them counts is then up to the database.
    """

    def __init__(
        self,
        connection: sa.Connection,
        restart: Restart,
        source: str,
        stream: Stream,
        place: str,
        query: OrderedQuery,
        page_rows: int,
    ) -> None:
        self._connection = connection
        self._restart = restart
        self._source = source
        self._stream = stream
        self._place = place
        self._query = query
        self._page_rows = page_rows
        # The cursor stands behind the columns asked for.
        keys = [index for index, asked in enumerate(query.asked) if asked.in_key]
        self._raw_place = itemgetter(len(query.asked), *keys)

    def pages(self, span: Span) -> Iterator[Page]:
        """The span's pages, at least one, if an empty one; rows without a cursor value last."""
        last = span.after
        begun = last.rows > 0
        without = self._query.kind is None or (begun and last.cursor is None)
        phases: tuple[bool, ...] = (False,) if without else (True, False)
        if not span.undated:
            phases = () if without else (True,)
        came = False
        for dated in phases:
            after = last if begun and dated == (last.cursor is not None) else None
            for rows in self._cut(self._batches(span, after, dated=dated)):
                last, came = self._moved(last, rows), True
                yield self._page(rows, last, span.watermark)
            begun = False
        if not came:
            yield self._page([], last, span.watermark)

    def _batches(self, span: Span, after: Position | None, *, dated: bool) -> Iterator[Rows]:
        query = self._query
        statement = query.undated(after)
        if dated:
            statement = query.dated(span.since, span.until, after)
        compiled = statement.compile(dialect=self._connection.dialect)
        parameters: object = compiled.params
        if compiled.positional:
            parameters = tuple(compiled.params[name] for name in compiled.positiontup or ())
        cursor = query.database.cursor(self._connection)
        try:
            self._restart()
            cursor.execute(str(compiled), parameters)
            size = self._page_rows + 1  # one more shows whether a page's last key goes on
            skip = 0 if after is None else after.same
            while rows := _fetched(cursor, size):
                if after is not None and skip:
                    rows, skip = self._without(rows, after, skip)
                if rows:
                    yield rows
                size = self._page_rows
                self._restart()
        finally:
            query.database.close(self._connection, cursor)

    def _without(self, rows: Rows, after: Position, most: int) -> tuple[Rows, int]:
        """Rows but the first `most` of the position's own, and how many such may still come."""
        seen = (after.cursor, *after.key)
        kept = []
        for row in rows:
            if most and self._place_of(row) == seen:
                most -= 1
            else:
                kept.append(row)
        return kept, most

    def _cut(self, batches: Iterable[Rows]) -> Iterator[Rows]:
        """Pages that do not tear rows of one cursor value and key, unless they are too many."""
        held: Rows = []
        for batch in batches:
            rows = held + batch
            if len(rows) <= self._page_rows:
                held = rows
                continue
            together = _trailing(map(self._raw_place, reversed(rows)))
            if together > _MOST_TOGETHER * self._page_rows:
                together = 0
            page, held = rows[: len(rows) - together], rows[len(rows) - together :]
            if page:
                yield page
        if held:
            yield held

    def _place_of(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Cursor value in UTC and key of a row."""
        cursor, *key = self._raw_place(row) if self._query.key else (row[-1],)
        kind = self._query.kind
        if cursor is None or kind is None:
            return (None, *key)
        try:
            return (self._query.database.moment(cursor, kind), *key)
        except (ValueError, OverflowError):
            raise SourceError(
                f"source {self._source}, stream {self._stream.name}: the cursor column "
                f"{self._query.cursor} holds a value that is no time",
                help="Mend the row, or let the query leave it out.",
                code="SOURCE_CURSOR",
            ) from None

    def _moved(self, last: Position, rows: Rows) -> Position:
        cursor, *key = place = self._place_of(rows[-1])
        same = _trailing(map(self._raw_place, reversed(rows)))
        if same == len(rows) and last.rows and place == (last.cursor, *last.key):
            same += last.same
        newest = max(filter(None, (last.newest, cursor)), default=None)
        return Position(cursor, tuple(key), last.rows + len(rows), newest, same)

    def _page(self, rows: Rows, last: Position, watermark: datetime) -> Page:
        asked = self._query.asked
        columns = {
            one.name: self._query.database.values(one, [row[index] for row in rows])
            for index, one in enumerate(asked)
        }
        numbers = range(last.rows - len(rows) + 1, last.rows + 1)
        raw = RawRows(self._place, numbers, columns)
        frame, rejected = canonical(self._stream, raw, self._source, watermark)
        return Page(
            {self._stream.name: frame},
            tuple(rejected),
            resume=last.dump(),
            cursor=last.newest.isoformat() if last.newest else None,
            columns={self._stream.name: frozenset(columns)},
        )


def _fetched(cursor: Any, size: int) -> Rows:  # noqa: ANN401 - a driver's cursor
    """The next rows.

    The collector is off meanwhile: going through thousands of new rows again and again to find
    that none is garbage took two fifths of a reading.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return list(cursor.fetchmany(size))
    finally:
        if collecting:
            gc.enable()


def _trailing(places: Iterable[object]) -> int:
    """How many places there are from the first on that equal it."""
    first = next(iterator := iter(places))
    return 1 + sum(1 for _ in takewhile(lambda place: place == first, iterator))
