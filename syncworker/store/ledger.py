"""The ledger of values HubSpot confirmed: one JSON row per record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from syncworker.engine.memory import Chunk, Written
from syncworker.planning.records import Change, LedgerRecord
from syncworker.store import bulk
from syncworker.store.chunks import update_mine
from syncworker.store.database import Database
from syncworker.store.tables import history, ledger

_KEY = ("portal", "object", "key")
_NEWER = ("hubspot_id", "values", "confirmed_at", "written_at")
_READ = sa.select(
    ledger.c.key,
    ledger.c.hubspot_id,
    ledger.c["values"],
    ledger.c.written_at,
    ledger.c.linked_by,
).where(
    ledger.c.portal == sa.bindparam("of_portal"),
    ledger.c.object == sa.bindparam("of_object"),
    ledger.c.key.in_(sa.bindparam("of_keys", expanding=True)),
)
_AT_ONCE = 1_000  # records held while all are streamed


class SqlLedger:
    """`engine.stores.Ledger` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, portal: str, object_name: str, keys: Sequence[str]) -> dict[str, LedgerRecord]:
        """Records by our key."""
        found: dict[str, LedgerRecord] = {}
        of = {"of_portal": portal, "of_object": object_name}
        with self._database.read() as connection:
            for some in bulk.some(keys):
                rows = connection.execute(_READ, of | {"of_keys": some})
                for key, id_, values, written_at, linked_by in rows:
                    found[key] = LedgerRecord(
                        object_name, key, id_, values, written_at, linked_by=linked_by
                    )
        return found

    def history(self, portal: str, object_name: str, key: str, most: int) -> list[Written]:
        """Writings of a record."""
        row = history.c
        query = (
            sa.select(row.run_id, row.at, row.changes)
            .where(row.portal == portal, row.object == object_name, row.key == key)
            .order_by(row.id.desc())
            .limit(most)
        )
        with self._database.read() as connection:
            return [
                Written(run_id, at, tuple(Change(*change) for change in changes))
                for run_id, at, changes in connection.execute(query)
            ]

    def position(self, portal: str) -> int:
        """The newest row of the history."""
        query = sa.select(sa.func.max(history.c.id)).where(history.c.portal == portal)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one() or 0

    def written_since(
        self, portal: str, object_name: str, keys: Sequence[str], position: int
    ) -> dict[str, str]:
        """The last run by our key."""
        row = history.c
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for some in bulk.some(keys):
                query = sa.select(row.key, row.run_id).where(
                    row.portal == portal,
                    row.object == object_name,
                    row.key.in_(some),
                    row.id > position,
                )
                found.update(dict(connection.execute(query.order_by(row.id)).all()))
        return found

    def linked(self, portal: str) -> Iterator[LedgerRecord]:
        """Every linked record, a thousand at a time, without its values."""
        row = ledger.c
        query = (
            sa.select(row.object, row.key, row.hubspot_id, row.written_at, row.linked_by)
            .where(row.portal == portal)
            .order_by(row.object, row.key)
            .execution_options(yield_per=_AT_ONCE)
        )
        with self._database.read() as connection, connection.execute(query) as found:
            for one in found.mappings():
                yield LedgerRecord(**one, values={})

    def count(self, portal: str, object_name: str) -> int:
        """Linked records."""
        row = ledger.c
        query = sa.select(sa.func.count()).where(row.portal == portal, row.object == object_name)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def page(self, portal: str, object_name: str, *, after: str, most: int) -> list[LedgerRecord]:
        """The next records by key."""
        row = ledger.c
        query = (
            sa.select(row.key, row.hubspot_id, row["values"], row.written_at, row.linked_by)
            .where(row.portal == portal, row.object == object_name, row.key > after)
            .order_by(row.key)
            .limit(most)
        )
        with self._database.read() as connection:
            return [
                LedgerRecord(object_name, **one) for one in connection.execute(query).mappings()
            ]

    def owners(self, portal: str, object_name: str, ids: Sequence[str]) -> dict[str, str]:
        """Our key by HubSpot id."""
        return {id_: keys[0] for id_, keys in self.claims(portal, object_name, ids).items()}

    def claims(self, portal: str, object_name: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Our keys by HubSpot id."""
        row = ledger.c
        found: dict[str, list[str]] = {}
        with self._database.read() as connection:
            for some in bulk.some(ids):
                query = sa.select(row.hubspot_id, row.key).where(
                    row.portal == portal,
                    row.object == object_name,
                    row.hubspot_id.in_(some),
                )
                for id_, key in connection.execute(query.order_by(row.key)):
                    found.setdefault(id_, []).append(key)
        return found

    def confirm(
        self, chunk: Chunk, portal: str, records: Sequence[LedgerRecord], now: datetime
    ) -> None:
        """Store what was read."""
        with self._database.write() as connection:
            update_mine(connection, chunk, attempts=0)
            put(connection, self._database, portal, records, now)

    def forget(self, chunk: Chunk, portal: str, object_name: str, keys: Sequence[str]) -> None:
        """Drop rows."""
        with self._database.write() as connection:
            update_mine(connection, chunk, attempts=0)
            connection.execute(sa.delete(ledger).where(_these(portal, object_name, keys)))

    def doubt(self, portal: str, object_name: str, keys: Sequence[str]) -> None:
        """Drop values and keep the link."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(ledger).where(_these(portal, object_name, keys)).values(values={})
            )


def _these(portal: str, object_name: str, keys: Sequence[str]) -> sa.ColumnElement[bool]:
    row = ledger.c
    return sa.and_(row.portal == portal, row.object == object_name, row.key.in_(keys))


def put(
    connection: sa.Connection,
    database: Database,
    portal: str,
    records: Sequence[LedgerRecord],
    now: datetime,
) -> None:
    """Store confirmed records in an open transaction.

    One that does not say how it was linked keeps what is known of that.
    """
    rows = [
        {
            "portal": portal,
            "object": record.object,
            "key": record.key,
            "hubspot_id": record.hubspot_id,
            "values": dict(record.values),
            "confirmed_at": now,
            "written_at": record.written_at,
            "linked_by": record.linked_by,
        }
        for record in records
    ]
    if rows:
        upsert = database.upsert(ledger, _KEY, _NEWER, unless_empty=("linked_by",))
        bulk.execute(connection, upsert, ledger, rows)
