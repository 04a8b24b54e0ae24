"""Every kind of source as a world of its own, and the servers they need."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import sql_world
from support.postgres import start_postgres
from support.source_world import SourceWorld

# A kind joins the shared suite by one line: its id, and what makes its world.
WORLDS: list[tuple[str, Callable[[Path, pytest.FixtureRequest], SourceWorld]]] = [
    ("sqlite", sql_world.sqlite),
    ("sqlite-whole", sql_world.sqlite_whole),
    ("postgresql", sql_world.postgresql),
    ("postgresql-whole", sql_world.postgresql_whole),
]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-", dir="/tmp"))
    folder.chmod(0o755)
    with start_postgres(folder / "data") as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=[factory for _, factory in WORLDS], ids=[name for name, _ in WORLDS])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> SourceWorld:
    """An empty source of each kind."""
    made: SourceWorld = request.param(tmp_path, request)
    return made
