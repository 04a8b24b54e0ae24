"""Signs of life of workers, beats and ticks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import sqlalchemy as sa

from syncworker.engine.heartbeats import Heartbeat
from syncworker.store.database import Database
from syncworker.store.tables import heartbeats

_KEPT = timedelta(days=1)
_NEWER = ("kind", "version", "started_at", "at")


class SqlHeartbeats:
    """`engine.heartbeats.Heartbeats` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Heartbeat]:
        """Every one, the newest first."""
        query = sa.select(heartbeats).order_by(heartbeats.c.at.desc())
        with self._database.read() as connection:
            return [Heartbeat(**row) for row in connection.execute(query).mappings()]

    def put(self, beat: Heartbeat) -> None:
        """Keep it, and forget old ones."""
        upsert = self._database.upsert(heartbeats, ("name",), _NEWER)
        with self._database.write() as connection:
            connection.execute(upsert, asdict(beat))
            connection.execute(sa.delete(heartbeats).where(heartbeats.c.at < beat.at - _KEPT))

    def drop(self, name: str) -> None:
        """The process has ended well."""
        with self._database.write() as connection:
            connection.execute(sa.delete(heartbeats).where(heartbeats.c.name == name))
