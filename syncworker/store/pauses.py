"""Which portals people have paused."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from syncworker.engine.schedule_stores import Pause
from syncworker.store.database import Database
from syncworker.store.tables import portal_states

_ROW = portal_states.c
_VALUES = ("paused_at", "paused_why", "paused_until")


class SqlPauses:
    """`engine.schedule_stores.Pauses` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Pause]:
        """By portal."""
        query = sa.select(_ROW.portal, *(_ROW[name] for name in _VALUES)).where(
            _ROW.paused_at.is_not(None)
        )
        with self._database.read() as connection:
            return {
                row.portal: Pause(row.paused_at, row.paused_why, row.paused_until)
                for row in connection.execute(query)
            }

    def put(self, portal: str, pause: Pause) -> None:
        """Pause the portal."""
        values = (pause.at, pause.why, pause.until)
        row = {"portal": portal, "salt": "", **dict(zip(_VALUES, values, strict=True))}
        with self._database.write() as connection:
            connection.execute(self._database.upsert(portal_states, ("portal",), _VALUES), row)

    def lift(self, portal: str, now: datetime) -> None:
        """The rest of the portal's state stays."""
        self._end(_ROW.portal == portal, now)

    def end(self, now: datetime) -> None:
        """Those whose time is over."""
        self._end(_ROW.paused_until <= now, _ROW.paused_until)

    def ended(self, portal: str) -> datetime | None:
        """Of a pause that is over, `paused_until` stays."""
        query = sa.select(_ROW.paused_until).where(_ROW.portal == portal, _ROW.paused_at.is_(None))
        with self._database.read() as connection:
            found: datetime | None = connection.execute(query).scalar_one_or_none()
        return found

    def _end(self, which: sa.ColumnElement[bool], at: object) -> None:
        over = {"paused_at": None, "paused_why": "", "paused_until": at}
        ending = sa.update(portal_states).where(which, _ROW.paused_at.is_not(None))
        with self._database.write() as connection:
            connection.execute(ending.values(over))
