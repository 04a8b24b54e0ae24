"""Workers that wait for HubSpot, lose their broker, or are told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.workspace import AS_OF, PORTAL, Workspace, children, wait_until

from syncworker.sandbox.faults import Fault

pytestmark = pytest.mark.long

_ENQUEUE = """
from syncworker import bootstrap, settings
from syncworker.cli.enqueue import enqueue
from syncworker.engine import sync
from syncworker.errors import SettingsError

engine = bootstrap.engine(settings.load())
run = sync.start(engine, "acme", mode="queue")
try:
    enqueue(engine, run)
except SettingsError as error:
    print(error.code, engine.runs.get(run.id).status, engine.runs.running("acme"))
"""


def brokers(worker: int) -> list[int]:
    """Processes of a worker that are its broker."""
    return [
        pid for pid in children(worker) if b"valkey" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def ended(workspace: Workspace) -> bool:
    """Whether the newest run has ended."""
    runs = workspace.run("runs", "list", PORTAL).stdout
    return bool(runs) and "running" not in runs.splitlines()[0]


def test_workers_try_again_later_when_hubspot_fails_for_a_while(workspace: Workspace) -> None:
    fault = Fault(path="companies/batch/update", status=503, times=2)
    workspace.portal.faults.add(fault)
    with workspace.worker(SYNCWORKER_PATIENCE_SECONDS="0.1", SYNCWORKER_TICK_SECONDS="60"):
        wait_until(workspace.socket.exists, what="the broker")
        run = workspace.sync("--enqueue", "--wait")
    assert fault.times == 0
    assert (run["status"], run["exit"]) == ("done", 0), run["message"]
    assert run["summary"]["outcomes"] == {"sent": 24}


def test_a_broker_that_goes_before_it_takes_the_run_leaves_the_portal_free(
    workspace: Workspace,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ENQUEUE],
        cwd=workspace.folder,
        env=workspace.environment({"SYNCWORKER_REDIS_URL": "redis://127.0.0.1:1/0"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "BROKER_UNREACHABLE failed None\n", done.stderr
    assert workspace.run("sync", PORTAL).returncode == 0


def test_a_worker_whose_broker_dies_starts_it_again_and_does_what_was_queued_in_it(
    workspace: Workspace,
) -> None:
    with workspace.worker() as worker:
        wait_until(workspace.socket.exists, what="the broker")
        workspace.portal.faults.add(Fault(path="companies/batch/update", delay=3))
        enqueued = workspace.run("sync", PORTAL, "--enqueue", "--as-of", AS_OF.isoformat())
        assert enqueued.returncode == 0
        wait_until(lambda: bool(brokers(worker.pid)), what="the broker's process")
        os.kill(brokers(worker.pid)[0], signal.SIGKILL)
        wait_until(lambda: "had died: started it again" in workspace.log(), what="a new broker")
        wait_until(lambda: ended(workspace), seconds=180, what="the end of the run")
        again = workspace.sync("--enqueue", "--wait")
    assert (again["status"], again["exit"]) == ("done", 0)
    assert again["summary"]["outcomes"].get("sent", 0) == 0  # the first run sent it all


def test_an_idle_worker_stops_at_once_and_a_busy_one_gives_its_task_back(
    workspace: Workspace,
) -> None:
    late = Fault(path="companies/batch/update", late=60)
    workspace.portal.faults.add(late)
    with workspace.worker(SYNCWORKER_STOP_SECONDS="1") as busy:
        wait_until(workspace.socket.exists, what="the broker")
        assert workspace.run("sync", PORTAL, "--enqueue").returncode == 0
        wait_until(lambda: late.times == 0, what="a push with its answer on the way")
        busy.terminate()
        assert busy.wait(30) == 0
    with workspace.worker(SYNCWORKER_STOP_SECONDS="600") as idle:
        wait_until(lambda: " done " in workspace.run("runs", "list").stdout, what="the run's end")
        idle.terminate()
        assert idle.wait(30) == 0
    assert not workspace.socket.exists()
