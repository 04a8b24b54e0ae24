"""The database under several writers, and errors in words when it cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.stores import NOW, Stores, planned, push_for, stores

from syncworker.errors import StoreError
from syncworker.store import schema
from syncworker.store.database import Database
from syncworker.store.tables import definitions, history, runs


def test_processes_that_write_at_once_neither_lock_each_other_out_nor_lose_anything(
    url: str, processes: ProcessPoolExecutor
) -> None:
    portals = ["a", "b", "c"]
    futures = [processes.submit(push_for, url, portal, 2) for portal in portals]
    done = {p: f.result(120) for p, f in zip(portals, futures, strict=True)}
    assert min(done.values()) > 0, done
    with stores(url) as state, state.database.read() as connection:
        for portal in portals:
            run = state.runs.running(portal)
            assert run is not None
            assert state.plans.outcomes(run.id)["sent"] == done[portal]
            stored = sa.select(sa.func.count()).where(history.c.portal == portal)
            assert connection.execute(stored).scalar_one() == done[portal]


def test_a_reader_waits_for_no_writer(state: Stores) -> None:
    run = state.run()
    with state.database.write() as connection:
        connection.execute(sa.update(runs).values(status="done"))
        assert state.runs.get(run.id).status == "running"
    assert state.runs.get(run.id).status == "done"


def test_an_error_s_words_do_not_hold_the_values_of_a_row(state: Stores) -> None:
    again = asdict(replace(state.run(), message="ann@acme.example"))
    with pytest.raises(sa.exc.IntegrityError) as error, state.database.write() as connection:
        connection.execute(sa.insert(runs).values(again))
    assert "ann@acme.example" not in str(error.value)


def test_a_value_postgresql_does_not_take_is_an_error_without_harm(postgres: str) -> None:
    with stores(postgres) as state:
        run = state.run("nul")
        chunk = state.chunk(run, "compute")
        odd = type(planned(0))(1, "companies", "nul\0", "{}")
        with pytest.raises(StoreError, match="does not take a value") as error:
            state.plans.add(chunk, "nul", [planned(0), odd], [], [], NOW)
        assert error.value.code == "STORE_VALUE"
        assert state.plans.show(run.id, 9) == []
        state.finish(run)


def test_the_session_time_zone_of_postgresql_does_not_matter(postgres: str) -> None:
    with stores(f"{postgres}&options=-c%20timezone%3DAmerica/New_York") as state:
        for run in state.runs.queued():
            state.finish(run)
        run = state.run("zoned")
        assert state.runs.get(run.id).as_of.isoformat() == NOW.isoformat()
        state.finish(run)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/state.db")
    schema.check(database)
    yield database
    database.close()


def test_keys_of_other_rows_are_enforced_on_sqlite_too(stored: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), stored.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO plan_records (run_id, chunk_id, number, object, key, body, status) "
            "VALUES ('none', 1, 1, '', '', '', '')"
        )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "Could not parse"),
        ("mysql://root:hunter2@localhost/x", "mysql is neither sqlite nor postgresql"),
        ("postgresql+nodriver://u:hunter2@localhost/x", "nodriver"),
        ("postgresql+asyncpg://u:hunter2@localhost/x", "asyncpg"),
        ("postgresql://u:hunter2@localhost:port/x", "port"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_an_example_and_without_its_password(
    url: str, words: str
) -> None:
    with pytest.raises(StoreError, match="URL cannot be used") as error:
        Database(url)
    assert words in error.value.message
    assert "hunter2" not in error.value.message
    assert "SYNCWORKER_DATABASE_URL=postgresql://" in error.value.help


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_that_does_not_answer_is_named_without_its_password(scheme: str) -> None:
    database = Database(f"{scheme}://joe:hunter2@127.0.0.1:1/state")
    with pytest.raises(StoreError) as error:
        schema.check(database)
    assert "postgresql+psycopg://joe:***@127.0.0.1:1/state cannot be used" in error.value.message
    assert "hunter2" not in error.value.message
    assert "Nothing was lost" in error.value.help


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a folder")
    with pytest.raises(StoreError, match=r"the folder of the state database .*/home/state.db"):
        Database(f"sqlite:///{tmp_path}/home/state.db")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("not a database, but long enough to be read as one" * 50)
    database = Database(f"sqlite:///{tmp_path}/state.db")
    with pytest.raises(StoreError, match=r"state\.db cannot be used: file is not a database"):
        schema.check(database)
    database.close()


def test_a_full_disk_is_told_with_the_databases_folder_and_how_to_make_room(
    stored: Database, tmp_path: Path
) -> None:
    told = pytest.raises(StoreError, match="no room left for the state database")
    with told as full, stored.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # as many as there are
        connection.exec_driver_sql("CREATE TABLE big AS SELECT zeroblob(9000000) AS it")

    assert full.value.code == "STORE_FULL"
    assert str(tmp_path) in full.value.message
    assert "syncworker staging prune" in full.value.help


def test_other_programs_can_read_the_state_in_sqlite_while_it_is_open(
    stored: Database, tmp_path: Path
) -> None:
    with stored.write() as connection:
        values = {"portal": "p", "object": "o", "body": [1], "read_at": NOW}
        connection.execute(sa.insert(definitions), values)
    with closing(sqlite3.connect(tmp_path / "state.db")) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("SELECT body, read_at FROM definitions").fetchall() == [
            ("[1]", "2026-11-21 06:00:00.123456")
        ]
