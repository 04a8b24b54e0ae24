"""The state database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from syncworker.errors import StoreError
from syncworker.masking import mask

_BUSY_SECONDS = 30


class Database:
    """Connections to the state database.

    Args:
        url: SQLAlchemy URL of SQLite or PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            self.engine = self._engine()
        except (SQLAlchemyError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreError(
                f"the state database's URL cannot be used: {mask(str(error))}",
                help="SYNCWORKER_DATABASE_URL=postgresql+psycopg://user:password@host/name "
                "(needs syncworker[postgres])",
            ) from None

    def _engine(self) -> sa.Engine:
        if self.url.get_backend_name() != "sqlite":
            return sa.create_engine(self.url, pool_pre_ping=True)
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(self.url, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

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

    def upsert(
        self, table: sa.Table, key: tuple[str, ...], update: tuple[str, ...]
    ) -> sa.sql.dml.Insert:
        """INSERT that updates the `update` columns where a row of that key exists."""
        index = [table.c[name] for name in key]
        if self.url.get_backend_name() == "sqlite":
            lite = sqlite.insert(table)
            return lite.on_conflict_do_update(
                index_elements=index, set_={c: lite.excluded[c] for c in update}
            )
        post = postgresql.insert(table)
        return post.on_conflict_do_update(
            index_elements=index, set_={c: post.excluded[c] for c in update}
        )

    def close(self) -> None:
        """Close pooled connections; a forked child must not use its parent's."""
        self.engine.dispose()


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401
    connection.isolation_level = None  # we say BEGIN ourselves: the driver does it too late
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail at once under a second writer.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated(url: sa.URL) -> Iterator[None]:
    try:
        yield
    except sa.exc.IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreError(
            f"the state database {url.render_as_string(hide_password=True)} cannot be used: "
            f"{mask(str(error.orig)).strip()}",
            help="is it running, and is SYNCWORKER_DATABASE_URL right? Nothing was lost: "
            "start the same command again when it is back",
        ) from error
