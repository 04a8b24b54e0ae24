"""SQLite: types are the values' own, text may be anything, and nothing limits a query's time."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

from syncworker.sources.sql_database import CursorKind, Database, Restart, kind_of_value

_STEPS = 10_000  # of SQLite's machine between two looks at the clock: well under a millisecond


def session(connection: sa.Connection, seconds: int) -> Restart:
    """One read-only snapshot for all pages; a query or fetch that takes longer is interrupted."""
    driver: Any = connection.connection.driver_connection
    until = [time.monotonic() + seconds]

    def restart() -> None:
        until[0] = time.monotonic() + seconds

    driver.set_progress_handler(lambda: time.monotonic() > until[0], _STEPS)
    # Text that is not UTF-8 must spoil its own row, not the query.
    driver.text_factory = lambda text: text.decode(errors="surrogateescape")
    connection.exec_driver_sql("PRAGMA query_only = ON")
    connection.exec_driver_sql("BEGIN")
    return restart


def kind_of(code: object, value: object) -> CursorKind | None:
    """How a cursor column holds time: as text, as SQLite has no type for it."""
    return "text" if isinstance(value, str) else kind_of_value(code, value)


def key(value: object) -> object:
    """Text that is not UTF-8 is compared as the bytes it was."""
    if isinstance(value, str):
        raw = value.encode(errors="surrogateescape")
        if raw != value.encode(errors="replace"):
            return sa.cast(sa.literal(raw), sa.Text)
    return value


SQLITE = Database(session=session, kind=kind_of, key=key, nulls_first=True)
