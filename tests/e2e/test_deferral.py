"""The portal's daily requests are used up: the run waits for its next day and loses nothing."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing

import pytest
import redis
from support.workspace import AS_OF, PORTAL, Workspace, wait_until

pytestmark = pytest.mark.long

AT = ("--as-of", AS_OF.isoformat())
SAYS = "the portal's daily requests are used up: goes on at "


def ration(workspace: Workspace, requests: int) -> None:
    """So many requests are left today."""
    limits = workspace.portal.limits
    limits.daily = limits.used_today + requests


def midnight(workspace: Workspace) -> None:
    """The portal's next day begins: for HubSpot, for deferred runs, for the workers' budget."""
    workspace.portal.limits.used_today = 0
    workspace.portal.limits.daily = 100_000
    with closing(sqlite3.connect(workspace.folder / ".syncworker" / "state.db")) as state, state:
        state.execute("UPDATE runs SET deferred_until = '2026-01-01 00:00:00.000000'")
    if workspace.socket.exists():
        with closing(redis.Redis(unix_socket_path=str(workspace.socket))) as broker:
            broker.delete(*broker.keys("syncworker:budget:*"))


def deferred(done: subprocess.CompletedProcess[str], help_: str) -> str:
    """The command ended as deferred and says until when; the run's id."""
    assert done.returncode == 6, done.stdout + done.stderr
    assert done.stdout.count(SAYS) == 1, done.stdout
    assert f"  = help: {help_}\n" in done.stdout
    assert "error" not in done.stderr
    return done.stdout.partition("Run ")[2].partition(":")[0]


def everything_is_there(workspace: Workspace) -> None:
    companies = workspace.portal.records("companies").live.values()
    assert sorted(float(c.values["saas_mrr"]) for c in companies) == [
        10 + i / 100 for i in range(12)
    ]
    contacts = workspace.portal.records("contacts").live.values()
    assert len(contacts) == 12, "none was made twice"
    assert all(contact.values["saas_user_usage_28d"] for contact in contacts)


@pytest.mark.parametrize("left", [0, 3, 5])
def test_a_command_says_when_it_goes_on_and_the_same_command_does_after_that(
    workspace: Workspace, left: int
) -> None:
    ration(workspace, left)
    run_id = deferred(workspace.run("sync", PORTAL, *AT), "the same command goes on after that")

    asked = workspace.portal.stats.requests
    again = workspace.run("sync", PORTAL, *AT)
    assert deferred(again, "the same command goes on after that") == run_id
    assert workspace.portal.stats.requests == asked, "HubSpot is not even asked"
    assert "deferred until 20" in workspace.run("runs", "list").stdout
    shown = workspace.run("runs", "show", run_id, "--format", "json")
    assert shown.returncode == 6
    assert json.loads(shown.stdout)["deferred_until"] is not None

    midnight(workspace)
    done = workspace.sync()
    assert (done["id"], done["status"], done["exit"]) == (run_id, "done", 0)
    assert done["summary"]["outcomes"] == {"sent": 24}
    everything_is_there(workspace)


def test_workers_defer_a_run_and_go_on_with_it_by_themselves(workspace: Workspace) -> None:
    ration(workspace, 5)
    with workspace.worker():
        wait_until(workspace.socket.exists, what="the broker")
        waited = workspace.run("sync", PORTAL, *AT, "--enqueue", "--wait")
        deferred(waited, "the workers go on after that by themselves")
        refused = workspace.run("sync", PORTAL, *AT)
        assert refused.returncode == 5
        assert SAYS in refused.stderr

        midnight(workspace)
        wait_until(lambda: " done " in workspace.run("runs", "list").stdout, what="the run's end")
    everything_is_there(workspace)


def test_a_plan_is_deferred_likewise_and_changes_nothing(workspace: Workspace) -> None:
    ration(workspace, 1)
    run_id = deferred(workspace.run("plan", PORTAL, *AT), "the same command goes on after that")
    midnight(workspace)
    planned = workspace.run("plan", PORTAL, *AT)
    assert planned.returncode == 0, planned.stderr
    assert f"going on with run {run_id}" in planned.stderr
    assert "Plan: 12 create, 12 update" in planned.stdout
    assert len(workspace.portal.records("contacts").live) == 0
