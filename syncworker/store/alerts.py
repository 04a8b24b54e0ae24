"""Alerts: episodes that open once and close once, and deliveries until they got through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from syncworker.engine.alert_stores import AlertDelivery, Episode
from syncworker.engine.memory import Run
from syncworker.store import bulk
from syncworker.store.database import Database
from syncworker.store.tables import (
    alert_deliveries,
    alert_episodes,
    portal_states,
    runs,
    slots,
    staged_pages,
)


class SqlAlerts:
    """`engine.alert_stores.AlertStore` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, portal: str) -> list[Episode]:
        """Those that go on."""
        one = alert_episodes.c
        query = sa.select(alert_episodes).where(one.portal == portal, one.closed_at.is_(None))
        with self._database.read() as connection:
            found = connection.execute(query.order_by(one.id)).mappings().all()
        return [Episode(**row) for row in found]

    def recovered(self, portal: str, rule: str, *, since: datetime) -> set[str]:
        """Subjects whose episode was over then or later."""
        one = alert_episodes.c
        query = sa.select(one.subject).where(
            one.portal == portal, one.rule == rule, one.closed_at >= since
        )
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def change(
        self,
        opened: Sequence[Episode],
        closed: Collection[int],
        deliveries: Sequence[AlertDelivery],
        now: datetime,
        run: Run | None = None,
    ) -> bool:
        """All or nothing: an episode that is open or closed already, or a judged run, undoes it."""
        try:
            with self._database.write() as connection:
                if run is not None:
                    connection.execute(sa.insert(slots).values(_judging(run)))
                if opened:
                    connection.execute(sa.insert(alert_episodes), [_new(one) for one in opened])
                _close(connection, sorted(closed), now)
                if deliveries:
                    rows = [_new(one) for one in deliveries]
                    connection.execute(sa.insert(alert_deliveries), rows)
        except (IntegrityError, _Elsewhere):
            return False
        return True

    def judged(self, run: Run) -> bool:
        """Whether its slot is taken."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(slots.c.job).filter_by(**_judging(run)))
            return found.first() is not None

    def episodes(self, portal: str, *, most: int) -> list[Episode]:
        """The newest, open ones first."""
        one = alert_episodes.c
        query = (
            sa.select(alert_episodes)
            .where(one.portal == portal)
            .order_by(one.closed_at.is_not(None), one.id.desc())
            .limit(most)
        )
        with self._database.read() as connection:
            return [Episode(**row) for row in connection.execute(query).mappings()]

    def deliveries(
        self, portal: str, *, most: int, notices: Collection[str] | None = None
    ) -> list[AlertDelivery]:
        """The newest first."""
        one = alert_deliveries.c
        query = sa.select(alert_deliveries).where(one.portal == portal)
        if notices is not None:
            query = query.where(one.notice.in_(sorted(notices)))
        return self._deliveries(query.order_by(one.id.desc()).limit(most))

    def record(self, delivery: AlertDelivery) -> int:
        """Store it by itself."""
        with self._database.write() as connection:
            done = connection.execute(sa.insert(alert_deliveries).values(_new(delivery)))
            key = done.inserted_primary_key
        return int(key[0]) if key is not None else 0

    def pending(self, portal: str | None) -> list[AlertDelivery]:
        """What is on its way."""
        one = alert_deliveries.c
        query = sa.select(alert_deliveries).where(one.next_at.is_not(None)).order_by(one.id)
        return self._deliveries(query if portal is None else query.where(one.portal == portal))

    def claim(self, delivery: AlertDelivery, *, until: datetime) -> bool:
        """The attempt's number decides who makes it."""
        one = alert_deliveries.c
        mine = sa.update(alert_deliveries).where(
            one.id == delivery.id,
            one.attempts == delivery.attempts,
            one.next_at == delivery.next_at,
        )
        with self._database.write() as connection:
            done = connection.execute(mine.values(attempts=one.attempts + 1, next_at=until))
        return bool(done.rowcount)

    def settle(
        self,
        delivery_id: int,
        *,
        delivered_at: datetime | None,
        next_at: datetime | None,
        error: str,
    ) -> None:
        """What it came to."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(alert_deliveries)
                .where(alert_deliveries.c.id == delivery_id)
                .values(delivered_at=delivered_at, next_at=next_at, error=error)
            )

    def again(self, portal: str, now: datetime) -> int:
        """What is not delivered, except tests and what has no channel."""
        one = alert_deliveries.c
        lacking = sa.update(alert_deliveries).where(
            one.portal == portal,
            one.delivered_at.is_(None),
            one.event != "test",
            one.channel != "",
        )
        with self._database.write() as connection:
            return connection.execute(lacking.values(attempts=0, next_at=now)).rowcount

    def succeeded(self, portal: str) -> tuple[datetime | None, datetime | None]:
        """Last success of a whole sync, first run."""
        last = sa.select(sa.func.max(runs.c.finished_at)).where(*_whole(portal))
        first = sa.select(sa.func.min(runs.c.created_at)).where(runs.c.portal == portal)
        with self._database.read() as connection:
            return connection.execute(last).scalar_one(), connection.execute(first).scalar_one()

    def judged_until(self, portal: str, *, without: str) -> datetime | None:
        """The newest `as_of` of a whole sync that succeeded."""
        query = sa.select(sa.func.max(runs.c.as_of)).where(*_whole(portal), runs.c.id != without)
        return self._moment(query)

    def newest(self, portal: str, stream: str, *, until: datetime) -> datetime | None:
        """The newest event time of what counts of a stream."""
        page = staged_pages.c
        query = sa.select(sa.func.max(page.newest)).where(
            page.portal == portal,
            page.stream == stream,
            page.outdated.is_(False),
            page.newest <= until,
        )
        return self._moment(query)

    def paused(self, portal: str) -> bool:
        """Whether its state says so."""
        state = portal_states.c
        query = sa.select(state.paused_at).where(state.portal == portal)
        return self._moment(query) is not None

    def _moment(self, query: sa.Select[Any]) -> datetime | None:
        with self._database.read() as connection:
            found: datetime | None = connection.execute(query).scalar_one_or_none()
        return found

    def _deliveries(self, query: sa.Select[Any]) -> list[AlertDelivery]:
        with self._database.read() as connection:
            return [AlertDelivery(**row) for row in connection.execute(query).mappings()]


class _Elsewhere(Exception):
    """Ends a transaction that another process was ahead of."""


def _new(one: Episode | AlertDelivery) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "id"}


def _judging(run: Run) -> dict[str, Any]:
    """The slot that is taken by who judges the run."""
    return {"portal": run.portal, "job": f"alerts {run.id}", "slot": run.created_at}


def _close(connection: sa.Connection, ids: Sequence[int], now: datetime) -> None:
    one = alert_episodes.c
    done = 0
    for some in bulk.some(ids):
        going_on = sa.update(alert_episodes).where(one.id.in_(some), one.closed_at.is_(None))
        done += connection.execute(going_on.values(closed_at=now)).rowcount
    if done != len(ids):
        raise _Elsewhere


def _whole(portal: str) -> tuple[sa.ColumnElement[bool], ...]:
    """A sync of the whole portal that succeeded, if some records were rejected in it too."""
    of_people = sa.func.coalesce(sa.cast(runs.c.options, sa.Text), "").like('%"people"%')
    return (
        runs.c.portal == portal,
        runs.c.kind.in_(("sync", "backfill")),
        runs.c.status.in_(("done", "rejects")),
        sa.not_(of_people),
    )
