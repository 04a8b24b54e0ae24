"""Which files hold what a portal's metrics remember of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa

from syncworker.engine.memory import Chunk, Snapshot
from syncworker.store.chunks import update_mine
from syncworker.store.database import Database
from syncworker.store.tables import snapshots


class SqlSnapshots:
    """`engine.source_stores.Snapshots` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, chunk: Chunk, portal: str, made: Sequence[Snapshot]) -> None:
        """The chunk's snapshots of these days, instead of what an earlier attempt at it made."""
        row = snapshots.c
        with self._database.write() as connection:
            update_mine(connection, chunk, attempts=0)
            for one in made:
                connection.execute(
                    sa.delete(snapshots).where(
                        row.portal == portal,
                        row.day == one.day,
                        row.run_id == one.run_id,
                        row.shard == one.shard,
                    )
                )
                connection.execute(sa.insert(snapshots), {"portal": portal, **asdict(one)})

    def known(self, portal: str, *, known_by: datetime | None = None) -> list[Snapshot]:
        """All snapshots, or those that were known at a moment, by day."""
        query = sa.select(snapshots).where(snapshots.c.portal == portal)
        if known_by is not None:
            query = query.where(snapshots.c.known_at <= known_by)
        query = query.order_by(snapshots.c.day, snapshots.c.run_id, snapshots.c.shard)
        with self._database.read() as connection:
            found = connection.execute(query).mappings().all()
        return [
            Snapshot(**{name: value for name, value in row.items() if name != "portal"})
            for row in found
        ]

    def move(self, portal: str, old: str, new: str) -> None:
        """Another file counts from now on."""
        row = snapshots.c
        with self._database.write() as connection:
            connection.execute(
                sa.update(snapshots).where(row.portal == portal, row.place == old).values(place=new)
            )

    def drop(self, portal: str, *, before: date) -> None:
        """Forget the snapshots of earlier days."""
        with self._database.write() as connection:
            connection.execute(
                sa.delete(snapshots).where(snapshots.c.portal == portal, snapshots.c.day < before)
            )
