"""`backfill` and `runs` as their users type them; Ctrl-C in the middle of a sync."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import pytest
from support.workspace import PORTAL, Workspace, wait_until

from syncworker.sandbox.faults import Fault

SMALL = {"SYNCWORKER_PUSH_CHUNK_RECORDS": "5"}


def state(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(workspace.folder / ".syncworker" / "state.db")) as connection:
        return connection.execute(query).fetchall()


def begun(workspace: Workspace, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "syncworker", *arguments],
        cwd=workspace.folder,
        env=workspace.environment(SMALL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.long
def test_a_backfill_says_what_it_takes_and_runs(synced: Workspace) -> None:
    dry = synced.run("backfill", PORTAL, "--from", "2026-11-01", "--to", "2026-11-15", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "app.events" in dry.stdout
    assert "2 slices" in dry.stdout
    assert "(under 0.01 % of a day's 625,000; " in dry.stdout
    assert dry.stdout.splitlines()[-1].startswith(f"Next: syncworker backfill {PORTAL} --from")

    done = synced.run("backfill", PORTAL, "--from", "2026-11-01", "--to", "2026-11-15", "--json")
    run = json.loads(done.stdout)
    assert (done.returncode, run["kind"], run["status"]) == (0, "backfill", "done"), done.stderr

    wrong = synced.run("backfill", PORTAL, "--from", "2026-11-15", "--to", "2026-11-01")
    assert (wrong.returncode, "does not lie before" in wrong.stderr) == (64, True)


@pytest.mark.long
def test_ctrl_c_stores_the_batch_in_flight_and_the_same_command_goes_on(
    workspace: Workspace,
) -> None:
    late = Fault(path="companies/batch/update", delay=3, times=1)
    workspace.portal.faults.add(late)
    process = begun(workspace, "sync", PORTAL)
    wait_until(lambda: late.times == 0, what="a batch on its way")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130, errors
    assert "finishing what is in flight" in errors
    assert "the same command goes on" in errors
    ((run, status),) = state(workspace, "SELECT id, status FROM runs")
    assert status == "running"
    outcomes = dict(state(workspace, "SELECT status, count(*) FROM plan_records GROUP BY status"))
    assert outcomes["sent"] == 5, "the batch in flight is stored"
    writes = workspace.portal.stats.writes
    shown = workspace.run("runs", "show", run)
    assert "5 of 24 records" in shown.stdout

    again = workspace.run("sync", PORTAL, **SMALL)
    assert again.returncode == 0, again.stderr
    assert f"going on with run {run}" in again.stderr
    assert "24 sent" in again.stdout
    assert workspace.portal.stats.writes - writes == 5, "nothing is sent twice"


@pytest.mark.long
def test_a_second_ctrl_c_stops_at_once(workspace: Workspace) -> None:
    late = Fault(path="companies/batch/update", delay=20, times=1)
    workspace.portal.faults.add(late)
    process = begun(workspace, "sync", PORTAL)
    wait_until(lambda: late.times == 0, what="a batch on its way")
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - started < 10
    assert workspace.run("sync", PORTAL, **SMALL).returncode == 0


@pytest.mark.long
def test_a_run_is_paused_watched_resumed_cancelled_and_retried(workspace: Workspace) -> None:
    late = Fault(path="companies/batch/update", delay=20, times=1)
    workspace.portal.faults.add(late)
    process = begun(workspace, "backfill", PORTAL, "--from", "2026-11-01")
    wait_until(lambda: late.times == 0, what="a batch on its way")
    ((run,),) = state(workspace, "SELECT id FROM runs")
    paused = workspace.run("runs", "pause", run)
    assert paused.returncode == 0, paused.stderr
    assert paused.stdout.splitlines()[-1].startswith("Next: syncworker runs ")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert f"Next: syncworker runs resume {run}" in output
    assert state(workspace, "SELECT status FROM runs") == [("paused",)]
    assert "paused, at push for" in workspace.run("runs", "list", "--status", "paused").stdout

    cancelled = workspace.run("runs", "cancel", run)
    assert (cancelled.returncode, "cancelled" in cancelled.stdout) == (0, True)
    assert cancelled.stdout.splitlines()[-1] == f"Next: syncworker runs retry {run}"
    assert workspace.run("runs", "resume", run).returncode == 1
    assert workspace.run("runs", "show", run).returncode == 1
    retried = workspace.run("runs", "retry", run, **SMALL)
    assert retried.returncode == 0, retried.stderr
    assert "24 sent" in retried.stdout
    watched = workspace.run("runs", "watch", run)
    assert (watched.returncode, "24 sent" in watched.stdout) == (0, True)
    assert workspace.run("runs", "watch", "none").returncode == 1
    listed = workspace.run("runs", "list", PORTAL, "--kind", "backfill")
    assert listed.stdout.splitlines()[-1] == f"Next: syncworker runs show {run}"
    again = workspace.run("runs", "retry", run)
    assert (again.returncode, "nothing of it is left to do" in again.stderr) == (1, True)
