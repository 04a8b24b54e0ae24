"""Runs that wait, rest, are asked to stop, or are gone on with after they ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from syncworker.engine.memory import Run, Step
from syncworker.engine.run_words import RunKind, RunStatus, Wish
from syncworker.engine.turns import Count, Turn
from syncworker.store import plans
from syncworker.store.database import Database
from syncworker.store.runs import run_of
from syncworker.store.tables import HOLDS, chunks, plan_records, runs, staged_pages

_RESTING = ("waiting", "paused")
_STEPS: tuple[Step, ...] = get_args(Step)
_AGAIN = ("planned", "sending", "rejected")
"""Outcomes of a plan's record that is tried when its run goes on."""


class SqlTurns:
    """`engine.turns.Turns` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def wish(self, run_id: str) -> Wish:
        """What is asked of the run."""
        query = sa.select(runs.c.wish).where(runs.c.id == run_id)
        with self._database.read() as connection:
            found: Wish = connection.execute(query).scalar_one()
        return found

    def ask(self, run_id: str, wish: Wish) -> bool:
        """Ask it of an open run."""
        asked = sa.update(runs).where(runs.c.id == run_id, runs.c.finished_at.is_(None))
        with self._database.write() as connection:
            return bool(connection.execute(asked.values(wish=wish)).rowcount)

    def rest(self, run: Run, status: Literal["waiting", "paused"], *, now: datetime) -> bool:
        """Let go of the portal, where nobody works on the run."""
        held = sa.exists().where(
            chunks.c.run_id == run.id, chunks.c.status == "running", chunks.c.lease_until >= now
        )
        with self._database.write() as connection:
            rests = connection.execute(
                sa.update(runs)
                .where(runs.c.id == run.id, sa.text(HOLDS), ~held)
                .values(status=status, wish="", deferred_until=None, message="")
            ).rowcount
            if rests:
                plans.doubt_unsettled(connection, run)
        return bool(rests)

    def mark(self, run_id: str, status: Literal["waiting", "paused"]) -> None:
        """Of a resting run: what it waits for."""
        rests = sa.and_(runs.c.status.in_(_RESTING), runs.c.finished_at.is_(None))
        with self._database.write() as connection:
            connection.execute(
                sa.update(runs).where(runs.c.id == run_id, rests).values(status=status, wish="")
            )

    def waiting(self, portal: str | None) -> Sequence[Run]:
        """The runs that wait, the oldest first."""
        query = (
            sa.select(runs)
            .where(runs.c.status == "waiting", runs.c.finished_at.is_(None))
            .order_by(runs.c.id)
        )
        if portal is not None:
            query = query.where(runs.c.portal == portal)
        with self._database.read() as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]

    def overtaken(self, run: Run) -> bool:
        """Whether another run has been at work since; what a run prepared, the next one removes."""
        worked = sa.exists().where(chunks.c.run_id == runs.c.id)
        # An apply is as of its plan; what was done between the two it has looked at.
        since = max(run.as_of, run.created_at)
        query = sa.select(sa.func.count()).where(
            runs.c.portal == run.portal,
            runs.c.id != run.id,
            sa.or_(runs.c.as_of > since, runs.c.created_at > since),
            sa.or_(worked, runs.c.kind == "prune"),
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one() > 0

    def take(self, run: Run, turn: Turn) -> bool:
        """The unique index on open runs decides who has the portal."""
        try:
            with self._database.write() as connection:
                return _taken(connection, run, turn)
        except IntegrityError:
            return False

    def list(
        self,
        *,
        portal: str | None,
        statuses: Sequence[RunStatus],
        kind: RunKind | None,
        since: datetime | None,
        most: int,
    ) -> Sequence[Run]:
        """The newest runs like that."""
        query = sa.select(runs).order_by(runs.c.id.desc()).limit(most)
        if portal is not None:
            query = query.where(runs.c.portal == portal)
        if statuses:
            query = query.where(runs.c.status.in_(statuses))
        if kind is not None:
            query = query.where(runs.c.kind == kind)
        if since is not None:
            query = query.where(runs.c.created_at >= since)
        with self._database.read() as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]

    def counts(self, run_id: str) -> Sequence[Count]:
        """Chunks that are done, and all, by step."""
        done = sa.func.sum(sa.case((chunks.c.status == "done", 1), else_=0))
        query = (
            sa.select(chunks.c.step, done, sa.func.count())
            .where(chunks.c.run_id == run_id)
            .group_by(chunks.c.step)
        )
        with self._database.read() as connection:
            found = [Count(step, int(n), of) for step, n, of in connection.execute(query)]
        return sorted(found, key=lambda one: _STEPS.index(one.step))


def _taken(connection: sa.Connection, run: Run, turn: Turn) -> bool:
    rested = sa.or_(runs.c.status.in_(_RESTING), runs.c.finished_at.is_not(None))
    mine = connection.execute(
        sa.update(runs)
        .where(runs.c.id == run.id, rested)
        .values(
            status="running",
            mode=turn.mode,
            as_of=turn.as_of,
            mapping=turn.mapping,
            finished_at=None,
            message="",
            help="",
            code="",
            wish="",
            summary=dict(turn.summary),
        )
    ).rowcount
    if not mine:
        return False
    of_run = chunks.c.run_id == run.id
    if turn.anew:
        _drop_plan(connection, run)
    _free_streams(connection, run, turn)
    again = {"status": "ready", "owner": "", "lease_until": None, "attempts": 0}
    connection.execute(sa.update(chunks).where(of_run, chunks.c.status != "done").values(again))
    if not turn.anew and run.finished_at is not None:
        _free_records(connection, run, again)
    steps = set(connection.execute(sa.select(chunks.c.step).where(of_run)).scalars())
    last = max(steps, key=_STEPS.index, default="start")
    connection.execute(sa.update(runs).where(runs.c.id == run.id).values(step=last))
    return True


def _drop_plan(connection: sa.Connection, run: Run) -> None:
    plans.doubt_unsettled(connection, run)
    connection.execute(sa.delete(plan_records).where(plan_records.c.run_id == run.id))
    later = sa.and_(chunks.c.run_id == run.id, chunks.c.step != "extract")
    connection.execute(sa.delete(chunks).where(later))


def _free_streams(connection: sa.Connection, run: Run, turn: Turn) -> None:
    """Streams that were given up are read again; half of a whole reading says nothing."""
    found = connection.execute(
        sa.select(chunks.c.id, chunks.c.status, chunks.c.payload, chunks.c.result).where(
            chunks.c.run_id == run.id, chunks.c.step == "extract"
        )
    )
    for chunk_id, status, payload, result in found.all():
        stopped = "stopped" in result
        if status == "done" and not stopped:
            continue
        at = chunks.c.id == chunk_id
        if turn.anew and f"{payload['source']}.{payload['stream']}" not in turn.streams:
            connection.execute(sa.delete(chunks).where(at))
            continue
        values: dict[str, Any] = {"status": "ready", "result": {}}
        if turn.anew and "from" not in payload:
            values["progress"] = {}
            connection.execute(
                sa.update(staged_pages)
                .where(staged_pages.c.portal == run.portal, staged_pages.c.chunk_id == chunk_id)
                .values(outdated=True)
            )
        connection.execute(sa.update(chunks).where(at).values(values))


def _free_records(connection: sa.Connection, run: Run, again: Mapping[str, Any]) -> None:
    """Records that were rejected are tried again, by the chunks they are in."""
    of_run = plan_records.c.run_id == run.id
    connection.execute(
        sa.update(plan_records)
        .where(of_run, plan_records.c.status == "rejected")
        .values(status="planned")
    )
    open_ = of_run & plan_records.c.status.in_(_AGAIN)
    places = set(connection.execute(sa.select(plan_records.c.position).where(open_)).scalars())
    if not places:
        return
    pushing = sa.select(chunks.c.id, chunks.c.payload).where(
        chunks.c.run_id == run.id, chunks.c.step.in_(("canary", "push"))
    )
    for chunk_id, payload in connection.execute(pushing).all():
        if not places.isdisjoint(range(payload["first"], payload["last"] + 1)):
            at = chunks.c.id == chunk_id
            connection.execute(sa.update(chunks).where(at).values(again))
    after = sa.and_(chunks.c.run_id == run.id, chunks.c.step == "associate")
    connection.execute(sa.delete(chunks).where(after))
