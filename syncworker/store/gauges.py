"""How things stand, counted in the tables when a monitoring system asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syncworker.store.database import Database
from syncworker.store.tables import (
    alert_deliveries,
    chunks,
    dead_letters,
    heartbeats,
    portal_states,
    runs,
    schedules,
)


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that goes up and down.

    Attributes:
        name: As Prometheus has it; a moment is in seconds since 1970.
        help: What it means.
        labels: Names of its labels.
        values: The numbers by the labels' values.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    values: dict[tuple[str, ...], float]


def gauges(database: Database) -> Iterator[Gauge]:
    """Every gauge; raises StoreError."""
    letters, run, chunk = dead_letters.c, runs.c, chunks.c
    synced = sa.and_(run.kind == "sync", run.status.in_(("done", "rejects")))
    at_work = sa.select(chunk.status, sa.func.count()).join(runs, run.id == chunk.run_id)
    queries = (
        (
            "syncworker_dead_letters",
            "Open dead letters",
            ("portal", "kind"),
            sa.select(letters.portal, letters.kind, sa.func.count())
            .where(letters.resolved_at.is_(None))
            .group_by(letters.portal, letters.kind),
        ),
        (
            "syncworker_last_success_timestamp_seconds",
            "When a sync last came to its end",
            ("portal",),
            sa.select(run.portal, sa.func.max(run.finished_at)).where(synced).group_by(run.portal),
        ),
        (
            "syncworker_open_runs",
            "Runs that have not ended",
            ("portal", "kind", "status"),
            sa.select(run.portal, run.kind, run.status, sa.func.count())
            .where(run.finished_at.is_(None))
            .group_by(run.portal, run.kind, run.status),
        ),
        (
            "syncworker_open_chunks",
            "Chunks of open runs: ready, enqueued, running or done",
            ("status",),
            at_work.where(run.finished_at.is_(None)).group_by(chunk.status),
        ),
        (
            "syncworker_heartbeat_timestamp_seconds",
            "When a worker, beat or webhook receiver last gave a sign of life, or a tick was done",
            ("name", "kind"),
            sa.select(heartbeats.c.name, heartbeats.c.kind, heartbeats.c.at),
        ),
        (
            "syncworker_schedule_next_timestamp_seconds",
            "When a schedule is due next; in the past while it waits for its turn",
            ("portal", "job"),
            sa.select(schedules.c.portal, schedules.c.job, schedules.c.next_at),
        ),
        (
            "syncworker_portal_paused",
            "1 where a person has paused the portal",
            ("portal",),
            sa.select(portal_states.c.portal, sa.literal(1)).where(
                portal_states.c.paused_at.is_not(None)
            ),
        ),
        (
            "syncworker_alert_deliveries_waiting",
            "Alert messages that are still to be delivered",
            ("portal",),
            sa.select(alert_deliveries.c.portal, sa.func.count())
            .where(alert_deliveries.c.next_at.is_not(None))
            .group_by(alert_deliveries.c.portal),
        ),
    )
    with database.read() as connection:
        for name, help_, labels, query in queries:
            values = {
                tuple(map(str, row[:-1])): _number(row[-1]) for row in connection.execute(query)
            }
            yield Gauge(name, help_, labels, values)


def _number(value: datetime | float) -> float:
    return value.timestamp() if isinstance(value, datetime) else float(value)
