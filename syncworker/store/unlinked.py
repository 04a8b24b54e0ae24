"""Rows that have no HubSpot record, with the reason, as the portal's last run found them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from syncworker.engine.memory import Chunk, Unlinked
from syncworker.store import bulk
from syncworker.store.chunks import update_mine
from syncworker.store.database import Database
from syncworker.store.tables import unlinked


class SqlUnlinked:
    """`engine.stores.Unlinkeds` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(
        self,
        chunk: Chunk,
        portal: str,
        object_name: str,
        keys: Sequence[str],
        found: Sequence[Unlinked],
        now: datetime,
    ) -> None:
        """What a run found out about these keys."""
        row = unlinked.c
        rows = [
            {
                "portal": portal,
                "object": object_name,
                "key": one.key,
                # PostgreSQL stores no NUL, and a name comes from a source as it is.
                "name": one.name.replace("\0", "\ufffd"),
                "reason": one.reason,
                "run_id": chunk.run_id,
                "at": now,
            }
            for one in found
        ]
        with self._database.write() as connection:
            update_mine(connection, chunk, attempts=0)
            for some in bulk.some(keys):
                connection.execute(
                    sa.delete(unlinked).where(
                        row.portal == portal,
                        row.object == object_name,
                        row.key.in_(some),
                    )
                )
            bulk.insert(connection, unlinked, rows)

    def forget(self, portal: str, *, before_run: str) -> None:
        """Drop what only older runs found; run ids sort by time."""
        row = unlinked.c
        with self._database.write() as connection:
            connection.execute(
                sa.delete(unlinked).where(row.portal == portal, row.run_id < before_run)
            )

    def all(self, portal: str) -> list[Unlinked]:
        """The portal's unlinked rows."""
        row = unlinked.c
        query = (
            sa.select(row.object, row.key, row.name, row.reason)
            .where(row.portal == portal)
            .order_by(row.object, row.key)
        )
        with self._database.read() as connection:
            return [Unlinked(**found) for found in connection.execute(query).mappings()]
