"""Databases for the shared contract suite: a table of users, read by query or by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from support.sources import COLUMNS, sql_source

from syncworker.engine.ports import Source


class SqlWorld:
    """A table of `users`; a fresh one for each world.

    Args:
        url: The database's URL.
        overlap: Read from a cursor, this far behind it; None: whole each time.
        by_name: Read the table by its name, with a column of another name, in the query's place.
    """

    stream = canonical = "users"

    def __init__(self, url: str, *, overlap: timedelta | None, by_name: bool = False) -> None:
        self.overlap = overlap
        self._url = url
        self._by_name = by_name
        self._table = f"world_{uuid4().hex[:10]}"
        self._id = "Id of user" if by_name else "user_id"
        columns = {self._id if name == "user_id" else name: t for name, t in COLUMNS.items()}
        told = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
        with self._connected() as connection:
            connection.execute(sa.text(f"CREATE TABLE {self._table} ({told})"))

    def source(self, *, page_rows: int = 3) -> Source:
        more: dict[str, object] = {}
        if self.overlap is not None:
            more = {"cursor": "updated_at", "overlap": f"{int(self.overlap.total_seconds())}s"}
        if self._by_name:
            more |= {"query": None, "table": self._table, "columns": {"user_id": self._id}}
        query = f"SELECT * FROM {self._table}"
        return sql_source(self._url, query, page_rows=page_rows, **more)

    def put(self, number: int, at: datetime) -> None:
        self.remove(number)
        told = at.isoformat()
        with self._connected() as connection:
            connection.execute(
                sa.text(f"INSERT INTO {self._table} VALUES (:id, 'a1', :email, :at, :at, 'more')"),
                {"id": self.key(number), "email": f"user{number}@example.com", "at": told},
            )

    def remove(self, number: int) -> None:
        with self._connected() as connection:
            connection.execute(
                sa.text(f'DELETE FROM {self._table} WHERE "{self._id}" = :id'),
                {"id": self.key(number)},
            )

    def spoil(self, number: int) -> str:
        with self._connected() as connection:
            connection.execute(
                sa.text(f"UPDATE {self._table} SET email = 'no' WHERE \"{self._id}\" = :id"),
                {"id": self.key(number)},
            )
        return "email"

    def drop_column(self) -> str | None:
        with self._connected() as connection:
            connection.execute(sa.text(f"ALTER TABLE {self._table} DROP COLUMN account_id"))
        return "account_id"

    def key(self, number: int) -> str:
        return f"u{number:03}"

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        engine = sa.create_engine(self._url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            yield connection
        engine.dispose()


def sqlite(tmp_path: Path, _request: pytest.FixtureRequest) -> SqlWorld:
    return SqlWorld(f"sqlite:///{tmp_path}/app.db", overlap=timedelta(hours=1))


def postgresql(_tmp_path: Path, request: pytest.FixtureRequest) -> SqlWorld:
    return SqlWorld(request.getfixturevalue("postgres"), overlap=timedelta(hours=1), by_name=True)


def sqlite_whole(tmp_path: Path, _request: pytest.FixtureRequest) -> SqlWorld:
    return SqlWorld(f"sqlite:///{tmp_path}/app.db", overlap=None, by_name=True)


def postgresql_whole(_tmp_path: Path, request: pytest.FixtureRequest) -> SqlWorld:
    return SqlWorld(request.getfixturevalue("postgres"), overlap=None)
