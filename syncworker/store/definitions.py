"""HubSpot's property definitions, remembered so that a quiet run asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from syncworker.engine.ports import PropertyDefinition
from syncworker.store.database import Database
from syncworker.store.tables import definitions

LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


class SqlDefinitions:
    """`engine.stores.Definitions` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(
        self, portal: str, object_name: str, *, after: datetime
    ) -> dict[str, PropertyDefinition] | None:
        """The object's definitions, if read after that moment."""
        row = definitions.c
        query = sa.select(row.body).where(
            row.portal == portal, row.object == object_name, row.read_at > after
        )
        with self._database.read() as connection:
            body = connection.execute(query).scalar_one_or_none()
        return None if body is None else {d["name"]: _definition(d) for d in body}

    def put(
        self,
        portal: str,
        object_name: str,
        found: Mapping[str, PropertyDefinition],
        now: datetime,
    ) -> None:
        """Remember the object's definitions."""
        body = [asdict(definition) for definition in found.values()]
        upsert = self._database.upsert(definitions, ("portal", "object"), ("body", "read_at"))
        with self._database.write() as connection:
            connection.execute(
                upsert,
                {"portal": portal, "object": object_name, "body": body, "read_at": now},
            )

    def forget(self, portal: str) -> None:
        """The portal's definitions count as old; what they were can still be compared with."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(definitions)
                .where(definitions.c.portal == portal)
                .values(read_at=LONG_AGO)
            )


def _definition(body: dict[str, Any]) -> PropertyDefinition:
    options = tuple((value, label) for value, label in body["options"])
    return PropertyDefinition(**{**body, "options": options})
