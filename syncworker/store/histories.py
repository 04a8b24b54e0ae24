"""The history of what was written, as rows that settling a batch adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from syncworker.engine.histories import Writing
from syncworker.planning.records import Change
from syncworker.store import bulk
from syncworker.store.database import Database
from syncworker.store.tables import history, ledger

_ROW = history.c
_READ = sa.select(
    _ROW.id,
    _ROW.run_id,
    _ROW.object,
    _ROW.key,
    _ROW.hubspot_id,
    _ROW.at,
    (sa.func.coalesce(_ROW.action, "update") == "create").label("created"),
    _ROW.changes,
)


class SqlHistories:
    """`engine.histories.Histories` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_run(self, run_id: str, *, after: int, most: int) -> list[Writing]:
        """The run's next writings."""
        query = _READ.where(_ROW.run_id == run_id, _ROW.id > after).order_by(_ROW.id).limit(most)
        with self._database.read() as connection:
            return _writings(connection.execute(query))

    def of_records(
        self, portal: str, object_name: str, keys: Sequence[str], *, from_run: str = ""
    ) -> list[Writing]:
        """What runs from that one on wrote to them."""
        found: list[Writing] = []
        with self._database.read() as connection:
            for some in bulk.some(keys):
                query = _READ.where(
                    _ROW.portal == portal,
                    _ROW.object == object_name,
                    _ROW.key.in_(some),
                    _ROW.run_id >= from_run,  # ids sort by time
                )
                found += _writings(connection.execute(query.order_by(_ROW.id)))
        return found

    def named(self, portal: str, name: str) -> list[tuple[str, str]]:
        """Records of that key or HubSpot id."""
        queries = (
            sa.select(table.c.object, table.c.key).where(
                table.c.portal == portal, sa.or_(table.c.key == name, table.c.hubspot_id == name)
            )
            for table in (ledger, history)
        )
        with self._database.read() as connection:
            found = connection.execute(sa.union(*queries))
            return sorted((object_name, key) for object_name, key in found)

    def near(self, portal: str, name: str, most: int) -> list[str]:
        """Keys with the same beginning."""
        row = ledger.c
        begins = row.key.like(f"{name[:1].replace('%', '').replace('_', '')}%")
        query = sa.select(row.key).where(row.portal == portal, begins).distinct().limit(most)
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(row.key)).scalars())


def _writings(found: sa.CursorResult[Any]) -> list[Writing]:
    return [
        Writing(**{**row, "changes": tuple(Change(*one) for one in row["changes"])})
        for row in found.mappings()
    ]
