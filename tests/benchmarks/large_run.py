"""A first sync of a large portal through the workers, at the default settings.

    python tests/benchmarks/large_run.py [ACCOUNTS] [USERS] [EVENTS]

A PostgreSQL source, a sandbox portal that keeps HubSpot's limits, `syncworker worker` and
`syncworker sync --enqueue`. Prints the seconds of each step, requests, peak memory, and beside the
extraction what a plain psycopg COPY of the events takes: the yardstick of the same run.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg
import sqlalchemy as sa
from support.postgres import start_postgres
from support.workspace import AS_OF, PORTAL, Workspace, children

from syncworker.sandbox.server import SandboxServer

_FILL = """
CREATE TABLE accounts AS SELECT 'a' || i AS account_id, 'Company ' || i AS name,
  'company-' || i || '.example' AS domain, timestamptz '{at}' - interval '400 days' AS created_at
  FROM generate_series(1, {accounts}) i;
CREATE TABLE users AS SELECT 'u' || i AS user_id, 'a' || (1 + i % {accounts}) AS account_id,
  'user-' || i || '@company-' || (1 + i % {accounts}) || '.example' AS email,
  timestamptz '{at}' - interval '300 days' AS created_at FROM generate_series(1, {users}) i;
CREATE TABLE events AS SELECT 'e' || i AS event_id, 'u' || (1 + i % {users}) AS user_id,
  (ARRAY['report_created', 'data_imported', 'invite_sent', 'page_viewed'])[1 + i % 4] AS name,
  timestamptz '{at}' - (i % 5184000) * interval '1 second' AS ts,
  timestamptz '{at}' - (i % 5184000) * interval '1 second' AS received_at
  FROM generate_series(1, {events}) i;
CREATE INDEX ON events (received_at, event_id);
CREATE TABLE subscriptions AS SELECT 's' || i AS sub_id, 'a' || i AS account_id,
  CASE WHEN i % 20 = 0 THEN 'past_due' ELSE 'active' END AS status,
  timestamptz '{at}' - interval '200 days' AS started_at, NULL::timestamptz AS cancel_at,
  NULL::timestamptz AS ended_at FROM generate_series(1, {accounts}) i;
CREATE TABLE subscription_items AS SELECT 'i' || i AS item_id, 's' || i AS sub_id,
  1000 + i AS unit_amount, 1 + i % 7 AS quantity, 'month' AS interval, 'EUR' AS currency
  FROM generate_series(1, {accounts}) i;
"""
_MORE = """\
      saas_user_last_seen_at: user_last_seen_at
      saas_health_score: health_score
      saas_subscription_status: subscription_status
metrics:
  key_events: [report_created, data_imported]
"""


class Memory(threading.Thread):
    """The largest resident memory of each process below one, in MiB."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak = pid, dict[int, float]()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.2):
            for pid in _below(self.pid):
                with suppress(OSError):
                    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                        if line.startswith("VmHWM"):
                            self.peak[pid] = int(line.split()[1]) / 1024


def _below(pid: int) -> Iterator[int]:
    for child in children(pid):
        yield child
        yield from _below(child)


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{what:<44} {time.monotonic() - started:8.1f} s", flush=True)


def copy(url: str) -> None:
    """Read the events with COPY and throw them away."""
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with (
        psycopg.connect(plain) as connection,
        connection.cursor() as cursor,
        cursor.copy("COPY (SELECT * FROM events ORDER BY received_at, event_id) TO STDOUT") as out,
    ):
        for _ in out.rows():
            pass


def main(accounts: int, users: int, events: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="large-"))
    with start_postgres(folder / "pg") as url, SandboxServer(limits=True) as server:
        with timed(f"fill: {accounts:,} accounts, {users:,} users, {events:,} events"):
            plain = sa.make_url(url).set(drivername="postgresql")
            with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
                connection.execute(
                    _FILL.format(
                        at=AS_OF.isoformat(), accounts=accounts, users=users, events=events
                    )
                )
            for i in range(1, accounts + 1):
                server.portal.put("companies", {"name": f"{i}", "domain": f"company-{i}.example"})
        (folder / "work").mkdir()
        workspace = Workspace(folder / "work", server)
        workspace.env = {"ACME_TOKEN": server.token, "ACME_DATABASE": url}
        workspace.write_mapping(more=_MORE)
        created = workspace.run("properties", "create", PORTAL)
        assert created.returncode == 0, created.stderr
        with timed("yardstick: psycopg COPY of the events, parsed"):
            copy(url)
        with workspace.worker() as worker:
            memory = Memory(worker.pid)
            memory.start()
            for what in ("first sync", "second sync, nothing changed"):
                server.portal.stats.reset()
                report(what, workspace)
                stats = server.portal.stats
                print(
                    f"  portal counted {stats.requests} requests, {stats.writes} writes, "
                    f"statuses {dict(stats.by_status)}"
                )
            memory.done.set()
        print(
            "peak memory, MiB, largest processes:",
            [round(m) for m in sorted(memory.peak.values(), reverse=True)[:4]],
        )


def report(what: str, workspace: Workspace) -> None:
    while not workspace.socket.exists():
        time.sleep(0.1)
    done = workspace.run(
        "sync", PORTAL, "--as-of", AS_OF.isoformat(), "--enqueue", "--wait", "--format", "json"
    )
    assert done.stdout, done.stderr
    run = json.loads(done.stdout)
    assert run["status"] == "done", (run["status"], run["message"])
    moments = [
        run["created_at"],
        run["summary"]["extracted_at"],
        run["summary"]["computed_at"],
        run["finished_at"],
    ]
    seconds = [
        (datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds()
        for a, b in pairwise(moments)
    ]
    print(
        f"{what}: extract {seconds[0]:.1f} s, compute and plan {seconds[1]:.1f} s, "
        f"push {seconds[2]:.1f} s, in all {run['seconds']:.1f} s; "
        f"{run['summary']['outcomes']}, {run['summary']['rows']:,} rows read, "
        f"{run['summary']['requests']} requests ({run['summary']['writes']} writes)",
        flush=True,
    )


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:]] or [2_000, 20_000, 2_000_000]
    main(*sizes)
