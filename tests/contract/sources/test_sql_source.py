"""What is special about databases: cursors, watermarks, their own ways to tell time, errors."""

from __future__ import annotations

import socket
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from support.sources import WATERMARK, ids, read, sql_source, users, write_table

from syncworker.engine.ports import Page, Source
from syncworker.errors import SourceError
from syncworker.mapping.source_sql import SqlSource as SqlConfig
from syncworker.mapping.source_sql import SqlStream
from syncworker.sources.registry import Surroundings, build
from syncworker.sources.sql import SqlSource


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/app.db"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
def table() -> str:
    return f"t_{uuid4().hex[:10]}"


def by_cursor(url: str, table: str, **more: object) -> Source:
    return sql_source(url, f"SELECT * FROM {table}", cursor="updated_at", **more)


def test_rows_after_the_watermark_wait_for_the_next_run(url: str, table: str) -> None:
    rows = users(3)
    rows[2]["updated_at"] = WATERMARK + timedelta(hours=1)
    write_table(url, table, rows)
    source = by_cursor(url, table)

    first = read(source, watermark=WATERMARK)
    second = read(source, watermark=WATERMARK + timedelta(hours=2), since=first[-1].cursor)

    assert ids(first) == ["u000", "u001"]
    assert ids(second) == ["u001", "u002"]


def test_the_next_run_reads_only_what_changed_and_the_overlap(url: str, table: str) -> None:
    write_table(url, table, users(10))
    cursor = read(by_cursor(url, table), watermark=WATERMARK)[-1].cursor

    again = read(by_cursor(url, table), watermark=WATERMARK, since=cursor)
    more = read(by_cursor(url, table, overlap="3h"), watermark=WATERMARK, since=cursor)

    assert ids(again) == ["u009"]
    assert ids(more) == ["u006", "u007", "u008", "u009"]
    assert again[-1].cursor == more[-1].cursor == cursor


def test_a_run_without_anything_new_keeps_its_cursor(url: str, table: str) -> None:
    write_table(url, table, users(1))
    since = datetime(2026, 11, 20, tzinfo=UTC).isoformat()

    pages = read(by_cursor(url, table), watermark=WATERMARK, since=since)

    assert [len(page.frames["users"]) for page in pages] == [0]
    assert pages[0].cursor == since


@pytest.mark.parametrize("done", [1, 2, 3, 4])
def test_rows_without_a_cursor_value_are_read_in_every_run(url: str, table: str, done: int) -> None:
    rows = users(10)
    for row in rows[:5]:
        row["updated_at"] = None
    write_table(url, table, rows)
    source = by_cursor(url, table)

    first = read(source, watermark=WATERMARK)
    rest = read(source, watermark=WATERMARK, resume=first[done - 1].resume)
    second = read(source, watermark=WATERMARK, since=first[-1].cursor)

    assert sorted(ids(first)) == [f"u{n:03}" for n in range(10)]
    assert ids(first[:done]) + ids(rest) == ids(first)
    assert sorted(ids(second)) == ["u000", "u001", "u002", "u003", "u004", "u009"]


def test_a_table_of_which_no_row_has_a_cursor_value_is_read(url: str, table: str) -> None:
    rows = users(4)
    for row in rows:
        row["updated_at"] = None
    write_table(url, table, rows)

    pages = read(by_cursor(url, table), watermark=WATERMARK)

    assert len(ids(pages)) == 4
    assert pages[-1].cursor is None


def test_rows_of_one_cursor_value_and_key_are_not_torn_between_pages(url: str, table: str) -> None:
    rows = users(1) * 7 + users(2)[1:] * 2
    write_table(url, table, rows)
    pages = read(by_cursor(url, table), watermark=WATERMARK)

    assert [ids([page]) for page in pages] == [["u000"] * 7, ["u001"] * 2]
    assert ids(read(by_cursor(url, table), watermark=WATERMARK, resume=pages[0].resume)) == [
        "u001",
        "u001",
    ]


def test_a_key_with_empty_parts_is_resumed_without_loss(url: str, table: str) -> None:
    query = (
        f"SELECT account_id, user_id, 'opened' AS name, '2026-11-20' AS day, 1.5 AS quantity "
        f"FROM {table}"
    )
    rows = [
        {"account_id": account, "user_id": user}
        for account in ("a1", "a2", None)
        for user in ("u1", "u2", None)
    ]
    write_table(url, table, rows)
    stream = SqlStream(query=query)
    config = SqlConfig(kind="sql", url="env:APP", streams={"usage_daily": stream})
    source = build("app", config, Surroundings(lambda _: url, page_rows=2))

    def keys(resume: str | None) -> tuple[list[Page], list[str]]:
        pages = list(source.pages("usage_daily", since=None, resume=resume, watermark=WATERMARK))
        return pages, [key for page in pages for key in page.frames["usage_daily"]["source_id"]]

    pages, everything = keys(None)

    assert len(everything) == 8  # the ninth says neither whose account nor which user
    assert [row.field for page in pages for row in page.rejected] == ["account_id"]
    for index, page in enumerate(pages):
        done = [k for p in pages[: index + 1] for k in p.frames["usage_daily"]["source_id"]]
        assert done + keys(page.resume)[1] == everything


