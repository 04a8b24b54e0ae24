"""Associations HubSpot confirmed, so that an unchanged portal is asked nothing about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from syncworker.engine.memory import Chunk, SettledPairs
from syncworker.engine.ports import Pair
from syncworker.store import bulk, letters
from syncworker.store.chunks import update_mine
from syncworker.store.database import Database
from syncworker.store.tables import associations

_KEY = ("portal", "from_object", "to_object", "from_id", "to_id")


class SqlAssociations:
    """`engine.stores.Associations` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(
        self, portal: str, from_object: str, to_object: str, from_ids: Sequence[str]
    ) -> set[Pair]:
        """Known pairs of those records."""
        row = associations.c
        of_objects = sa.and_(
            row.portal == portal, row.from_object == from_object, row.to_object == to_object
        )
        found: set[Pair] = set()
        with self._database.read() as connection:
            for some in bulk.some(from_ids):
                query = sa.select(row.from_id, row.to_id).where(of_objects, row.from_id.in_(some))
                found.update(Pair(*ids) for ids in connection.execute(query))
        return found

    def settle(self, chunk: Chunk, portal: str, settled: SettledPairs, now: datetime) -> None:
        """A stretch, whole or not at all."""
        rows = [
            {
                "portal": portal,
                "from_object": settled.from_object,
                "to_object": settled.to_object,
                "from_id": pair.from_id,
                "to_id": pair.to_id,
            }
            for pair in settled.pairs
        ]
        about = f"association:{settled.to_object}"
        with self._database.write() as connection:
            update_mine(connection, chunk, attempts=0)
            if rows:
                connection.execute(self._database.upsert(associations, _KEY, ("to_id",)), rows)
            letters.resolve(
                connection, portal, "record", settled.from_object, settled.fine, now, about
            )
            letters.put(connection, self._database, portal, chunk.run_id, settled.letters, now)
