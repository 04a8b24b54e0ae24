"""The state database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import tenacity
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from syncworker.errors import StoreError
from syncworker.masking import mask
from syncworker.planning import json_text

PATIENCE = 30.0
"""Seconds to wait for a lock of SQLite's."""
_CONNECT_SECONDS = 10
_LEAST_SECONDS = 2  # libpq knows no shorter wait for a connection
_POSTGRESQL = "postgresql+psycopg"
_DISK_FULL = "53100"  # PostgreSQL's name of it
_KNOWN = ("sqlite", "postgresql")
_OPTIONS: dict[str, Any] = {
    "hide_parameters": True,  # they are people's data, and errors are logged
    "json_serializer": json_text.dumps,
    "json_deserializer": json_text.loads,
}


class Database:
    """Connections to the state database.

    Args:
        url: SQLAlchemy URL of SQLite or PostgreSQL. A plain `postgresql://` or `postgres://`, as
            hosts hand it out, means psycopg 3.
        patience: Seconds to wait where SQLite is locked, or PostgreSQL does not answer.

    Raises:
        StoreError: The URL is of neither, or its file cannot be made.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._upserts: dict[tuple[object, ...], sa.sql.dml.Insert] = {}
        try:
            self.url = _known(url)
            self.engine = self._engine()
        except (SQLAlchemyError, ModuleNotFoundError, ValueError) as error:
            raise StoreError(
                f"the state database's URL cannot be used: {mask(str(error))}",
                help="SYNCWORKER_DATABASE_URL=postgresql://user:password@host/name "
                "(needs syncworker[postgres]), or sqlite:////path/to/state.db",
            ) from None
        except OSError as error:
            raise StoreError(
                f"the folder of the state database {self.url.database} cannot be made: "
                f"{error.strerror}",
                help="set SYNCWORKER_HOME to a folder that this user may write to",
            ) from None

    def _engine(self) -> sa.Engine:
        if self.url.get_backend_name() == "postgresql":
            return sa.create_engine(
                self.url,
                pool_pre_ping=True,
                connect_args={"connect_timeout": self._connect_seconds()},
                **_OPTIONS,
            )
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(self.url, connect_args={"timeout": self._patience}, **_OPTIONS)
        patience = self._patience  # alone: with `self` the engine would keep us, and we it
        event.listen(engine, "connect", lambda made, _record: _set_up_sqlite(made, patience))
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _connect_seconds(self) -> int:
        return max(_LEAST_SECONDS, min(_CONNECT_SECONDS, round(self._patience)))

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for reading; raises StoreError."""
        with _translated(self.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction, committed at the end; raises StoreError."""
        with _translated(self.url), self.engine.connect() as connection:
            writing = connection.execution_options(writes=True)
            with writing.begin():
                yield writing

    @contextmanager
    def alone(self) -> Iterator[sa.Connection]:
        """A connection outside any transaction, as VACUUM asks for; raises StoreError."""
        with _translated(self.url), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT", alone=True)

    def upsert(
        self,
        table: sa.Table,
        key: tuple[str, ...],
        update: tuple[str, ...],
        unless_empty: tuple[str, ...] = (),
    ) -> sa.sql.dml.Insert:
        """INSERT that updates where a row of that key exists.

        Args:
            table: The table.
            key: Columns of its primary key.
            update: Columns that get the new value.
            unless_empty: Text columns that keep their value where the new one is "".
        """
        kept = self._upserts.get((table.name, update, unless_empty))
        if kept is not None:
            return kept
        index = [table.c[name] for name in key]
        lite, post = sqlite.insert(table), postgresql.insert(table)
        new = lite.excluded if self.url.get_backend_name() == "sqlite" else post.excluded
        values: dict[str, sa.ColumnElement[Any]] = {name: new[name] for name in update}
        for name in unless_empty:
            values[name] = sa.case(
                (new[name] == sa.literal_column("''"), table.c[name]), else_=new[name]
            )
        made: sa.sql.dml.Insert = (
            lite.on_conflict_do_update(index_elements=index, set_=values)
            if self.url.get_backend_name() == "sqlite"
            else post.on_conflict_do_update(index_elements=index, set_=values)
        )
        self._upserts[table.name, update, unless_empty] = made
        return made

    def close(self) -> None:
        """Close pooled connections; a forked child must not use its parent's."""
        self.engine.dispose()


def _known(url: str) -> sa.URL:
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername=_POSTGRESQL)
    if parsed.get_backend_name() not in _KNOWN:
        raise ValueError(f"{parsed.drivername} is neither {' nor '.join(_KNOWN)}")
    return parsed


def _set_up_sqlite(connection: sqlite3.Connection, patience: float) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver does it too late
    _use_wal(connection, patience)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _use_wal(connection: sqlite3.Connection, patience: float) -> None:
    # Of processes that open a new file at once, SQLite lets one switch and does not let the
    # others wait for it.
    again = tenacity.Retrying(
        retry=tenacity.retry_if_exception_message(match="database is locked"),
        wait=tenacity.wait_random(0.01, 0.1),
        stop=tenacity.stop_after_delay(patience),
        reraise=True,
    )
    again(connection.execute, "PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail at once under a second writer.
    options = connection.get_execution_options()
    if not options.get("alone"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


@contextmanager
def _translated(url: sa.URL) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # The caller knows what a key that is there already means; else it is a defect of ours.
        raise
    except DataError as error:
        raise StoreError(
            "the state database does not take a value that should be stored: "
            f"{mask(str(error.orig)).strip()}",
            help="nothing of this step was committed; please report it",
            code="STORE_VALUE",
        ) from error
    except DBAPIError as error:
        if _is_full(error):
            raise _full(url) from error
        raise StoreError(
            f"the state database {url.render_as_string(hide_password=True)} cannot be used: "
            f"{mask(str(error.orig)).strip()}",
            help="is it running, and is SYNCWORKER_DATABASE_URL right? Nothing was lost: "
            "start the same command again when it is back",
        ) from error


def _is_full(error: DBAPIError) -> bool:
    of_sqlite = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return of_sqlite or getattr(error.orig, "sqlstate", None) == _DISK_FULL


def _full(url: sa.URL) -> StoreError:
    place = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        place = f"in {Path(url.database or '').resolve().parent}"
    return StoreError(
        f"there is no room left for the state database {place}",
        help="give it more space; where staging is on the same disk: syncworker staging stats "
        "PORTAL, then syncworker staging prune PORTAL. Nothing was lost: then start the same "
        "command again",
        code="STORE_FULL",
    )
