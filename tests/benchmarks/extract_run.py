"""Extracting a large table, beside a COPY of it, and killed on its way.

    python tests/benchmarks/extract_run.py [EVENTS [KILLS]]

A PostgreSQL source and `syncworker extract` at the default settings. Prints the extraction's rows a
second and the peak of its resident memory (imports included), and beside it what a plain psycopg
COPY of the same table takes: raw, and parsed into rows. Then starts anew from empty staging, kills
the process several times with SIGKILL, and compares what is staged with the table, row by row.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl
import psycopg
import sqlalchemy as sa
from support.killed_extraction import MAPPING, extract, kill_after, staged_files, staged_rows
from support.postgres import start_postgres
from support.workspace import AS_OF, PORTAL, Workspace

from syncworker.sandbox.server import SandboxServer

_FILL = """
CREATE TABLE events AS SELECT 'e' || i AS event_id, 'u' || (1 + i % 20000) AS user_id,
  (ARRAY['report_created', 'data_imported', 'invite_sent', 'page_viewed'])[1 + i % 4] AS name,
  timestamptz '{at}' - (i % 5184000) * interval '1 second' AS ts,
  timestamptz '{at}' - (i % 5184000) * interval '1 second' AS received_at,
  CASE WHEN i % 5 = 0 THEN i % 97 END::float8 AS quantity,
  jsonb_build_object('page', i % 13) AS props
  FROM generate_series(1, {events}) i;
CREATE INDEX ON events (received_at, event_id);
ANALYZE events;
"""
_COLUMNS = ("event_id", "user_id", "name", "ts", "received_at", "quantity", "props")
_MOST_MIB = 300


@contextmanager
def timed(what: str, rows: int) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    print(f"{what:<52} {seconds:7.1f} s {rows / seconds:11,.0f} rows/s", flush=True)


def copy(url: str, *, parsed: bool) -> None:
    """Read the events with COPY and throw them away."""
    with (
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy("COPY (SELECT * FROM events ORDER BY received_at, event_id) TO STDOUT") as out,
    ):
        for _ in out.rows() if parsed else out:
            pass


def measured(workspace: Workspace) -> float:
    """Extract in a process of its own and return the peak of its resident memory, in MiB."""
    process = subprocess.Popen(
        [sys.executable, "-m", "syncworker", "extract", PORTAL],
        cwd=workspace.folder,
        env=workspace.environment(),
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / 1024


def compare(workspace: Workspace, url: str, events: int) -> None:
    """The staged rows are the table's, once each: by key, and by all columns in its order."""
    rows = staged_rows(workspace)
    assert rows.height == events, (rows.height, events)
    assert rows["event_id"].n_unique() == events
    rows = rows.select(_COLUMNS).sort("received_at", "event_id")
    differing, place = 0, 0
    with psycopg.connect(url) as connection, connection.cursor("all") as cursor:
        connection.execute("SET TIME ZONE 'UTC'")
        cursor.execute(
            "SELECT event_id, user_id, name, ts, received_at, quantity, props::text "
            'FROM events ORDER BY received_at, event_id COLLATE "C"'
        )
        while batch := cursor.fetchmany(50_000):
            there = pl.DataFrame(batch, schema=rows.schema, orient="row")
            here = rows.slice(place, len(batch))
            differing += int((here.hash_rows(seed=1) != there.hash_rows(seed=1)).sum())
            differing += here.height != there.height
            place += len(batch)
    print(f"staged rows: {rows.height:,}, keys once each, rows that differ: {differing}")
    assert differing == 0
    assert place == events


def main(events: int, kills: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="extract-"))
    folder.chmod(0o755)
    with start_postgres(folder / "pg") as url, SandboxServer() as server:
        plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with timed(f"fill: {events:,} events", events), psycopg.connect(plain) as connection:
            connection.execute(_FILL.format(at=AS_OF.isoformat(), events=events))
        workspace = Workspace(folder / "work", server)
        workspace.write_mapping(MAPPING)
        workspace.env = {"ACME_TOKEN": server.token, "ACME_DATABASE": url}
        with timed("yardstick: COPY, raw", events):
            copy(plain, parsed=False)
        with timed("yardstick: COPY, parsed into rows", events):
            copy(plain, parsed=True)
        with timed("syncworker extract, process and imports included", events):
            peak = measured(workspace)
        print(f"peak resident memory: {peak:.0f} MiB of {_MOST_MIB}", flush=True)
        compare(workspace, plain, events)

        pages = len(staged_files(workspace))
        shutil.rmtree(workspace.folder / ".syncworker")
        workspace.env["SYNCWORKER_LEASE_SECONDS"] = "1"
        killed = sum(kill_after(workspace, max(1, pages // (kills + 2))) for _ in range(kills))
        assert extract(workspace)["status"] == "done"
        print(f"from empty staging, killed {killed} times on its way, then to its end")
        assert killed == kills
        compare(workspace, plain, events)
        assert peak < _MOST_MIB


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:]]
    main(*(numbers + [2_000_000, 5][len(numbers) :]))
