"""How things stand, counted in the tables."""

from datetime import timedelta

import sqlalchemy as sa
from support.stores import NOW, PORTAL, Stores

from syncworker.store.gauges import gauges
from syncworker.store.tables import dead_letters, heartbeats, portal_states, runs, schedules


def test_each_gauge_counts_what_is_open_now(state: Stores) -> None:
    with state.database.write() as connection:
        letter = dict.fromkeys(("cause", "message", "help", "run_id", "property", "key"), "")
        letter |= {"portal": PORTAL, "subject": "companies", "values": {}, "first_at": NOW}
        for kind, resolved in (("record", None), ("row", NOW)):
            row = letter | {"kind": kind, "last_at": NOW, "resolved_at": resolved}
            connection.execute(sa.insert(dead_letters).values(row))
        beat = {"name": "b1", "kind": "beat", "version": "1", "started_at": NOW, "at": NOW}
        connection.execute(sa.insert(heartbeats).values(beat))
        daily = {"portal": PORTAL, "job": "sync", "spec": "", "next_at": NOW, "last_run_id": ""}
        connection.execute(sa.insert(schedules).values(daily))
        paused = {"portal": "beta", "paused_at": NOW, "paused_why": "", "salt": ""}
        connection.execute(sa.insert(portal_states).values(paused))
    done = state.run()
    state.step(done, "push", [{}])
    with state.database.write() as connection:
        ended = {"status": "done", "finished_at": NOW + timedelta(hours=1)}
        connection.execute(sa.update(runs).values(ended))
    state.step(state.run(), "push", [{}, {}])
    found = {
        gauge.name.removeprefix("syncworker_"): gauge.values for gauge in gauges(state.database)
    }
    assert found == {
        "dead_letters": {(PORTAL, "record"): 1},
        "last_success_timestamp_seconds": {(PORTAL,): NOW.timestamp() + 3600},
        "open_runs": {(PORTAL, "sync", "running"): 1},
        "open_chunks": {("ready",): 2},
        "heartbeat_timestamp_seconds": {("b1", "beat"): NOW.timestamp()},
        "schedule_next_timestamp_seconds": {(PORTAL, "sync"): NOW.timestamp()},
        "portal_paused": {("beta",): 1},
        "alert_deliveries_waiting": {},
    }
