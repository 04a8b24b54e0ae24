"""Runs: one open at a time per portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from syncworker.engine.holder import held_by
from syncworker.engine.memory import Run, Step
from syncworker.errors import StoreError
from syncworker.store import letters, pages, plans
from syncworker.store.database import Database
from syncworker.store.tables import HOLDS, chunks, runs


class SqlRuns:
    """`engine.stores.Runs` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, run: Run) -> None:
        """Store a new run; the unique index on open runs is the portal's lock."""
        try:
            with self._database.write() as connection:
                connection.execute(sa.insert(runs).values(asdict(run)))
        except IntegrityError:
            other = self.running(run.portal)
            raise held_by(run.portal, other, run.created_at) from None

    def get(self, run_id: str) -> Run:
        """The run of that id."""
        query = sa.select(runs).where(runs.c.id == run_id)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise StoreError(f"there is no run {run_id}", help="syncworker runs list")
        return run_of(row)

    def running(self, portal: str) -> Run | None:
        """The portal's run that holds it."""
        query = sa.select(runs).where(runs.c.portal == portal, sa.text(HOLDS))
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else run_of(row)

    def queued(self) -> list[Run]:
        """Open runs of workers."""
        query = sa.select(runs).where(runs.c.mode == "queue", sa.text(HOLDS))
        with self._database.read() as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]

    def latest(self, portal: str | None, most: int) -> list[Run]:
        """The newest runs."""
        query = sa.select(runs).order_by(runs.c.id.desc()).limit(most)
        if portal is not None:
            query = query.where(runs.c.portal == portal)
        with self._database.read() as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]

    def read_until(self, portal: str) -> datetime | None:
        """As of when the sources were last read."""
        read = sa.exists().where(chunks.c.run_id == runs.c.id, chunks.c.step == "extract")
        query = sa.select(sa.func.max(runs.c.as_of)).where(runs.c.portal == portal, read)
        with self._database.read() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
        return found

    def advance(
        self,
        run_id: str,
        *,
        old: Step,
        new: Step,
        payloads: Sequence[Mapping[str, Any]],
        summary: Mapping[str, Any],
    ) -> bool:
        """Move the run on and add the next step's chunks, once."""
        with self._database.write() as connection:
            mine = connection.execute(
                sa.update(runs)
                .where(runs.c.id == run_id, runs.c.step == old, runs.c.finished_at.is_(None))
                .values(step=new)
            ).rowcount
            if not mine:
                return False
            before = connection.execute(
                sa.select(runs.c.summary).where(runs.c.id == run_id)
            ).scalar_one()
            connection.execute(
                sa.update(runs).where(runs.c.id == run_id).values(summary={**before, **summary})
            )
            rows = [_new_chunk(run_id, new, payload) for payload in payloads]
            if rows:
                connection.execute(sa.insert(chunks), rows)
        return True

    def hand_over(self, run_id: str) -> bool:
        """An inline run becomes one of workers."""
        inline = sa.and_(runs.c.mode == "inline", runs.c.finished_at.is_(None))
        with self._database.write() as connection:
            return bool(
                connection.execute(
                    sa.update(runs).where(runs.c.id == run_id, inline).values(mode="queue")
                ).rowcount
            )

    def defer(self, run_id: str, *, until: datetime, message: str) -> None:
        """Let the open run rest until then."""
        self._rest(run_id, until, message)

    def resume(self, run_id: str) -> None:
        """The run goes on."""
        self._rest(run_id, None, "")

    def _rest(self, run_id: str, until: datetime | None, message: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.update(runs)
                .where(runs.c.id == run_id, runs.c.finished_at.is_(None))
                .values(deferred_until=until, message=message)
            )

    def finish(self, run: Run) -> bool:
        """Close the run, and what must be closed with it."""
        with self._database.write() as connection:
            mine = connection.execute(
                sa.update(runs)
                .where(runs.c.id == run.id, runs.c.finished_at.is_(None))
                .values(
                    status=run.status,
                    step="end",
                    finished_at=run.finished_at,
                    message=run.message,
                    help=run.help,
                    code=run.code,
                    deferred_until=None,
                    wish="",
                    summary=dict(run.summary),
                )
            ).rowcount
            if mine and run.status in ("done", "rejects"):
                pages.move_cursors(connection, self._database, run)
                if run.kind == "sync" and not run.options.keys() - {"full", "max_changes"}:
                    letters.resolve_records_not_met(connection, run)
            if mine and run.status in ("failed", "cancelled"):
                plans.doubt_unsettled(connection, run)
        return bool(mine)


def run_of(row: Mapping[Any, Any]) -> Run:
    """A row of `runs` as it is read back."""
    # A run of an older version has no options.
    return Run(**{**row, "options": row["options"] or {}})


def _new_chunk(run_id: str, step: Step, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "step": step,
        "status": "ready",
        "payload": dict(payload),
        "progress": {},
        "result": {},
        "owner": "",
        "claim": 0,
        "attempts": 0,
    }
