"""A database as a source: a query or table per stream, read in order, in pages, by a cursor.

A stream with a cursor column is read from the newest value of the last finished run, less the
overlap, up to the run's watermark. Its rows without a cursor value are read in every run: nothing
else would show that they changed. A stream without one is read whole each run.

Everything happens in one read-only transaction per call of `pages`, with the session in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from syncworker.engine.ports import Page, Reach
from syncworker.errors import SourceError
from syncworker.mapping.duration import duration
from syncworker.mapping.source_sql import SqlSource as SqlConfig
from syncworker.mapping.source_sql import SqlStream
from syncworker.model.stream import Stream
from syncworker.sources import sql_connection, sql_errors
from syncworker.sources.pages import stream_of
from syncworker.sources.sql_columns import needed
from syncworker.sources.sql_database import CursorKind, Restart
from syncworker.sources.sql_position import Position
from syncworker.sources.sql_query import OrderedQuery, example, header, number, relation
from syncworker.sources.sql_reading import Reading, Span

PAGE_ROWS = 20_000


class SqlSource:
    """Reads a database SQLAlchemy can reach.

    Args:
        name: The source's name in the mapping.
        config: Its section of the mapping.
        url: The database's URL, with its password.
        page_rows: Rows of a page.
    """

    def __init__(
        self, name: str, config: SqlConfig, url: str, *, page_rows: int = PAGE_ROWS
    ) -> None:
        self.name = name
        self._streams = config.streams
        self._seconds = config.statement_seconds
        self._url = sql_connection.parsed(name, url)
        self._database = sql_connection.database_of(self._url)
        self._page_rows = page_rows

    def provides(self, stream: str) -> tuple[str, ...]:
        """The stream itself."""
        return (stream_of(self.name, stream).name,)

    def incremental(self, stream: str) -> bool:
        """Whether the stream has a cursor column."""
        return self._streams[stream].cursor is not None

    def full_every(self, stream: str) -> timedelta | None:
        """As configured."""
        every = self._streams[stream].full_every
        return None if every is None else duration(every)

    def count(self, stream: str) -> int | None:
        """The rows of the query or table."""
        source = relation(self._stream(stream))
        with self._session(stream) as (connection, _):
            return int(connection.execute(number(source)).scalar_one())

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; at least one page comes, if an empty one."""
        config = self._stream(stream)
        start = newest = None if since is None else datetime.fromisoformat(since)
        if start is not None:
            start -= duration(config.overlap)
        after = Position(None, (), 0, newest) if resume is None else Position.load(resume)
        yield from self._read(stream, Span(start, watermark, after, watermark))

    def reach(self, stream: str) -> Reach:
        """In slices of the cursor column."""
        return "slices" if self.incremental(stream) else "whole"

    def between(
        self,
        stream: str,
        *,
        start: datetime,
        end: datetime,
        resume: str | None,
        watermark: datetime,
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`."""
        after = Position(None, (), 0, None) if resume is None else Position.load(resume)
        until = end - timedelta(microseconds=1)
        yield from self._read(stream, Span(start, until, after, watermark, undated=False))

    def _read(self, stream: str, span: Span) -> Iterator[Page]:
        definition, config = stream_of(self.name, stream), self._stream(stream)
        place = f"table {config.table}" if config.table else f"query of {stream}"
        with self._session(stream) as (connection, restart):
            query = self._query(connection, definition, config)
            yield from Reading(
                connection, restart, self.name, definition, place, query, self._page_rows
            ).pages(span)

    def _stream(self, stream: str) -> SqlStream:
        config = self._streams[stream]
        if (config.query is None) == (config.table is None):
            raise SourceError(
                f"source {self.name}, stream {stream} has "
                f"{'neither query nor table' if config.query is None else 'both query and table'}",
                help=f"Give {stream} one of the two: query: SELECT ..., or table: schema.name.",
                code="SOURCE_QUERY",
            )
        return config

    @contextmanager
    def _session(self, stream: str) -> Iterator[tuple[sa.Connection, Restart]]:
        """A read-only session, and what starts its time limit again."""
        engine = sql_connection.engine(self.name, self._url)
        driver_error = engine.dialect.loaded_dbapi.Error
        try:
            connection = engine.connect()
        except sa.exc.DBAPIError as error:
            raise sql_errors.unreachable(self.name, stream, self._url, error) from None
        driver = connection.connection.driver_connection
        try:
            yield connection, self._database.session(connection, self._seconds)
        except (sa.exc.DBAPIError, driver_error) as error:
            if isinstance(error, sa.exc.DBAPIError):
                lost = error.connection_invalidated
            else:
                lost = engine.dialect.is_disconnect(error, driver, None)
            raise sql_errors.failed(
                self.name, stream, self._url, error, timeout_seconds=self._seconds, lost=lost
            ) from None
        finally:
            with suppress(sa.exc.DBAPIError):  # a connection that broke off has nothing to close
                connection.close()
            engine.dispose()

    def _query(
        self, connection: sa.Connection, definition: Stream, config: SqlStream
    ) -> OrderedQuery:
        """What is read, once it is known which columns there are and how the cursor holds time."""
        source = relation(config)
        result = connection.execute(header(source))
        description = result.cursor.description if result.cursor else ()
        names = [(name, told[1]) for name, told in zip(result.keys(), description, strict=True)]
        result.close()
        asked = needed(
            self.name,
            definition,
            f"table {config.table}" if config.table else "the query",
            names,
            renamed=config.columns,
            cursor=config.cursor,
        )
        if config.cursor is None:
            return OrderedQuery(source, asked, self._database)
        kind = self._kind(connection, definition, config.cursor, dict(names)[config.cursor], source)
        return OrderedQuery(source, asked, self._database, config.cursor, kind)

    def _kind(
        self,
        connection: sa.Connection,
        definition: Stream,
        cursor: str,
        code: object,
        source: sa.FromClause,
    ) -> CursorKind | None:
        """How the cursor column holds time; None: only a value would tell, and there is none."""
        value = None
        if self._database.by_value:
            value = connection.execute(example(source, cursor)).scalar()
            if value is None:
                return None
        kind = self._database.kind(code, value)
        if kind is None:
            raise SourceError(
                f"source {self.name}, stream {definition.name}: the cursor column {cursor} "
                "holds no times",
                help="Choose a column that says when the row changed, or let the query convert it.",
                code="SOURCE_CURSOR",
            )
        return kind
