"""`extract`, `sources` and `staging` as an operator runs them, on good input and on bad."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.workspace import MAPPING, PORTAL, Workspace


def rows(output: str) -> dict[str, list[str]]:
    """The lines of a table by their first column."""
    return {line.split()[0]: line.split() for line in output.splitlines() if line.strip()}


def test_extract_stages_all_streams_and_says_how_they_were_read(workspace: Workspace) -> None:
    done = workspace.run("extract", PORTAL)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert found["app.accounts"][1:5] == ["12", "rows", "0", "rejected"]
    assert found["app.events"][-1] == "whole"
    assert re.search(r"^Run \S+: done\. \d+ rows read\. ", done.stdout, re.MULTILINE)
    assert done.stdout.endswith(f"Next: syncworker plan {PORTAL}\n")

    again = workspace.run("extract", PORTAL, "--stream", "events")
    assert rows(again.stdout)["app.events"][-3:] == ["new", "and", "changed"]
    assert "app.accounts" not in again.stdout
    full = workspace.run("extract", PORTAL, "--stream", "app.events", "--full")
    assert rows(full.stdout)["app.events"][-1] == "whole"


def test_extract_tells_json_and_rejected_rows(workspace: Workspace) -> None:
    workspace.sql("INSERT INTO users VALUES ('u-bad', 'a1', 'max at example', NULL)")
    done = workspace.run("extract", PORTAL, "--format", "json")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    assert (told["schema_version"], told["kind"], told["status"]) == (1, "extract", "rejects")
    (letter,) = told["dead_letters"]
    assert (letter["property"], letter["message"]) == ("email", "is not an e-mail address")


def test_an_unknown_stream_or_portal_is_told_with_what_there_is(workspace: Workspace) -> None:
    done = workspace.run("extract", PORTAL, "--stream", "evnets")
    assert done.returncode == 1
    assert "the mapping of acme has no stream evnets" in done.stderr
    assert "did you mean `events`?" in done.stderr
    done = workspace.run("sources", "check", "nobody")
    assert done.returncode == 1
    assert "portal nobody has no mapping" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_stream_stops_alone_and_its_metrics_are_left_alone(workspace: Workspace) -> None:
    workspace.sql("DROP TABLE events")
    done = workspace.run("sync", PORTAL)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "SOURCE_QUERY  app  1 stream" in done.stdout
    assert "no such table: events" in done.stdout
    plan = workspace.run("plan", PORTAL)
    assert "events could not be read: SOURCE_QUERY" in plan.stdout
    assert re.search(r"left alone: .*usage_28d.*: events could not be read", plan.stdout)
    assert "Traceback" not in done.stderr + plan.stderr
    listed = workspace.run("sources", "list", PORTAL)
    assert re.search(r"^app\.events .*no such table: events", listed.stdout, re.MULTILINE)


def test_sources_check_shows_five_rows_of_each_stream_with_personal_data_masked(
    workspace: Workspace,
) -> None:
    workspace.sql(
        "CREATE TABLE tickets (ticket_id TEXT, email TEXT, opened_at TEXT, text TEXT);"
        "INSERT INTO tickets VALUES ('t1', 'ann@ex.example', '2026-11-01', 'My name is Ann.')",
    )
    workspace.write_mapping(
        MAPPING.replace(
            "      events:", '      tickets: {{query: "SELECT * FROM tickets"}}\n      events:'
        )
    )
    done = workspace.run("sources", "check", PORTAL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "app.accounts  12 rows" in done.stdout
    assert "(15 characters)" in done.stdout
    assert "My name" not in done.stdout
    assert not re.search(r"\w{2,}@", done.stdout), "addresses are masked"
    assert done.stdout.endswith(f"Next: syncworker extract {PORTAL}\n")

    users = workspace.run(
        "sources", "check", PORTAL, "--stream", "users", "--format", "json"
    ).stdout
    told: dict[str, Any] = json.loads(users)
    (stream,) = told["streams"]
    assert stream["stream"] == "app.users"
    assert stream["error"] is None
    assert len(stream["rows"]["users"]) == 5
    assert not re.search(r"\w{2,}@", users)
    assert workspace.run("staging", "stats", PORTAL).stdout.splitlines()[1].startswith("total")


def test_sources_check_tells_what_cannot_be_read_and_what_does_not_fit(
    workspace: Workspace,
) -> None:
    workspace.sql("DELETE FROM accounts; INSERT INTO accounts VALUES (NULL, 'x', NULL, NULL)")
    done = workspace.run("sources", "check", PORTAL, "--stream", "accounts")
    assert done.returncode == 3
    assert "rejected: query of accounts:1: account_id is missing" in done.stdout
    workspace.sql("DROP TABLE users")
    done = workspace.run("sources", "check", PORTAL)
    assert done.returncode == 1
    assert "app.users  cannot be read (SOURCE_QUERY)" in done.stdout
    assert "= help: Run the query of users" in done.stdout


@pytest.mark.long
def test_sources_list_and_staging_stats_tell_what_is_staged(workspace: Workspace) -> None:
    before = workspace.run("sources", "list", PORTAL)
    assert rows(before.stdout)["app.users"][-1] == "never"
    workspace.run("extract", PORTAL)
    listed = json.loads(workspace.run("sources", "list", PORTAL, "--format", "json").stdout)
    accounts = listed["streams"][0]
    assert (accounts["stream"], accounts["rows"], accounts["problem"]) == ("accounts", 12, "")
    assert accounts["read_at"] is not None
    stats = workspace.run("staging", "stats", PORTAL)
    assert rows(stats.stdout)["accounts"][1:4] == ["app", "12", "1"]
    told = json.loads(workspace.run("staging", "stats", PORTAL, "--format", "json").stdout)
    assert {one["stream"] for one in told["streams"]} >= {"accounts", "users", "events"}
    pruned = workspace.run("staging", "prune", PORTAL, "--dry-run")
    assert pruned.returncode == 0
    assert "would drop 0 files of killed runs" in pruned.stdout
    assert "dropped 0 files" in workspace.run("staging", "prune", PORTAL).stdout
