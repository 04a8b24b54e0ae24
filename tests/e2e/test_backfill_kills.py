"""A large backfill by real workers: cancelled, killed, gone on with; the end is the same."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.workspace import PORTAL, Workspace, kill_tree, wait_until

from syncworker.cli.pace import Pace
from syncworker.sandbox import batch
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.http import Call
from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.long

PEOPLE = int(os.environ.get("BACKFILL_PEOPLE", "12000"))
"""A hundred thousand take too long for every change: BACKFILL_PEOPLE=100000 was run by hand."""
NOW = datetime.now(UTC).replace(microsecond=0)
MAPPING = """\
version: 1
hubspot: {{credentials: env:ACME_TOKEN, base_url: "{url}"}}
reporting: {{timezone: UTC, currency: EUR}}
sources:
  app:
    kind: sql
    url: env:ACME_DATABASE
    streams:
      accounts: {{query: "SELECT * FROM accounts"}}
      users: {{query: "SELECT * FROM users"}}
      events: {{query: "SELECT * FROM events", cursor: received_at, overlap: 1h}}
objects:
  contacts:
    match: {{property: email, column: email}}
    policy: upsert
    properties: {{saas_user_usage_28d: user_usage_28d}}
{more}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with SandboxServer() as server:
        workspace = Workspace(tmp_path, server)
        workspace.write_mapping(MAPPING)
        old = (NOW - timedelta(days=400)).isoformat()
        numbers = range(PEOPLE)
        workspace.sql(
            "INSERT INTO accounts VALUES (?, ?, ?, ?)",
            [(f"a{i}", f"Company {i}", f"c{i}.example", old) for i in range(PEOPLE // 100)],
        )
        workspace.sql(
            "INSERT INTO users VALUES (?, ?, ?, ?)",
            [(f"u{i}", f"a{i // 100}", f"u{i}@c{i // 100}.example", old) for i in numbers],
        )
        workspace.sql(
            "INSERT INTO events VALUES (?, ?, 'report_created', ?, ?)",
            [
                (f"e{i}-{k}", f"u{i}", moment, moment)
                for i in numbers
                for k in range(1 + i % 2)
                for moment in [(NOW - timedelta(days=1 + k, minutes=i % 600)).isoformat()]
            ],
        )
        assert workspace.run("properties", "create", PORTAL).returncode == 0
        yield workspace


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each contact was sent, by its address."""
    counted: Counter[str] = Counter()

    def counting(answer: Callable[[Call], object]) -> Callable[[Call], object]:
        def counted_first(call: Call) -> object:
            for row in call.body["inputs"]:
                held = call.records.live.get(row.get("id", ""))
                counted[held.values["email"] if held else row["properties"]["email"]] += 1
            return answer(call)

        return counted_first

    for verb in ("create", "update", "upsert"):
        monkeypatch.setattr(batch, verb, counting(getattr(batch, verb)))
    return counted


def state(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(workspace.folder / ".syncworker" / "state.db")) as connection:
        return connection.execute(query).fetchall()


def sent(workspace: Workspace) -> int:
    return int(state(workspace, "SELECT count(*) FROM plan_records WHERE status = 'sent'")[0][0])


def status(workspace: Workspace) -> str:
    return str(state(workspace, "SELECT status FROM runs WHERE kind = 'backfill'")[0][0])


def test_cancelled_at_a_third_and_killed_it_goes_on_and_ends_as_if_nothing_had_been(
    workspace: Workspace, times: Counter[str], record_property: pytest.RecordProperty
) -> None:
    since, made = (NOW - timedelta(days=10)).isoformat(), workspace.portal.stats.writes
    # As slow as HubSpot may be: the budget's first burst would be over before it is cancelled.
    workspace.portal.faults.add(Fault(path="contacts/batch/create", delay=0.5, times=1_000_000))
    with workspace.worker() as worker:
        wait_until(workspace.socket.exists, what="the broker")
        asked = workspace.run("backfill", PORTAL, "--from", since, "--enqueue")
        assert asked.returncode == 0, asked.stderr
        run = str(state(workspace, "SELECT id FROM runs WHERE kind = 'backfill'")[0][0])
        wait_until(lambda: sent(workspace) >= PEOPLE // 3, seconds=600, what="a third")
        assert workspace.run("runs", "cancel", run).returncode == 0
        wait_until(lambda: status(workspace) == "cancelled", seconds=30, what="the cancelling")
        at_cancel = sent(workspace)
        kill_tree(worker.pid)
    assert PEOPLE // 3 <= at_cancel < PEOPLE
    shown = workspace.run("runs", "show", run)
    assert shown.returncode == 1
    assert f"{at_cancel:,} records had been sent" in shown.stdout
    assert f"Next: syncworker runs retry {run}" in shown.stdout

    with workspace.worker() as worker:
        # The killed broker has left its socket: the new one answers a moment later.
        wait_until(
            lambda: workspace.run("runs", "retry", run, "--enqueue").returncode == 0,
            what="the broker",
        )
        pace, half = Pace(), 0.0
        forecast: float | None = None
        while status(workspace) == "running" and sent(workspace) < PEOPLE * 2 // 3:
            pace.measure(time.monotonic(), sent(workspace))
            if forecast is None and sent(workspace) >= PEOPLE // 2:
                half, forecast = time.monotonic(), pace.left(PEOPLE - sent(workspace))
            time.sleep(0.5)
        kill_tree(worker.pid)
    killed = time.monotonic()
    assert status(workspace) == "running"
    with workspace.worker():
        wait_until(lambda: sent(workspace) > PEOPLE * 2 // 3, seconds=120, what="going on")
        idle = time.monotonic() - killed
        wait_until(lambda: status(workspace) != "running", seconds=600, what="the end")
        truth = time.monotonic() - half - idle
    assert status(workspace) == "done", workspace.log()[-3_000:]

    assert forecast is not None
    told = f"{PEOPLE:,} records: {forecast:.0f} s left forecast at half, it took {truth:.0f} s"
    record_property("time_left", told)
    print(told)  # noqa: T201 - for the test's record
    contacts = workspace.portal.records("contacts").live.values()
    usage = {one.values["email"]: one.values["saas_user_usage_28d"] for one in contacts}
    assert len(contacts) == PEOPLE, "nobody was made twice"
    assert usage == {f"u{i}@c{i // 100}.example": str(1 + i % 2) for i in range(PEOPLE)}
    # What was in flight when it was cancelled and killed may be sent once more.
    assert len(times) == PEOPLE
    assert max(times.values()) <= 2
    batches = workspace.portal.stats.writes - made
    assert batches <= PEOPLE / 100 + 40
    again = workspace.run("sync", PORTAL, "--json")
    outcome = json.loads(again.stdout)
    assert outcome["summary"]["outcomes"] == {}, "as an uninterrupted one leaves it"