def test_a_query_may_hold_colons_percent_signs_a_semicolon_and_a_last_comment(
    url: str, table: str
) -> None:
    write_table(url, table, users(3))
    query = f"SELECT user_id, ':x 12:00 100%' AS role FROM {table} WHERE user_id LIKE 'u%';"

    frame = read(sql_source(url, query), watermark=WATERMARK)[0].frames["users"]
    commented = read(sql_source(url, f"{query[:-1]} -- all: of %them"), watermark=WATERMARK)

    assert frame["role"].to_list() == [":x 12:00 100%"] * 3
    assert len(ids(commented)) == 3


def test_a_query_cannot_write(postgres: str, table: str) -> None:
    write_table(postgres, table, users(1))
    engine = sa.create_engine(postgres, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                f"CREATE FUNCTION f_{table}() RETURNS text LANGUAGE sql AS "
                f"$$ DELETE FROM {table} RETURNING 'x' $$"
            )
        )
    with pytest.raises(SourceError, match="read-only transaction"):
        read(sql_source(postgres, f"SELECT f_{table}() AS user_id"), watermark=WATERMARK)


def test_an_unknown_table_stops_with_the_databases_words(url: str) -> None:
    with pytest.raises(SourceError, match="source app, stream users: the query failed") as caught:
        read(sql_source(url if "postgres" in url else "sqlite://", "SELECT * FROM nothing_here"))
    assert "nothing_here" in caught.value.message
    assert caught.value.recovery == "stop"
    assert "Run the query of users" in caught.value.help


def test_a_query_without_a_required_column_says_which(url: str, table: str) -> None:
    write_table(url, table, users(1))
    with pytest.raises(SourceError, match="the query has no column user_id") as caught:
        read(sql_source(url, f"SELECT user_id AS id FROM {table}"), watermark=WATERMARK)
    assert "AS user_id" in caught.value.help


def test_a_cursor_that_holds_no_time_is_refused(url: str, table: str) -> None:
    write_table(url, table, users(1))
    query = f"SELECT user_id, 7 AS version FROM {table}"
    with pytest.raises(SourceError, match="cursor column version holds no times"):
        read(sql_source(url, query, cursor="version"), watermark=WATERMARK)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-21 06:00:00",
        "2026-11-21T06:00:00Z",
        "2026-11-21T06:00:00.250",
        "2026-11-21T08:00:00+02:00",
    ],
)
def test_sqlite_compares_times_however_they_are_written(tmp_path: Path, written: str) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    rows = [{"user_id": "u1", "updated_at": written, "created_at": written}]
    write_table(url, "users", rows)
    source = by_cursor(url, "users", overlap="0s")
    at = datetime(2026, 11, 21, 6, tzinfo=UTC)

    def found(watermark: datetime, since: str | None = None) -> list[str]:
        return ids(read(source, watermark=watermark, since=since))

    assert found(at - timedelta(seconds=1)) == []
    assert found(at + timedelta(seconds=1)) == ["u1"]
    assert found(at + timedelta(hours=3), at.isoformat()) == ["u1"]
    assert found(at + timedelta(hours=3), (at + timedelta(seconds=1)).isoformat()) == []
    frame = read(source, watermark=WATERMARK)[0].frames["users"]
    assert frame["created_at"][0].replace(microsecond=0) == at


def test_sqlite_text_that_is_no_time_is_read_like_a_row_without_cursor_value(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    rows = users(2)
    rows[0]["updated_at"] = "yesterday"
    write_table(url, "users", rows)
    source = by_cursor(url, "users")

    assert sorted(ids(read(source, watermark=WATERMARK))) == ["u000", "u001"]
    since = (WATERMARK - timedelta(hours=1)).isoformat()
    assert ids(read(source, watermark=WATERMARK, since=since)) == ["u000"]


def test_sqlite_text_that_is_not_utf_8_spoils_its_own_row_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    write_table(url, "users", users(2))
    with sqlite3.connect(tmp_path / "app.db") as connection:
        connection.execute(
            "UPDATE users SET account_id = CAST(x'61ff' AS TEXT) WHERE user_id='u000'"
        )
    connection.close()
    pages = read(by_cursor(url, "users"), watermark=WATERMARK)

    assert ids(pages) == ["u001"]
    assert pages[0].rejected[0].reason == "holds bytes that are not valid UTF-8 text"


@pytest.mark.parametrize("type_", ["TIMESTAMP", "DATE"])
def test_postgresql_cursors_without_an_offset_are_in_utc(
    postgres: str, table: str, type_: str
) -> None:
    write_table(postgres, table, users(60), updated_at=type_)
    source = by_cursor(postgres, table, page_rows=10)
    pages = read(source, watermark=datetime(2026, 11, 2, 12, tzinfo=UTC))

    expected = 37 if type_ == "TIMESTAMP" else 48
    assert len(ids(pages)) == expected
    rest = read(source, watermark=datetime(2026, 11, 2, 12, tzinfo=UTC), resume=pages[1].resume)
    assert ids(pages[:2]) + ids(rest) == ids(pages)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("UUID", "00000000-0000-0000-0000-00000000000{}"),
        ("BIGINT", "900000000000{}"),
        ("NUMERIC", "12{}"),
        ("DATE", "2026-01-0{}"),
        ("TIMESTAMP", "2026-01-01 00:00:0{}"),
        ("DOUBLE PRECISION", "0.{}"),
    ],
)
def test_postgresql_keys_of_any_type_are_resumed(
    postgres: str, table: str, type_: str, value: str
) -> None:
    values = "), (".join(f"'{value.format(n)}'::{type_}" for n in range(1, 8))
    source = sql_source(postgres, f"SELECT * FROM (VALUES ({values})) AS v(user_id)")
    pages = read(source, watermark=WATERMARK)
    rest = read(source, watermark=WATERMARK, resume=pages[0].resume)

    assert len(set(ids(pages))) == 7
    assert ids(pages[:1]) + ids(rest) == ids(pages)


