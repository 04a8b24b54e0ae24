"""Workers that are killed: the run goes on, and the portal ends as planned."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from support.workspace import PORTAL, Workspace, children, kill_tree, wait_until

from syncworker.sandbox.faults import Fault
from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.long

ACCOUNTS = 60


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with SandboxServer() as server:
        workspace = Workspace(tmp_path, server)
        workspace.ready(ACCOUNTS)
        yield workspace


def state(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    """Ask the state database."""
    with closing(sqlite3.connect(workspace.folder / ".syncworker" / "state.db")) as connection:
        return connection.execute(query).fetchall()


def enqueue(workspace: Workspace) -> None:
    """Start a sync by the workers, once they are there."""
    wait_until(workspace.socket.exists, what="the broker")
    done = workspace.run("sync", PORTAL, "--enqueue")
    assert done.returncode == 0, done.stderr


def ended(workspace: Workspace) -> bool:
    return bool(state(workspace, "SELECT 1 FROM runs WHERE finished_at IS NOT NULL"))


def celery_main(worker_pid: int) -> int:
    """The process whose children do the tasks; the beat and the broker are others."""
    for pid in children(worker_pid):
        with suppress(OSError):
            if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    raise AssertionError("no Celery process")


def pool(workspace: Workspace) -> list[int]:
    """The worker's children that do tasks (the beat is a child too), as Celery tells."""
    with Celery(broker=f"redis+socket://{workspace.socket}?virtual_host=0") as app:
        stats = None
        for _ in range(10):  # a worker that is just starting does not answer yet
            stats = stats or app.control.inspect(timeout=3, limit=1).stats()
    assert stats, workspace.log()
    return [pid for worker in stats.values() for pid in worker["pool"]["processes"]]


def kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def portal_equals_plan(workspace: Workspace) -> None:
    """Every company and contact holds what the ledger says was confirmed, and all are there."""
    assert state(workspace, "SELECT status FROM runs") == [("done",)], workspace.log()
    ledger = state(workspace, 'SELECT object, hubspot_id, "values" FROM ledger')
    assert len(ledger) == 2 * ACCOUNTS
    assert state(workspace, "SELECT DISTINCT status FROM plan_records") == [("sent",)]
    companies = workspace.portal.records("companies").live.values()
    mrr = {company.values["domain"]: float(company.values["saas_mrr"]) for company in companies}
    assert mrr == {f"company-{i}.example": (1000 + i) / 100 for i in range(ACCOUNTS)}
    contacts = workspace.portal.records("contacts").live.values()
    addresses = sorted(contact.values["email"] for contact in contacts)
    assert addresses == sorted(f"user@company-{i}.example" for i in range(ACCOUNTS))


def extracting(workspace: Workspace) -> bool:
    """Some pages of the events are staged, and not all."""
    rows = state(
        workspace, "SELECT progress FROM chunks WHERE step = 'extract' AND status = 'running'"
    )
    return any('"pages": 0' not in row[0] and "pages" in row[0] for row in rows)


@pytest.mark.parametrize("moment", ["extracting", "computing", "pushing"])
def test_a_killed_worker_loses_nothing_and_its_run_goes_on_after_lease_and_tick(
    workspace: Workspace, moment: str
) -> None:
    reached = {
        "extracting": lambda: extracting(workspace),
        "computing": lambda: (
            workspace.portal.stats.reads > before and running(workspace, "compute")
        ),
        "pushing": lambda: bool(workspace.portal.stats.writes > writes) or late.times == 0,
    }
    before, writes = workspace.portal.stats.reads, workspace.portal.stats.writes
    late = Fault(path="companies/batch/update", late=30)
    if moment == "pushing":
        workspace.portal.faults.add(late)
    if moment == "computing":
        workspace.portal.faults.add(Fault(path="contacts/batch/read", delay=30))
    small = {"SYNCWORKER_PAGE_ROWS": "2" if moment == "extracting" else "20000"}
    with workspace.worker(**small) as worker:
        enqueue(workspace)
        wait_until(reached[moment], what=moment)
        kill_tree(worker.pid)
    assert not ended(workspace)
    workspace.portal.faults.clear()
    with workspace.worker():
        started = time.monotonic()
        wait_until(lambda: ended(workspace), seconds=40, what="the run's end")
        took = time.monotonic() - started
    portal_equals_plan(workspace)
    # Lease 2 s and tick 1 s, beside the worker's own start: far from the visibility timeout.
    assert took < 30


def running(workspace: Workspace, step: str) -> bool:
    return (step,) in state(workspace, "SELECT step FROM chunks WHERE status = 'running'")


LONG = {"SYNCWORKER_LEASE_SECONDS": "600", "SYNCWORKER_TICK_SECONDS": "600"}


def test_a_killed_worker_child_has_its_task_run_again_within_seconds(workspace: Workspace) -> None:
    """Lease and tick are ten minutes here: it is the task itself that runs again."""
    late = Fault(path="companies/batch/update", late=60)
    workspace.portal.faults.add(late)
    with workspace.worker(**LONG):
        enqueue(workspace)
        wait_until(lambda: late.times == 0, what="a push with its answer on the way")
        kill(pool(workspace))
        started = time.monotonic()
        wait_until(lambda: ended(workspace), seconds=30, what="the run's end")
        assert time.monotonic() - started < 30
    portal_equals_plan(workspace)


def test_a_chunk_that_kills_every_worker_child_ends_the_run_with_words(
    workspace: Workspace,
) -> None:
    workspace.portal.faults.add(Fault(path="companies/batch/update", hang=60, times=1000))
    with workspace.worker():
        enqueue(workspace)
        asked = 0
        deadline = time.monotonic() + 90
        while not ended(workspace) and time.monotonic() < deadline:
            claims = state(workspace, "SELECT claim FROM chunks WHERE step = 'push' AND claim > 0")
            if claims and asked < claims[0][0] <= 4 and running(workspace, "push"):
                asked = claims[0][0]
                kill(pool(workspace))
            time.sleep(0.05)
    assert state(workspace, "SELECT status, code FROM runs") == [("failed", "CHUNK_POISONED")]
    assert asked == 4  # once, and again three times; the next claim finds it poisoned
    message = state(workspace, "SELECT message FROM runs")[0][0]
    assert "never got further" in message
    workspace.portal.faults.clear()
    assert workspace.sync_now()["status"] == "done"


def test_prefork_children_compute_and_the_main_process_runs_no_polars_query(
    workspace: Workspace,
) -> None:
    """Polars starts its threads (polars-0, polars-1 …) with the first query: only children may."""
    with workspace.worker() as worker:
        enqueue(workspace)
        wait_until(lambda: ended(workspace), what="the run's end")
        main = celery_main(worker.pid)
        polars = {
            pid: sum(
                bool(re.match(r"polars-\d", (task / "comm").read_text()))
                for task in Path(f"/proc/{pid}/task").iterdir()
            )
            for pid in [main, *children(main)]
        }
    portal_equals_plan(workspace)
    assert polars.pop(main) == 0
    assert any(threads for threads in polars.values())
