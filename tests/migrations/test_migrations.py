"""The schema: made from nothing, brought up to date, and refused where it is another version's."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from support.postgres import fresh_database, start_postgres
from support.stores import PORTAL, Stores, day_of, make_ready, stores

from syncworker.errors import LockHeld, StoreError
from syncworker.store import schema
from syncworker.store.database import Database
from syncworker.store.tables import metadata


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-", dir="/tmp"))
    folder.chmod(0o755)
    with start_postgres(folder / "data") as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessPoolExecutor]:
    """Processes that have done all their imports, so that a race begins for all at once."""
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        warm = [f"sqlite:///{tmp_path_factory.mktemp('warm')}/state.db" for _ in range(6)]
        list(pool.map(make_ready, warm))
        yield pool


def empty_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if kind == "postgresql":
        return fresh_database(request.getfixturevalue("server"))
    return f"sqlite:///{folder}/100% new/state.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database with nothing in it."""
    return empty_database(request.param, request, tmp_path)


@pytest.fixture
def state(empty: str) -> Iterator[Stores]:
    with stores(empty) as made:
        yield made


def migrate(database: Database, revision: str, *, down: bool = False) -> None:
    """Bring a database to any version."""
    config = Config()
    place = str(Path(schema.__file__).parent / "migrations")
    config.set_main_option("script_location", place.replace("%", "%%"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)


def pretend(database: Database, version: str) -> None:
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(sa.inspect(connection).get_table_names())


def test_the_migrations_make_what_the_code_works_with(state: Stores) -> None:
    schema.upgrade(state.database)
    with state.database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_an_empty_database_is_made_ready_and_a_ready_one_left_alone(state: Stores) -> None:
    assert schema.current(state.database) is None
    schema.check(state.database)
    assert schema.current(state.database) == schema.newest()
    run = state.run()
    schema.check(state.database)
    assert state.runs.get(run.id) == run


def test_upgrading_twice_changes_nothing(state: Stores) -> None:
    assert schema.upgrade(state.database) == schema.newest()
    run = state.run()
    assert schema.upgrade(state.database) == schema.newest()
    assert state.runs.get(run.id) == run


def test_an_older_database_is_refused_until_it_is_upgraded_and_keeps_its_rows(
    state: Stores,
) -> None:
    migrate(state.database, "0001")
    with state.database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO dead_letters VALUES ('acme', 'row', 'users', 'f:1', '', 'X', 'bad', "
                "'', '{}', 'r1', :at, :at, NULL)"
            ),
            {"at": "2026-11-20 00:00:00+00:00" if is_postgresql(state) else "2026-11-20 00:00:00"},
        )
    with pytest.raises(StoreError, match=f"has schema 0001, .* works with {schema.newest()}") as e:
        schema.check(state.database)
    assert e.value.help == "syncworker db upgrade"
    schema.upgrade(state.database)
    schema.check(state.database)
    (letter,) = state.letters.open(PORTAL, run_id=None, most=9)
    assert (letter.key, letter.message) == ("f:1", "bad")
    state.pages.whole(state.extraction(state.run()), "users", {}, deleted=None)
    assert state.letters.open(PORTAL, run_id=None, most=9) == []


def test_runs_and_links_from_before_priorities_are_kept_and_a_downgrade_takes_them_back(
    state: Stores,
) -> None:
    migrate(state.database, "0002")
    at = "2026-11-20 00:00:00+00:00" if is_postgresql(state) else "2026-11-20 00:00:00"
    with state.database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO runs (id, portal, kind, mode, status, step, as_of, force, mapping, "
                "created_at, message, help, code, summary) VALUES ('r1', 'acme', 'sync', 'queue', "
                "'running', 'push', :at, :force, '', :at, '', '', '', '{}')"
            ),
            {"at": at, "force": False},
        )
        connection.execute(
            sa.text(
                'INSERT INTO ledger (portal, object, key, hubspot_id, "values", confirmed_at) '
                "VALUES ('acme', 'companies', 'a1', '7', '{}', :at)"
            ),
            {"at": at},
        )
    schema.upgrade(state.database)
    run = state.runs.get("r1")
    assert (run.priority, run.deferred_until) == ("interactive", None)
    assert state.ledger.get(PORTAL, "companies", ["a1"])["a1"].linked_by == ""
    assert {"associations", "unlinked"} <= tables(state.database)

    migrate(state.database, "0002", down=True)
    assert not {"associations", "unlinked"} & tables(state.database)
    with state.database.read() as connection:
        assert connection.execute(sa.text("SELECT id, step FROM runs")).one() == ("r1", "push")
        columns = {c["name"] for c in sa.inspect(connection).get_columns("ledger")}
        # The lock on open runs survives the table being made anew.
        indexes = {i["name"] for i in sa.inspect(connection).get_indexes("runs")}
    assert "linked_by" not in columns
    assert "one_open_run" in indexes
    schema.upgrade(state.database)
    assert state.runs.get("r1") == run
    with pytest.raises(LockHeld):
        state.run()
    assert state.finish(run)
    assert state.run().portal == PORTAL


