"""Tables and columns by their names, pages that stay small, and queries that take too long."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from support.sources import WATERMARK, ids, read, sql_source, users, write_table

from syncworker.engine.ports import Source
from syncworker.errors import SourceError
from syncworker.mapping.source_sql import SqlSource as SqlConfig
from syncworker.sources import sql_mysql
from syncworker.sources.registry import Surroundings, build


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/app.db"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
def table() -> str:
    return f"t_{uuid4().hex[:10]}"


def run(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def named(url: str, table: str | None, query: str | None = None, **more: object) -> Source:
    return sql_source(url, "", query=query, table=table, **more)


def test_names_of_tables_and_columns_are_quoted_and_may_have_a_schema(url: str) -> None:
    schema = "main" if "sqlite" in url else f"s_{uuid4().hex[:10]}"
    if schema != "main":
        run(url, f"CREATE SCHEMA {schema}")
    run(
        url,
        f'CREATE TABLE {schema}."Order" ("User Id" TEXT, "group" TEXT, "Left" TEXT)',
        f"""INSERT INTO {schema}."Order" VALUES ('u1', 'admin', '2026-11-09'), ('u2', 'x', NULL)""",
    )
    columns = {"user_id": "User Id", "role": "group", "deleted_at": "Left"}

    (page,) = read(named(url, f"{schema}.Order", columns=columns))

    rows = page.frames["users"].sort("user_id")
    assert rows["role"].to_list() == ["admin", "x"]
    assert [moment and moment.day for moment in rows["deleted_at"]] == [9, None]
    assert page.columns == {"users": frozenset(columns)}
    assert page.declared
    assert named(url, f"{schema}.Order", columns=columns).count("users") == 2


def test_only_the_columns_a_stream_needs_are_read(postgres: str, table: str) -> None:
    """A column that fails when it is read is not read."""
    run(
        postgres,
        f"CREATE VIEW {table} AS SELECT 'u1' AS user_id, 1 / (length(now()::text) - "
        "length(now()::text)) AS broken",
    )
    assert ids(read(named(postgres, table))) == ["u1"]
    with pytest.raises(SourceError, match="division by zero"):
        read(named(postgres, table, columns={"role": "broken"}))


def test_columns_of_a_query_may_have_other_names_too(url: str, table: str) -> None:
    write_table(url, table, users(2))
    query = f"SELECT user_id AS id, email AS mail FROM {table}"
    (page,) = read(named(url, None, query, columns={"user_id": "id", "email": "mail"}))
    assert page.frames["users"]["email"].to_list() == ["user0@example.com", "user1@example.com"]


@pytest.mark.parametrize("missing", ["columns", "cursor"])
def test_a_named_column_that_is_not_there_is_told_with_near_names(
    url: str, table: str, missing: str
) -> None:
    write_table(url, table, users(1))
    wrong: object = {"email": "Emial"} if missing == "columns" else "udpated_at"
    with pytest.raises(SourceError) as caught:
        read(named(url, table, **{missing: wrong}))
    name, near = ("Emial", "email") if missing == "columns" else ("udpated_at", "updated_at")
    assert f"source app, stream users: table {table} has no column {name}" in caught.value.message
    assert near in caught.value.help
    assert caught.value.code == "SOURCE_COLUMN"
    assert caught.value.recovery == "stop"


def test_a_named_column_unlike_all_others_is_told_with_all_others(url: str, table: str) -> None:
    write_table(url, table, users(1))
    with pytest.raises(SourceError) as caught:
        read(named(url, table, columns={"email": "zzz"}))
    assert "user_id, account_id, email, created_at, updated_at, extra" in caught.value.help


@pytest.mark.parametrize("cursor", [None, "updated_at"])
def test_a_needed_column_that_comes_twice_is_refused(postgres: str, cursor: str | None) -> None:
    twice = "updated_at" if cursor else "user_id"
    query = f"SELECT 'u1' AS user_id, now() AS updated_at, now() AS {twice}"
    with pytest.raises(SourceError, match=f"more than one column {twice}") as caught:
        read(sql_source(postgres, query, cursor=cursor))
    assert "AS" in caught.value.help


@pytest.mark.parametrize(
    ("query", "table", "words"),
    [(None, None, "neither query nor table"), ("SELECT 1", "users", "both query and table")],
)
def test_one_of_query_and_table_is_needed(query: str | None, table: str | None, words: str) -> None:
    source = named("sqlite://", table, query)
    for ask in (read, lambda one: one.count("users")):
        with pytest.raises(SourceError, match=f"stream users has {words}") as caught:
            ask(source)
        assert "table: schema.name" in caught.value.help


def test_a_table_that_is_not_there_stops_with_the_databases_words(url: str, table: str) -> None:
    write_table(url, table, [])
    with pytest.raises(SourceError, match="no_such_table") as caught:
        read(named(url, "no_such_table"))
    assert caught.value.recovery == "stop"


def test_rows_of_one_cursor_value_and_many_keys_come_in_small_pages(url: str, table: str) -> None:
    write_table(url, table, [row | {"updated_at": WATERMARK} for row in users(50)])
    pages = read(sql_source(url, f"SELECT * FROM {table}", page_rows=7, cursor="updated_at"))

    assert [page.frames["users"].height for page in pages] == [7] * 7 + [1]
    assert len(set(ids(pages))) == 50


@pytest.mark.parametrize("cursor", [None, "updated_at"])
def test_rows_of_one_cursor_value_and_key_are_torn_before_a_page_grows_without_bounds(
    url: str, table: str, cursor: str | None
) -> None:
    write_table(url, table, users(1) * 25 + users(2)[1:] * 3)
    source = sql_source(url, f"SELECT * FROM {table}", page_rows=3, cursor=cursor)
    pages = read(source)

    assert max(page.frames["users"].height for page in pages) <= 9
    assert sorted(ids(pages)) == ["u000"] * 25 + ["u001"] * 3
    for done in range(1, len(pages) + 1):
        rest = read(source, resume=pages[done - 1].resume)
        assert ids(pages[:done]) + ids(rest) == ids(pages)


def limited(url: str, query: str) -> Source:
    config = SqlConfig.model_validate(
        {
            "kind": "sql",
            "url": "env:APP",
            "statement_seconds": 1,
            "streams": {"users": {"query": query}},
        }
    )
    return build("app", config, Surroundings(lambda _: url, page_rows=3))


def test_a_query_that_takes_too_long_is_stopped(url: str, tmp_path: Path) -> None:
    (tmp_path / "app.db").touch()
    counting = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
    endless = f"SELECT n AS user_id FROM ({counting} SELECT count(*) AS n FROM c) AS s"
    started = time.monotonic()
    with pytest.raises(SourceError, match="took longer than 1 s") as caught:
        read(limited(url, endless))
    assert time.monotonic() - started < 10
    assert caught.value.code == "SOURCE_TIMEOUT"
    assert "statement_seconds of app" in caught.value.help


def test_the_time_between_two_pages_is_not_the_querys(url: str, table: str) -> None:
    write_table(url, table, users(9))
    pages = limited(url, f"SELECT * FROM {table}").pages(
        "users", since=None, resume=None, watermark=WATERMARK
    )
    done = []
    for page in pages:
        time.sleep(0.6)
        done.append(page)
    assert len(ids(done)) == 9


def test_a_sqlite_database_cannot_be_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    write_table(url, "users", users(1))
    with pytest.raises(SourceError) as caught:
        read(sql_source(url, "DELETE FROM users RETURNING user_id"))
    assert caught.value.recovery == "stop"
    assert len(ids(read(sql_source(url, "SELECT * FROM users")))) == 1


def test_all_pages_of_a_reading_are_of_one_moment(postgres: str, table: str) -> None:
    write_table(postgres, table, users(9))
    source = sql_source(postgres, f"SELECT * FROM {table}", cursor="updated_at")
    pages = source.pages("users", since=None, resume=None, watermark=WATERMARK)
    done = [next(pages)]
    run(postgres, f"DELETE FROM {table}")
    assert len(ids([*done, *pages])) == 9


class FakeMySql:
    """What sql_mysql does to a connection; a real server is tried by hand (docs/sources/sql.md)."""

    def __init__(self, *, mariadb: bool, driver: str = "pymysql") -> None:
        self.dialect = SimpleNamespace(is_mariadb=mariadb, driver=driver)
        self.connection = SimpleNamespace(cursor=lambda *kind: kind)
        self.done: list[str] = []

    def exec_driver_sql(self, statement: str) -> None:
        self.done.append(statement)

    def invalidate(self) -> None:
        self.done.append("invalidated")


@pytest.mark.parametrize(
    ("mariadb", "limit"),
    [(True, "max_statement_time = 5"), (False, "max_execution_time = 5000")],
)
def test_a_mysql_session_is_limited_in_utc_and_read_only(mariadb: bool, limit: str) -> None:
    fake: Any = FakeMySql(mariadb=mariadb)
    sql_mysql.session(fake, 5)
    assert fake.done[0] == f"SET SESSION {limit}"
    assert "SET SESSION time_zone = '+00:00'" in fake.done
    assert fake.done[-1] == "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"


@pytest.mark.parametrize("left", [True, False])
def test_a_mysql_result_that_was_not_read_to_its_end_is_left_with_its_connection(
    left: bool,
) -> None:
    fake: Any = FakeMySql(mariadb=True)
    result = SimpleNamespace(unbuffered_active=left)
    cursor = SimpleNamespace(_result=result, close=lambda: fake.done.append("closed"))
    sql_mysql.close(fake, cursor)
    assert fake.done == (["invalidated"] if left else []) + ["closed"]
    assert result.unbuffered_active is False


def test_another_driver_of_mysql_is_read_with_its_own_cursor() -> None:
    other: Any = FakeMySql(mariadb=True, driver="mysqldb")
    assert sql_mysql.cursor(other) == ()
    assert [sql_mysql.kind_of(code, None) for code in (12, 7, 10, 3)] == [
        "naive",
        "naive",
        "date",
        None,
    ]
