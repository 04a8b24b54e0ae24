"""Schedule slots: a unique key decides who runs one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from syncworker.store.database import Database
from syncworker.store.tables import slots


class SqlSlots:
    """`engine.stores.Slots` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, portal: str, job: str, slot: datetime) -> bool:
        """True for the one caller that inserts it."""
        try:
            with self._database.write() as connection:
                connection.execute(sa.insert(slots).values(portal=portal, job=job, slot=slot))
        except IntegrityError:
            return False
        return True
