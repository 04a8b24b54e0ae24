"""`rollback` and `verify --repair` killed half-way: the same command starts anew, all is free."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from support.workspace import PORTAL, Workspace, wait_until

from syncworker.cli import exits
from syncworker.sandbox.faults import Fault

pytestmark = pytest.mark.long
DEARER = "UPDATE subscription_items SET unit_amount = unit_amount + 5000"


def mrrs(workspace: Workspace) -> list[str]:
    """What HubSpot holds."""
    companies = workspace.portal.records("companies").live.values()
    return sorted(company.values["saas_mrr"] for company in companies)


def killed(workspace: Workspace, fault: Fault, *words: str) -> None:
    """A command that dies while HubSpot's answer is on the way."""
    workspace.portal.faults.add(fault)
    line = (sys.executable, "-m", "syncworker", *words)
    process = subprocess.Popen(line, cwd=workspace.folder, env=workspace.environment())
    wait_until(lambda: fault.times == 0, what="the request")
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    workspace.portal.faults.clear()


def again(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    """The same command, once the dead one's lease has passed."""
    found: list[subprocess.CompletedProcess[str]] = []

    def free() -> bool:
        found.append(workspace.run(*words))
        return found[-1].returncode != exits.LOCKED

    wait_until(free, what="the lease's end")
    return found[-1]


FAULTS = [
    lambda: Fault(path="companies/batch/read", delay=30),
    lambda: Fault(path="companies/batch/update", delay=30),
    lambda: Fault(path="companies/batch/update", late=30),
]
IDS = ["while it looks", "before a write", "after a write"]


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_a_rollback_that_was_killed_starts_anew_and_its_run_is_closed(
    synced: Workspace, fault: Callable[[], Fault]
) -> None:
    synced.env["SYNCWORKER_LEASE_SECONDS"] = "2"
    before = mrrs(synced)
    synced.sql(DEARER)
    run = synced.sync_now()["id"]
    assert mrrs(synced) != before
    words = ("rollback", run, "--yes")
    killed(synced, fault(), *words)

    done = again(synced, *words)

    assert done.returncode == exits.OK, done.stdout + done.stderr
    assert mrrs(synced) == before
    _is_closed(synced, "rollback")
    synced.sql("UPDATE subscription_items SET unit_amount = unit_amount - 5000")
    assert synced.run("sync", PORTAL).returncode == exits.OK


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_a_repair_that_was_killed_starts_anew_and_its_run_is_closed(
    synced: Workspace, fault: Callable[[], Fault]
) -> None:
    synced.env["SYNCWORKER_LEASE_SECONDS"] = "2"
    before = mrrs(synced)
    for id_ in list(synced.portal.records("companies").live):
        synced.portal.put("companies", {"saas_mrr": "1"}, id_)
    words = ("verify", PORTAL, "--repair", "--yes", "--force")
    killed(synced, fault(), *words)

    done = again(synced, *words)

    assert done.returncode == exits.OK, done.stdout + done.stderr
    assert mrrs(synced) == before
    _is_closed(synced, "repair")
    assert synced.run("verify", PORTAL).returncode == exits.OK


def _is_closed(workspace: Workspace, kind: str) -> None:
    listed = workspace.run("runs", "list", "--kind", kind).stdout
    lines = [line for line in listed.splitlines() if f" {kind} " in line]
    assert (len(lines), " failed " in lines[1]) == (2, True), listed
