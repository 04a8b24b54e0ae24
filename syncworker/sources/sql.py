"""A database as a source: one query per stream, read in order, in pages, by a server-side cursor.

A stream with a cursor column is read from the newest value of the last finished run, less the
overlap, up to the run's watermark. Its rows without a cursor value are read in every run: nothing
else would show that they changed. A stream without one is read whole each run.

Everything happens in one read-only transaction per call of `pages`, with the session in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from syncworker.engine.ports import Page
from syncworker.errors import SourceError
from syncworker.mapping.duration import duration
from syncworker.mapping.source_sql import SqlSource as SqlConfig
from syncworker.mapping.source_sql import SqlStream
from syncworker.model.stream import Stream
from syncworker.sources import sql_errors
from syncworker.sources.pages import RawRows, canonical, require_columns, stream_of
from syncworker.sources.sql_position import Position, utc
from syncworker.sources.sql_query import OrderedQuery, cursor_kind

PAGE_ROWS = 20_000
STATEMENT_SECONDS = 600
CONNECT_SECONDS = 10
_BUFFER_ROWS = 5_000
_POSTGRESQL = "postgresql+psycopg"


class SqlSource:
    """Reads a database SQLAlchemy can reach.

    Args:
        name: The source's name in the mapping.
        config: Its section of the mapping.
        url: The database's URL, with its password.
        page_rows: Rows of a page; a page grows where rows of one cursor value and key follow.
        statement_seconds: How long PostgreSQL may work on one page.
    """

    def __init__(
        self,
        name: str,
        config: SqlConfig,
        url: str,
        *,
        page_rows: int = PAGE_ROWS,
        statement_seconds: int = STATEMENT_SECONDS,
    ) -> None:
        self.name = name
        self._streams = config.streams
        self._url = _parsed(name, url)
        self._page_rows = page_rows
        self._statement_seconds = statement_seconds

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
        """The rows of the query."""
        with self._connected(stream) as connection:
            query = OrderedQuery(_query(self._streams[stream]), ())
            return int(connection.execute(query.number()).scalar_one())

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; at least one page comes, if an empty one."""
        definition = stream_of(self.name, stream)
        after = None if resume is None else Position.load(resume)
        start = None
        if since is not None:
            start = datetime.fromisoformat(since) - duration(self._streams[stream].overlap)
        with self._connected(stream) as connection:
            query, names = self._prepared(connection, definition)
            statements = []
            if query.kind is not None and not (after is not None and after.cursor is None):
                statements.append(query.dated(start, watermark, after))
            undated_after = after if after is not None and after.cursor is None else None
            statements.append(query.undated(undated_after))

            newest = None if since is None else datetime.fromisoformat(since)
            last = after or Position(None, (), 0, newest)
            reader = _Reader(definition, query, names, self.name, watermark)
            empty = True
            for statement in statements:
                with _streamed(connection, statement) as result:
                    rows = reader.new(result, after)
                    for page_rows in _cut(rows, self._page_rows, reader.place_of_row):
                        empty = False
                        page, last = reader.page(page_rows, last)
                        yield page
            if empty:
                yield reader.page([], last)[0]

    @contextmanager
    def _connected(self, stream: str) -> Iterator[sa.Connection]:
        engine = _engine(self.name, self._url)
        try:
            connection = engine.connect()
        except sa.exc.DBAPIError as error:
            raise sql_errors.unreachable(self.name, stream, self._url, error) from None
        try:
            with connection:
                _read_only(connection, self._statement_seconds)
                yield connection
        except sa.exc.DBAPIError as error:
            raise sql_errors.failed(
                self.name, stream, self._url, error, self._statement_seconds
            ) from None
        finally:
            engine.dispose()

    def _prepared(
        self, connection: sa.Connection, definition: Stream
    ) -> tuple[OrderedQuery, list[str]]:
        """The query once it is known which columns it has and how its cursor holds time."""
        config = self._streams[definition.name]
        query = OrderedQuery(_query(config), (), config.cursor)
        result = connection.execute(query.probe())
        names, row = list(result.keys()), result.first()
        require_columns(
            self.name,
            definition,
            "the query",
            names,
            f"Name a column of the query so: SELECT ... AS {definition.key[-1]}.",
        )
        key = [name for name in definition.key if name in names]
        if config.cursor is None or row is None:
            return OrderedQuery(_query(config), key, config.cursor), names
        kind = cursor_kind(row._mapping[config.cursor], connection.dialect.name)  # noqa: SLF001
        if kind is None:
            raise SourceError(
                f"source {self.name}, stream {definition.name}: the cursor column {config.cursor} "
                f"holds {type(row._mapping[config.cursor]).__name__}, not a time",  # noqa: SLF001
                help="Choose a column that says when the row changed, or let the query convert it.",
                code="SOURCE_CURSOR",
            )
        return OrderedQuery(_query(config), key, config.cursor, kind), names


