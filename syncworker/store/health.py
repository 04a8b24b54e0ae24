"""What the state database tells of itself, the workers and the schedules."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import sqlalchemy as sa

from syncworker.engine.health import Beat, DatabaseState, Scheduled
from syncworker.store import schema
from syncworker.store.database import Database
from syncworker.store.tables import heartbeats, schedules


class SqlHealth:
    """`engine.health.Health` on SQL; works whatever the schema's version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def database(self) -> DatabaseState:
        """The database itself."""
        version, newest = schema.current(self._database), schema.newest()
        mend = schema.mend(version)
        with self._database.read() as connection:
            if connection.dialect.name == "sqlite":
                product = f"SQLite {sqlite3.sqlite_version}"
                journal = str(connection.scalar(sa.text("PRAGMA journal_mode")))
                return DatabaseState(product, journal, version, newest, mend, None)
            number = str(connection.scalar(sa.text("SHOW server_version"))).split()[0]
            now: datetime | None = connection.scalar(sa.text("SELECT clock_timestamp()"))
            return DatabaseState(f"PostgreSQL {number}", "", version, newest, mend, now)

    def beats(self) -> list[Beat]:
        """Every worker and beat that was seen, the newest sign first."""
        c = heartbeats.c
        wanted = sa.select(c.name, c.kind, c.version, c.at).order_by(c.at.desc())
        with self._database.read() as connection:
            return [Beat(*row) for row in connection.execute(wanted)]

    def scheduled(self, portal: str) -> list[Scheduled]:
        """The portal's jobs."""
        c = schedules.c
        wanted = sa.select(c.job, c.spec, c.next_at).where(c.portal == portal).order_by(c.job)
        with self._database.read() as connection:
            return [Scheduled(*row) for row in connection.execute(wanted)]