def test_days_are_remembered_from_now_on_and_a_downgrade_forgets_them(state: Stores) -> None:
    migrate(state.database, "0004")
    assert "snapshots" not in tables(state.database)
    schema.upgrade(state.database)
    chunk = state.chunk(state.run(), "compute")
    state.snapshots.put(chunk, PORTAL, [day_of(chunk.run_id)])
    assert state.snapshots.known(PORTAL) == [day_of(chunk.run_id)]

    migrate(state.database, "0004", down=True)
    assert "snapshots" not in tables(state.database)
    schema.upgrade(state.database)
    assert state.snapshots.known(PORTAL) == []


def is_postgresql(state: Stores) -> bool:
    return state.database.url.get_backend_name() == "postgresql"


def test_a_newer_database_is_refused_by_a_start_and_by_an_upgrade(state: Stores) -> None:
    schema.upgrade(state.database)
    pretend(state.database, "9999")
    for start in (schema.check, schema.upgrade):
        with pytest.raises(StoreError, match="the state database has schema 9999") as error:
            start(state.database)
        assert error.value.help.startswith("a newer syncworker made it")
        assert error.value.code == "SCHEMA_VERSION"
    assert schema.current(state.database) == "9999"


@pytest.mark.parametrize(("kind", "races"), [("sqlite", 30), ("postgresql", 3)])
def test_processes_that_start_at_once_on_an_empty_database_all_succeed(
    kind: str,
    races: int,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    processes: ProcessPoolExecutor,
) -> None:
    for race in range(races):  # SQLite's switch to WAL failed in one of forty
        empty = empty_database(kind, request, tmp_path / str(race))
        versions = list(processes.map(make_ready, [empty] * 3))
        assert versions == [schema.newest()] * 3


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    state: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("alembic.op.add_column", full)
        with pytest.raises(KeyboardInterrupt):
            schema.upgrade(state.database)
    assert tables(state.database) == set()
    schema.check(state.database)
    assert schema.current(state.database) == schema.newest()


def test_every_version_can_be_taken_back(state: Stores) -> None:
    schema.upgrade(state.database)
    migrate(state.database, "base", down=True)
    assert tables(state.database) == {"alembic_version"}


def test_older_code_works_on_a_newer_schema_that_says_so_and_on_no_other(state: Stores) -> None:
    schema.upgrade(state.database)
    ours = schema.newest().partition("-")[0]
    later = f"{int(ours) + 1:04}"
    pretend(state.database, f"{later}-{ours}")
    schema.check(state.database)
    assert schema.upgrade(state.database) == schema.current(state.database) == f"{later}-{ours}"
    for version in (later, f"{int(later) + 1:04}-{later}"):
        pretend(state.database, version)
        with pytest.raises(StoreError, match="this syncworker works with") as caught:
            schema.check(state.database)
        assert caught.value.help == "a newer syncworker made it: pip install --upgrade syncworker"


def test_rows_from_before_operators_commands_are_kept(state: Stores) -> None:
    migrate(state.database, "0005")
    at = "2026-11-20 00:00:00+00:00" if is_postgresql(state) else "2026-11-20 00:00:00"
    with state.database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO runs (id, portal, kind, mode, status, step, as_of, force, mapping, "
                "created_at, message, help, code, summary) VALUES ('r1', 'acme', 'sync', 'queue', "
                "'running', 'push', :at, :no, '', :at, '', '', '', '{}')"
            ),
            {"at": at, "no": False},
        )
        connection.execute(
            sa.text(
                "INSERT INTO history (portal, run_id, object, key, hubspot_id, outcome, changes, "
                "at) VALUES ('acme', 'r1', 'companies', 'a1', '1', 'sent', '[]', :at)"
            ),
            {"at": at},
        )
    schema.upgrade(state.database)
    run = state.runs.running(PORTAL)
    assert run is not None
    assert (run.id, run.wish) == ("r1", "")
    (written,) = state.ledger.history(PORTAL, "companies", "a1", 9)
    assert written.run_id == "r1"