def test_a_query_that_takes_too_long_is_stopped(postgres: str) -> None:
    stream = SqlStream(query="SELECT 'u' AS user_id FROM (SELECT pg_sleep(30)) AS s")
    config = SqlConfig(kind="sql", url="env:APP", statement_seconds=1, streams={"users": stream})
    source = SqlSource("app", config, postgres)
    with pytest.raises(SourceError, match="took longer than 1 s") as caught:
        read(source, watermark=WATERMARK)
    assert "index" in caught.value.help


def test_a_connection_lost_between_two_pages_can_be_resumed(postgres: str, table: str) -> None:
    write_table(postgres, table, users(120))
    query = (
        f"SELECT u.user_id || '-' || g AS user_id, updated_at "
        f"FROM {table} u, generate_series(1, 100) g"
    )
    source = sql_source(postgres, query, cursor="updated_at", page_rows=1000)
    pages = source.pages("users", since=None, resume=None, watermark=WATERMARK)
    done = [next(pages)]
    engine = sa.create_engine(postgres, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    with pytest.raises(SourceError, match="stream users") as caught:
        done.extend(pages)
    assert caught.value.recovery == "retry"

    rest = read(source, watermark=WATERMARK, resume=done[-1].resume)
    everything = ids(done) + ids(rest)
    assert len(everything) == len(set(everything)) == 12_000


def test_an_unreachable_server_is_to_be_tried_again_and_its_password_is_not_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    source = sql_source(f"postgres://reader:hunter2@127.0.0.1:{port}/app", "SELECT 1")
    with pytest.raises(SourceError, match=f"cannot connect to 127.0.0.1:{port}") as caught:
        read(source, watermark=WATERMARK)
    assert caught.value.recovery == "retry"
    assert "source app, stream users" in caught.value.message
    assert "hunter2" not in f"{caught.value.message}{caught.value.help}{caught.value!r}"
    assert "host, port, user, password" in caught.value.help


def test_a_database_that_does_not_exist_stops(postgres: str) -> None:
    wrong = sa.make_url(postgres).set(database="no_such_database")
    with pytest.raises(SourceError, match="no_such_database") as caught:
        read(sql_source(wrong.render_as_string(hide_password=False), "SELECT 1"))
    assert caught.value.recovery == "stop"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("hunter2", "not a database URL"),
        ("postgresql://user:hunter2@host:port/app", "not a database URL"),
        ("nosuch://user:hunter2@host/app", "no SQLAlchemy dialect nosuch"),
        ("oracle+oracledb://user:hunter2@host/app", "driver oracledb is not installed"),
        ("sqlite:////no/such/file.db", "no database file /no/such/file.db"),
    ],
)
def test_a_url_that_cannot_be_used_says_why_without_the_password(url: str, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        read(sql_source(url, "SELECT 1"), watermark=WATERMARK)
    assert "hunter2" not in caught.value.message
    assert caught.value.help


def test_a_stream_that_there_is_not_is_refused(tmp_path: Path) -> None:
    stream = SqlStream(query="SELECT 1")
    config = SqlConfig(kind="sql", url="env:APP", streams={"people": stream})
    with pytest.raises(SourceError, match="does not know") as caught:
        build("app", config, Surroundings(lambda _: "sqlite://")).provides("people")
    assert "users" in caught.value.help


def test_a_driver_that_an_extra_brings_is_told_as_that_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(SourceError, match="driver pymysql is not installed") as caught:
        read(sql_source("mysql://user:hunter2@host/app", "SELECT 1"), watermark=WATERMARK)
    assert caught.value.help == 'pip install "syncworker[mysql]"'
