"""What webhooks received: kept as it came, until a run has read it.

Ids become visible in the order they are given: of two deliveries that are stored at once the
second waits for the first, so whoever has read up to an id has missed nothing before it.
"""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from syncworker.engine.memory import Delivery
from syncworker.store.database import Database
from syncworker.store.tables import cursors, inbox

_DECIMAL = re.compile("[0-9]{1,15}")
"""A cursor that may be a delivery's id; other sources' cursors may be anything."""
_ONE_AT_A_TIME = 7_126_160_043  # names the lock; any number that nothing else uses


class SqlInbox:
    """`engine.source_stores.Inbox` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, portal: str, source: str, stream: str, delivery: str, body: str, now: datetime
    ) -> bool:
        """Store a delivery; False: it is there already."""
        row: dict[str, object] = {
            "portal": portal,
            "source": source,
            "stream": stream,
            "delivery": delivery,
            "body": body,
            "received_at": now,
        }
        try:
            with self._database.write() as connection:
                if connection.dialect.name == "postgresql":
                    # Held until the commit can be seen; SQLite has one writer at a time anyway.
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
                else:
                    row["id"] = _next_id(connection, portal, source, stream)
                connection.execute(sa.insert(inbox), row)
        except IntegrityError:
            return False
        return True

    def read(
        self, portal: str, source: str, stream: str, *, after: int, most: int
    ) -> list[Delivery]:
        """Deliveries behind an id, in the order they were stored."""
        row = inbox.c
        query = (
            sa.select(row.id, row.delivery, row.body, row.received_at)
            .where(row.portal == portal, row.source == source, row.stream == stream, row.id > after)
            .order_by(row.id)
            .limit(most)
        )
        with self._database.read() as connection:
            return [Delivery(**found) for found in connection.execute(query).mappings()]

    def remove(
        self, portal: str, source: str, stream: str, *, up_to: int, received_before: datetime
    ) -> int:
        """Remove old deliveries up to an id; how many they were."""
        row = inbox.c
        with self._database.write() as connection:
            return connection.execute(
                sa.delete(inbox).where(
                    row.portal == portal,
                    row.source == source,
                    row.stream == stream,
                    row.id <= up_to,
                    row.received_at < received_before,
                )
            ).rowcount

    def check(self) -> None:
        """Make sure deliveries can be stored now."""
        with self._database.read() as connection:
            connection.execute(sa.select(inbox.c.id).limit(1))


def read_up_to(connection: sa.Connection, *place: sa.ColumnElement[bool]) -> int:
    """The highest id that streams were read up to, as far as their cursors are decimal numbers.

    What was read may be gone. Its id must not be given again: nobody would read its new owner.
    """
    found = connection.execute(sa.select(cursors.c.cursor).where(*place)).scalars()
    return max((int(one) for one in found if one and _DECIMAL.fullmatch(one)), default=0)


def _next_id(connection: sa.Connection, portal: str, source: str, stream: str) -> int:
    """SQLite itself would count on from the rows that are there."""
    row = cursors.c
    mine = (row.portal == portal, row.source == source, row.stream == stream)
    highest = connection.execute(sa.select(sa.func.max(inbox.c.id))).scalar() or 0
    return max(highest, read_up_to(connection, *mine)) + 1
