"""Plans: what each run means to change, and the outcome of every record of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syncworker.engine.memory import Chunk, DeadLetter, Planned, Run, Settled
from syncworker.store import bulk
from syncworker.store import ledger as ledger_book
from syncworker.store import letters as letter_box
from syncworker.store.chunks import update_mine
from syncworker.store.database import Database
from syncworker.store.tables import history, ledger, plan_records, runs

_OPEN = ("planned", "sending")  # without an outcome
_AT = sa.and_(
    plan_records.c.run_id == sa.bindparam("of_run"),
    plan_records.c.position.in_(sa.bindparam("at", expanding=True)),
)
_SENDING = (
    sa.update(plan_records).where(_AT, plan_records.c.status == "planned").values(status="sending")
)
_CAME_TO = (
    sa.update(plan_records)
    .where(_AT, plan_records.c.status.in_(_OPEN))
    .values(status=sa.bindparam("came_to"))
    .returning(plan_records.c.position)
)


class SqlPlans:
    """`engine.stores.Plans` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clear(self, chunk: Chunk) -> None:
        """Drop an earlier attempt's rows."""
        with self._database.write() as connection:
            update_mine(connection, chunk, progress={})
            connection.execute(
                sa.delete(plan_records).where(
                    plan_records.c.run_id == chunk.run_id, plan_records.c.chunk_id == chunk.id
                )
            )

    def add(
        self,
        chunk: Chunk,
        portal: str,
        records: Sequence[Planned],
        letters: Sequence[DeadLetter],
        fine: Sequence[tuple[str, str]],
        now: datetime,
    ) -> None:
        """A stretch of the chunk's plan."""
        rows = [
            {
                "run_id": chunk.run_id,
                "chunk_id": chunk.id,
                "number": record.position,
                "object": record.object,
                "key": record.key,
                "body": record.body,
                "status": "planned",
            }
            for record in records
        ]
        with self._database.write() as connection:
            update_mine(connection, chunk, progress={})
            bulk.insert(connection, plan_records, rows)
            _resolve(connection, portal, fine, now)
            letter_box.put(connection, self._database, portal, chunk.run_id, letters, now)

    def number(self, run_id: str) -> int:
        """Give the plan's records their positions, from 0; return how many there are."""
        row = plan_records.c
        order = sa.func.row_number().over(order_by=(row.chunk_id, row.number)) - 1
        numbered = (
            sa.select(row.chunk_id, row.number, order.label("position"))
            .where(row.run_id == run_id)
            .subquery()
        )
        with self._database.write() as connection:
            # Two workers may both have finished the last chunk: unordered updates would deadlock.
            connection.execute(sa.select(runs.c.id).where(runs.c.id == run_id).with_for_update())
            return connection.execute(
                sa.update(plan_records)
                .where(
                    row.run_id == run_id,
                    row.chunk_id == numbered.c.chunk_id,
                    row.number == numbered.c.number,
                )
                .values(position=numbered.c.position)
            ).rowcount

    def open(self, run_id: str, first: int, last: int) -> list[Planned]:
        """Records of that stretch without an outcome."""
        row = plan_records.c
        return self._select(
            sa.and_(row.run_id == run_id, row.position.between(first, last), row.status.in_(_OPEN))
        )

    def show(self, run_id: str, most: int) -> list[Planned]:
        """The first records."""
        return self._select(plan_records.c.run_id == run_id, most)

    def _select(self, where: sa.ColumnElement[bool], most: int | None = None) -> list[Planned]:
        row = plan_records.c
        query = (
            sa.select(
                sa.func.coalesce(row.position, row.number).label("position"),
                row.object,
                row.key,
                row.body,
            )
            .where(where)
            .order_by(row.position, row.chunk_id, row.number)
            .limit(most)
        )
        with self._database.read() as connection:
            return [Planned(*found) for found in connection.execute(query)]

    def sending(self, chunk: Chunk, positions: Sequence[int]) -> None:
        """Remember before a request what it may change, whether or not its answer comes."""
        with self._database.write() as connection:
            update_mine(connection, chunk, status="running")
            connection.execute(_SENDING, {"of_run": chunk.run_id, "at": list(positions)})

    def settle(self, chunk: Chunk, portal: str, settled: Sequence[Settled], now: datetime) -> None:
        """One batch's outcomes, whole or not at all; a record that has one already keeps it."""
        if not settled:
            return
        with self._database.write() as connection:
            update_mine(connection, chunk, attempts=0)
            settled = _marked(connection, chunk.run_id, settled)
            if not settled:
                return
            confirmed = [s.record for s in settled if s.record is not None]
            ledger_book.put(connection, self._database, portal, confirmed, now)
            past = [_history_row(portal, chunk.run_id, s, now) for s in settled if s.changes]
            bulk.insert(connection, history, past)
            _resolve(connection, portal, [(s.object, s.key) for s in settled], now)
            letters = [letter for s in settled for letter in s.letters]
            letter_box.put(connection, self._database, portal, chunk.run_id, letters, now)

    def forget(self, portal: str, *, finished_before: datetime) -> None:
        """Drop old plans; the runs' own figures stay."""
        old = sa.select(runs.c.id).where(
            runs.c.portal == portal, runs.c.finished_at < finished_before
        )
        with self._database.write() as connection:
            connection.execute(sa.delete(plan_records).where(plan_records.c.run_id.in_(old)))

    def outcomes(self, run_id: str) -> dict[str, int]:
        """Records by outcome."""
        status = sa.case((plan_records.c.status.in_(_OPEN), "planned"), else_=plan_records.c.status)
        query = (
            sa.select(status.label("came_to"), sa.func.count())
            .where(plan_records.c.run_id == run_id)
            .group_by("came_to")
        )
        with self._database.read() as connection:
            return dict(connection.execute(query).all())


def doubt_unsettled(connection: sa.Connection, run: Run) -> None:
    """Forget the ledger's values of records that the run sent and did not settle.

    HubSpot may or may not have taken them: the next run reads them before it compares.
    """
    row = plan_records.c
    sent = sa.select(row.object, row.key).where(row.run_id == run.id, row.status == "sending")
    connection.execute(
        sa.update(ledger)
        .where(ledger.c.portal == run.portal, sa.tuple_(ledger.c.object, ledger.c.key).in_(sent))
        .values(values={})
    )


def _marked(connection: sa.Connection, run_id: str, settled: Sequence[Settled]) -> list[Settled]:
    """Give each its outcome; those that had none before."""
    now = set[int]()
    for status in {s.status for s in settled}:
        at = [s.position for s in settled if s.status == status]
        found = connection.execute(_CAME_TO, {"of_run": run_id, "at": at, "came_to": status})
        now.update(found.scalars())
    return [s for s in settled if s.position in now]


def _resolve(
    connection: sa.Connection, portal: str, records: Sequence[tuple[str, str]], now: datetime
) -> None:
    for object_name in sorted({name for name, _ in records}):
        keys = [key for name, key in records if name == object_name]
        letter_box.resolve(connection, portal, "record", object_name, keys, now)


def _history_row(portal: str, run_id: str, settled: Settled, now: datetime) -> dict[str, Any]:
    return {
        "portal": portal,
        "run_id": run_id,
        "object": settled.object,
        "key": settled.key,
        "hubspot_id": settled.record.hubspot_id if settled.record else "",
        "outcome": settled.status,
        "changes": [change[:4] for change in settled.changes],
        "at": now,
        "action": "create" if settled.created else "update",
    }
