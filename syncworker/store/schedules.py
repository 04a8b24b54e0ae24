"""Schedules: a conditional UPDATE decides who takes a slot."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from syncworker.engine.memory import Run
from syncworker.engine.schedule_stores import Scheduled
from syncworker.mapping.slots import Job
from syncworker.store.database import Database
from syncworker.store.tables import runs, schedules

_ROW = schedules.c


class SqlSchedules:
    """`engine.schedule_stores.Schedules` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, portal: str | None = None) -> list[Scheduled]:
        """The jobs of a portal, or of all."""
        query = sa.select(schedules).order_by(_ROW.portal, _ROW.job)
        if portal is not None:
            query = query.where(_ROW.portal == portal)
        with self._database.read() as connection:
            return [Scheduled(**row) for row in connection.execute(query).mappings()]

    def plan(self, portal: str, job: Job, spec: str, next_at: datetime) -> None:
        """Another timetable for a job that is there; else a new job."""
        row = asdict(Scheduled(portal, job, spec, next_at))
        mine = sa.and_(_ROW.portal == portal, _ROW.job == job)
        try:
            with self._database.write() as connection:
                changed = connection.execute(
                    sa.update(schedules)
                    .where(mine, _ROW.spec != spec)
                    .values(spec=spec, next_at=next_at)
                ).rowcount
                if not changed:
                    connection.execute(sa.insert(schedules).values(row))
        except IntegrityError:
            return  # it is there as it should be, or another beat has just added it

    def start(self, taken: Sequence[tuple[Scheduled, datetime]], run: Run) -> bool:
        """The slots and the run in one transaction; the portal's lock is the index on runs."""
        (first, next_at), *others = taken
        try:
            with self._database.write() as connection:
                if not _taken(connection, first, next_at, run.id):
                    return False
                for job, after in others:
                    _taken(connection, job, after, run.id)
                connection.execute(sa.insert(runs).values(asdict(run)))
        except IntegrityError:
            return False  # rolled back: the slot waits until the portal is free
        return True

    def take(self, job: Scheduled, next_at: datetime) -> bool:
        """True for the one caller that moves it on."""
        with self._database.write() as connection:
            return _taken(connection, job, next_at, "")

    def move(self, portal: str, job: Job, next_at: datetime) -> None:
        """Set a job's next slot."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(schedules)
                .where(_ROW.portal == portal, _ROW.job == job)
                .values(next_at=next_at)
            )

    def drop(self, portal: str, *, keep: Collection[Job]) -> None:
        """The portal's other jobs."""
        gone = sa.and_(_ROW.portal == portal, _ROW.job.not_in(list(keep)))
        with self._database.write() as connection:
            connection.execute(sa.delete(schedules).where(gone))

    def drop_portals(self, *, keep: Collection[str], due_before: datetime) -> None:
        """The jobs of portals that have had no mapping since."""
        gone = sa.and_(_ROW.portal.not_in(list(keep)), _ROW.next_at < due_before)
        with self._database.write() as connection:
            connection.execute(sa.delete(schedules).where(gone))


def _taken(connection: sa.Connection, job: Scheduled, next_at: datetime, run_id: str) -> bool:
    mine = sa.and_(_ROW.portal == job.portal, _ROW.job == job.job)
    update = (
        sa.update(schedules)
        .where(mine, _ROW.spec == job.spec, _ROW.next_at == job.next_at)
        .values(next_at=next_at, last_slot=job.next_at, last_run_id=run_id)
    )
    return bool(connection.execute(update).rowcount)
