"""Every kind of source behind one way to make it: rows of `users` in, a source out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from support.postgres import start_postgres
from support.sources import MakeSource, Row, sql_source, write_file, write_table

from syncworker.engine.ports import Source
from syncworker.mapping.source_files import FilesSource, FileStream
from syncworker.sources.registry import Surroundings, build

FILES = ("csv", "jsonl", "parquet")
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-", dir="/tmp"))
    folder.chmod(0o755)
    with start_postgres(folder / "data") as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=(*DATABASES, *FILES))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_source(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> MakeSource:
    """Make a source of this kind that holds `rows`; a database reads by `cursor`, if any."""

    def make(
        rows: list[Row], *, page_rows: int = 3, cursor: str | None = None, overlap: str = "0s"
    ) -> Source:
        if kind in FILES:
            write_file(kind, tmp_path / f"users.{kind}", rows)
            files = FilesSource(
                kind="files",
                path=str(tmp_path),
                streams={"users": FileStream(path=f"users.{kind}")},
            )
            return build("app", files, Surroundings(str, page_rows=page_rows))
        url = f"sqlite:///{tmp_path}/app.db"
        if kind == "postgresql":
            url = request.getfixturevalue("postgres")
        table = f"users_{uuid4().hex[:8]}"
        write_table(url, table, rows)
        query = f"SELECT * FROM {table}"  # noqa: S608
        return sql_source(url, query, cursor=cursor, overlap=overlap, page_rows=page_rows)

    return make