class _Reader:
    """Turns the rows of one call of `pages` into pages."""

    def __init__(
        self,
        stream: Stream,
        query: OrderedQuery,
        names: Sequence[str],
        source: str,
        watermark: datetime,
    ) -> None:
        self._stream = stream
        self._query = query
        self._source = source
        self._watermark = watermark
        self._indexes = {name: index for index, name in enumerate(names)}
        keys = [self._indexes[name] for name in query.key]
        # The cursor stands behind the query's own columns.
        self.place_of_row: Callable[[Any], tuple[Any, ...]] = itemgetter(len(names), *keys)

    def new(self, rows: Iterable[Any], after: Position | None) -> Iterable[Any]:
        """The rows without those of the position, which are read again."""
        if after is None:
            return rows
        cursor = None if after.cursor is None else self._query.bind(after.cursor)
        seen = (cursor, *after.key)
        return (row for row in rows if self.place_of_row(row) != seen)

    def page(self, rows: Sequence[Any], last: Position) -> tuple[Page, Position]:
        """A page of rows, and the position of its last one."""
        values = list(zip(*rows, strict=True)) or [()] * (len(self._indexes) + 1)
        columns = {
            column.name: values[self._indexes[column.name]]
            for column in self._stream.columns
            if column.name in self._indexes
        }
        first = last.rows + 1
        raw = RawRows(
            f"query of {self._stream.name}",
            range(first, first + len(rows)),
            columns,
        )
        frame, rejected = canonical(self._stream, raw, self._source, self._watermark)
        if rows:
            cursor, *key = self.place_of_row(rows[-1])
            moment = None if cursor is None else utc(cursor)
            newest = max(filter(None, (last.newest, moment)), default=None)
            last = Position(moment, tuple(key), last.rows + len(rows), newest)
        page = Page(
            {self._stream.name: frame},
            tuple(rejected),
            resume=last.dump(),
            cursor=last.newest.isoformat() if last.newest else None,
        )
        return page, last


def _query(config: SqlStream) -> str:
    return config.query or f"SELECT * FROM {config.table}"  # noqa: S608 - a name from the mapping


def _streamed(
    connection: sa.Connection, statement: sa.Select[Any]
) -> AbstractContextManager[sa.CursorResult[Any]]:
    """The statement's rows by a server-side cursor, which is closed at the end."""
    options = {"stream_results": True}
    return closing(connection.execute(statement, execution_options=options).yield_per(_BUFFER_ROWS))


def _cut(
    rows: Iterable[Any], size: int, place_of_row: Callable[[Any], tuple[Any, ...]]
) -> Iterator[list[Any]]:
    """Pages of `size` rows or more: rows with one cursor value and key stay together."""
    page: list[Any] = []
    for row in rows:
        if len(page) >= size and place_of_row(row) != place_of_row(page[-1]):
            yield page
            page = []
        page.append(row)
    if page:
        yield page


def _parsed(source: str, url: str) -> sa.URL:
    help_ = "A database URL looks like postgresql://user:password@host:5432/name."
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise sql_errors.bad_url(source, "its URL is not a database URL", help_) from None
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername=_POSTGRESQL)
    return parsed


def _engine(source: str, url: sa.URL) -> sa.Engine:
    on_disk = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    if on_disk and not Path(str(url.database)).is_file():  # SQLite would make an empty one.
        raise sql_errors.bad_url(
            source, f"there is no database file {url.database}", "Correct the path in its URL."
        )
    postgresql = url.get_backend_name() == "postgresql"
    arguments = {"connect_timeout": CONNECT_SECONDS} if postgresql else {}
    try:
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments)
    except sa.exc.NoSuchModuleError:
        reason = f"there is no SQLAlchemy dialect {url.drivername}"
        help_ = "Install the package of that database's dialect, or correct its URL."
        raise sql_errors.bad_url(source, reason, help_) from None
    except ImportError as error:
        reason = f"the database driver {error.name} is not installed"
        package = '"syncworker[postgres]"' if url.drivername == _POSTGRESQL else str(error.name)
        raise sql_errors.bad_url(source, reason, f"pip install {package}") from None


def _read_only(connection: sa.Connection, statement_seconds: int) -> None:
    if connection.dialect.name == "postgresql":
        # One snapshot for all pages; a time without an offset is compared in UTC.
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.execute(sa.text(f"SET LOCAL statement_timeout = '{statement_seconds}s'"))
        connection.execute(sa.text("SET LOCAL TIME ZONE 'UTC'"))
    elif connection.dialect.name == "sqlite":
        connection.execute(sa.text("PRAGMA query_only = ON"))
        # Text that is not UTF-8 must spoil its own row, not the query.
        driver: Any = connection.connection.driver_connection
        driver.text_factory = lambda text: text.decode(errors="surrogateescape")
