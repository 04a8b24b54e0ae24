"""A worker on a schedule: it syncs, a new trial is in HubSpot soon, and probes see it live."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.workspace import MAPPING, Workspace, wait_until

_TRIALS = '      trials: {{query: "SELECT * FROM trials", cursor: updated_at}}'
WITH_TRIALS = MAPPING.replace(
    "      subscription_items:", f"{_TRIALS}\n      subscription_items:"
).replace("      saas_mrr: mrr\n", "      saas_mrr: mrr\n      saas_trial: trial_requested_at\n")
SCHEDULE = "schedule: {every: 1d, full_at: 02:00, fast: {every: 1m, streams: [trials]}}"
TRIALS = "CREATE TABLE trials (trial_id TEXT, account_id TEXT, email TEXT, requested_at TEXT, \
started_at TEXT, ends_at TEXT, form_id TEXT, updated_at TEXT)"


def status(workspace: Workspace) -> dict[str, Any]:
    done = workspace.run("status", "acme", "--json")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.long
def test_a_worker_syncs_on_schedule_and_a_new_trial_is_sent_within_minutes(
    workspace: Workspace,
) -> None:
    workspace.sql(TRIALS)
    workspace.write_mapping(WITH_TRIALS, more=SCHEDULE)
    assert workspace.run("properties", "create", "acme").returncode == 0
    now = datetime.now(UTC)
    fresh = (now - timedelta(hours=2)).isoformat()
    workspace.sql("INSERT INTO events VALUES ('new', 'u0', 'x', ?, ?)", [(fresh, fresh)])
    runs = workspace.run("health")
    assert runs.returncode == 1
    assert "FAIL  broker" in runs.stdout

    with workspace.worker():
        wait_until(lambda: "run ended: done" in workspace.log(), what="the scheduled sync")
        healthy = workspace.run("health")
        assert healthy.returncode == 0, healthy.stdout
        assert workspace.run("health", "--worker", "--beat").returncode == 0
        document = status(workspace)
        assert document["workers"] == 1
        (portal,) = document["portals"]
        assert {job["job"] for job in portal["schedule"]} == {"fast", "sync", "full"}
        assert portal["last_run"]["status"] == "done"
        assert portal["requests_today"]["limit"] == 625_000

        asked = datetime.now(UTC).isoformat()
        workspace.sql(
            "INSERT INTO trials VALUES ('t1', 'a1', NULL, ?, ?, NULL, NULL, ?)",
            [(asked, asked, asked)],
        )
        wait_until(lambda: bool(trial_of(workspace, 1)), seconds=150, what="the fast lane")
        assert not trial_of(workspace, 0)
        wait_until(lambda: workspace.log().count("run ended: done") == 2, what="its end")

        assert workspace.run("pause", "acme", "--why", "a move").returncode == 0
        refused = workspace.run("sync", "acme")
        assert refused.returncode == 1
        assert "is paused since" in refused.stderr
        assert workspace.run("resume", "acme").returncode == 0

    gone = workspace.run("health")
    assert gone.returncode == 1
    assert "FAIL  worker    no sign of life" in gone.stdout, "it ended well and is not missed"
    assert status(workspace)["workers"] == 0


def trial_of(workspace: Workspace, number: int) -> str:
    records = workspace.portal.records("companies").live.values()
    domain = f"company-{number}.example"
    (found,) = [r for r in records if r.values.get("domain") == domain]
    return found.values.get("saas_trial") or ""
