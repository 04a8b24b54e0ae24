"""One store on SQLite and one on PostgreSQL, each empty when a test begins."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.postgres import start_postgres
from support.stores import Stores, stores

from syncworker.store import schema
from syncworker.store.database import Database
from syncworker.store.tables import metadata


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-", dir="/tmp"))
    folder.chmod(0o755)
    with start_postgres(folder / "data") as url:
        database = Database(url)
        schema.upgrade(database)
        database.close()
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Three processes of their own, as workers are; started once, because imports take long."""
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres"))
        with _connected(url) as connection:
            tables = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(sa.text(f"TRUNCATE {tables}"))
        return url
    url = f"sqlite:///{tmp_path}/state.db"
    database = Database(url)
    schema.upgrade(database)
    database.close()
    return url


@pytest.fixture
def state(url: str) -> Iterator[Stores]:
    with stores(url) as made:
        yield made


def _connected(url: str) -> sa.Connection:
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    return engine.connect()
