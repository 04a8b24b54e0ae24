"""Chunks: claimed by a conditional UPDATE with a lease; an old owner's commit is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syncworker.engine.memory import Chunk, Step
from syncworker.errors import ClaimLost
from syncworker.store.database import Database
from syncworker.store.tables import chunks, runs

_OPEN_RUN = sa.exists().where(
    runs.c.id == chunks.c.run_id,
    runs.c.finished_at.is_(None),
    runs.c.status.not_in(("waiting", "paused")),
)
# Statements that a push repeats with every batch are made once: making one takes as long as what
# it does.
_MINE = sa.update(chunks).where(
    chunks.c.id == sa.bindparam("of_id"),
    chunks.c.claim == sa.bindparam("of_claim"),
    chunks.c.status == "running",
    _OPEN_RUN,
)


class SqlChunks:
    """`engine.stores.Chunks` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, run_id: str, *, now: datetime, most: int) -> list[tuple[int, Step]]:
        """Mark ready chunks as enqueued, so that at most `most` are in flight."""
        of_run = chunks.c.run_id == run_id
        with self._database.write() as connection:
            # The run's row is locked so that two finishing tasks do not take the same chunks.
            connection.execute(
                sa.select(runs.c.id).where(runs.c.id == run_id).with_for_update()
            ).one()
            in_flight = connection.execute(
                sa.select(sa.func.count()).where(
                    of_run, chunks.c.status.in_(("enqueued", "running"))
                )
            ).scalar_one()
            free = connection.execute(
                sa.select(chunks.c.id, chunks.c.step)
                .where(of_run, chunks.c.status == "ready")
                .order_by(chunks.c.id)
                .limit(max(most - in_flight, 0))
            ).all()
            if free:
                connection.execute(
                    sa.update(chunks)
                    .where(chunks.c.id.in_([chunk_id for chunk_id, _ in free]))
                    .values(status="enqueued", enqueued_at=now)
                )
        return [(chunk_id, step) for chunk_id, step in free]

    def claim(self, chunk_id: int, *, owner: str, now: datetime, until: datetime) -> Chunk | None:
        """Take the chunk unless another worker holds it."""
        free = sa.or_(
            chunks.c.status.in_(("ready", "enqueued")),
            sa.and_(
                chunks.c.status == "running",
                sa.or_(chunks.c.lease_until < now, chunks.c.owner == owner),
            ),
        )
        with self._database.write() as connection:
            row = (
                connection.execute(
                    sa.update(chunks)
                    .where(chunks.c.id == chunk_id, free, _OPEN_RUN)
                    .values(
                        status="running",
                        owner=owner,
                        claim=chunks.c.claim + 1,
                        attempts=chunks.c.attempts + 1,
                        lease_until=until,
                    )
                    .returning(
                        chunks.c.id,
                        chunks.c.run_id,
                        chunks.c.step,
                        chunks.c.payload,
                        chunks.c.progress,
                        chunks.c.claim,
                        chunks.c.attempts,
                    )
                )
                .mappings()
                .one_or_none()
            )
        return None if row is None else Chunk(**row)

    def renew(self, chunk: Chunk, *, until: datetime) -> None:
        """Hold the chunk until then."""
        with self._database.write() as connection:
            update_mine(connection, chunk, lease_until=until)

    def complete(self, chunk: Chunk, result: Mapping[str, Any]) -> None:
        """Done."""
        with self._database.write() as connection:
            update_mine(connection, chunk, status="done", result=dict(result))

    def release(self, chunk: Chunk) -> None:
        """Give it back."""
        with self._database.write() as connection:
            update_mine(connection, chunk, status="ready", owner="", lease_until=None, attempts=0)

    def postpone(self, chunk: Chunk, *, until: datetime) -> int:
        """It counts as enqueued until its message comes again, so that no second one is sent."""
        attempts = sa.select(chunks.c.attempts).where(chunks.c.id == chunk.id)
        with self._database.write() as connection:
            update_mine(
                connection, chunk, status="enqueued", owner="", lease_until=None, enqueued_at=until
            )
            return int(connection.execute(attempts).scalar_one())

    def attempts(self, chunk: Chunk) -> int:
        """Claims since the last progress."""
        query = sa.select(chunks.c.attempts).where(chunks.c.id == chunk.id)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def left(self, run_id: str, step: Step) -> int:
        """Chunks of the step that are not done."""
        query = sa.select(sa.func.count()).where(
            chunks.c.run_id == run_id, chunks.c.step == step, chunks.c.status != "done"
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def results(self, run_id: str, step: Step) -> list[Mapping[str, Any]]:
        """Figures of the step's chunks that are done."""
        query = sa.select(chunks.c.result).where(
            chunks.c.run_id == run_id, chunks.c.step == step, chunks.c.status == "done"
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def free_lost(
        self, *, now: datetime, enqueued_before: datetime, run_id: str | None = None
    ) -> int:
        """Free what nobody works on."""
        gone = sa.or_(
            sa.and_(chunks.c.status == "running", chunks.c.lease_until < now),
            sa.and_(chunks.c.status == "enqueued", chunks.c.enqueued_at < enqueued_before),
        )
        of_run = sa.true() if run_id is None else chunks.c.run_id == run_id
        with self._database.write() as connection:
            return connection.execute(
                sa.update(chunks).where(gone, of_run, _OPEN_RUN).values(status="ready", owner="")
            ).rowcount

    def held(self, run_id: str, *, now: datetime) -> bool:
        """Whether somebody works on the run."""
        query = sa.select(sa.func.count()).where(
            chunks.c.run_id == run_id, chunks.c.status == "running", chunks.c.lease_until >= now
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one() > 0

    def last_sign(self, run_id: str) -> datetime | None:
        """The latest lease or enqueueing of the run's chunks."""
        query = sa.select(sa.func.max(chunks.c.lease_until), sa.func.max(chunks.c.enqueued_at))
        with self._database.read() as connection:
            signs = connection.execute(query.where(chunks.c.run_id == run_id)).one()
        return max((sign for sign in signs if sign is not None), default=None)


def update_mine(connection: sa.Connection, chunk: Chunk, **values: object) -> None:
    """Change the chunk's row in an open transaction, if it is still this worker's.

    Raises:
        ClaimLost: Another worker has claimed it since, or the run was closed.
    """
    of_mine = {"of_id": chunk.id, "of_claim": chunk.claim}
    mine = connection.execute(_MINE, of_mine | values).rowcount
    if not mine:
        raise ClaimLost(
            f"chunk {chunk.id} of run {chunk.run_id} is another worker's by now; "
            "nothing was committed"
        )
