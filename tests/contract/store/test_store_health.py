"""What the state database tells of itself, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from support.stores import NOW, Stores

from syncworker.engine.health import Beat, Scheduled
from syncworker.store.health import SqlHealth
from syncworker.store.schema import newest
from syncworker.store.tables import heartbeats, schedules


def test_the_database_says_what_it_is_and_which_schema_it_has(state: Stores) -> None:
    told = SqlHealth(state.database).database()
    assert told.schema == told.newest == newest()
    if state.database.url.get_backend_name() == "sqlite":
        assert told.product.startswith("SQLite 3.")
        assert (told.journal, told.now) == ("wal", None)
    else:
        assert told.product.startswith("PostgreSQL ")
        assert told.now is not None
        assert abs(datetime.now(UTC) - told.now) < timedelta(seconds=10)


def test_workers_are_listed_by_their_last_sign_and_a_portals_jobs_by_name(state: Stores) -> None:
    before = NOW - timedelta(minutes=5)
    with state.database.write() as connection:
        for name, at in (("old", before), ("new", NOW)):
            row = {"name": name, "kind": "worker", "version": "1", "started_at": before, "at": at}
            connection.execute(sa.insert(heartbeats).values(row))
        for portal in ("acme", "other"):
            row = {"portal": portal, "job": "sync", "spec": "hourly", "next_at": NOW}
            connection.execute(sa.insert(schedules).values({**row, "last_run_id": ""}))
    health = SqlHealth(state.database)
    assert health.beats() == [Beat("new", "worker", "1", NOW), Beat("old", "worker", "1", before)]
    assert health.scheduled("acme") == [Scheduled("sync", "hourly", NOW)]
    assert health.scheduled("nobody") == []
