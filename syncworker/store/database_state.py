"""What the state database tells of itself, whatever its schema's version."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import sqlalchemy as sa

from syncworker.engine.database_state import DatabaseState
from syncworker.store import schema
from syncworker.store.database import Database


def state_of(database: Database) -> DatabaseState:
    """The database itself; raises StoreError."""
    version, newest = schema.current(database), schema.newest()
    mend = schema.mend(version)
    with database.read() as connection:
        if connection.dialect.name == "sqlite":
            product = f"SQLite {sqlite3.sqlite_version}"
            journal = str(connection.scalar(sa.text("PRAGMA journal_mode")))
            return DatabaseState(product, journal, version, newest, mend, None)
        number = str(connection.scalar(sa.text("SHOW server_version"))).split()[0]
        now: datetime | None = connection.scalar(sa.text("SELECT clock_timestamp()"))
        return DatabaseState(f"PostgreSQL {number}", "", version, newest, mend, now)
