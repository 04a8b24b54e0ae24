"""Dead letters from end to end: found by cause, tried again from today's values, or discarded."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from support.workspace import PORTAL, Workspace

PLAN = "saas_subscription_status"


def set_options(workspace: Workspace, *values: str) -> None:
    options = [{"label": v.title(), "value": v} for v in values]
    companies = workspace.portal.records("companies")
    companies.definitions.update(PLAN, {"options": options}, workspace.portal.now())


@pytest.fixture
def letters(workspace: Workspace) -> Workspace:
    """A portal that lacks an option, and a user whose address is none."""
    workspace.sql("UPDATE users SET email = 'nobody' WHERE user_id = 'u4'")
    workspace.sql("UPDATE subscriptions SET status = 'past_due' WHERE sub_id = 's5'")
    set_options(workspace, "none", "trialing", "active", "canceled")
    assert workspace.sync()["exit"] == 3
    return workspace


@pytest.mark.long
def test_they_are_listed_shown_exported_retried_and_discarded(
    letters: Workspace, tmp_path: Path
) -> None:
    listed = letters.run("dead-letters", "list")
    assert listed.returncode == 0, listed.stderr
    assert f"INVALID_OPTION  companies.{PLAN}  1 record  first seen" in listed.stdout
    assert "= retry after the fix: syncworker dead-letters retry acme --cause INVALID_OPTION" in (
        listed.stdout
    )
    assert "2 open dead letters. Next: mend the causes" in listed.stdout

    shown = letters.run("dead-letters", "show", PORTAL, "a5")
    assert shown.returncode == 0
    assert f"property       {PLAN}" in shown.stdout
    assert shown.stdout.endswith("syncworker dead-letters retry acme --key a5\n")
    nobody = letters.run("dead-letters", "show", PORTAL, "a99")
    assert (nobody.returncode, "has no such dead letter" in nobody.stderr) == (1, True)

    open_file = letters.run("dead-letters", "export", PORTAL, "--with-personal-data")
    assert (open_file.returncode, "needs --out" in open_file.stderr) == (64, True)
    out = tmp_path / "letters.csv"
    written = letters.run(
        "dead-letters", "export", PORTAL, "--out", str(out), "--with-personal-data"
    )
    assert written.returncode == 0, written.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_text().count("\n") == 3

    still = letters.run("dead-letters", "retry", PORTAL, "--cause", "INVALID_OPTION")
    assert still.returncode == 3, still.stdout + still.stderr
    assert "still open  a5  INVALID_OPTION" in still.stdout
    assert still.stdout.endswith("Next: syncworker dead-letters list acme\n")

    set_options(letters, "none", "trialing", "active", "canceled", "paused", "past_due")
    letters.sql("UPDATE subscriptions SET status = 'active' WHERE sub_id = 's5'")
    letters.sql("UPDATE users SET email = 'u4@company-4.example' WHERE user_id = 'u4'")
    done = letters.run("dead-letters", "retry", PORTAL, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert [one["kind"] for one in told["runs"]] == ["extract", "sync"]
    assert {one["came_to"] for one in told["letters"]} == {"got through"}
    (company,) = (
        one
        for one in letters.portal.records("companies").live.values()
        if one.values["domain"] == "company-5.example"
    )
    assert company.values[PLAN] == "active", "today's value, not the one that was refused"
    assert letters.run("dead-letters", "retry", PORTAL).stdout.startswith("No open dead letters.")
    wrong = letters.run("dead-letters", "retry", PORTAL, "--cause", "NO_SUCH")
    assert wrong.returncode == 1


@pytest.mark.long
def test_a_discarded_one_needs_a_reason_and_comes_back_only_as_another(
    letters: Workspace,
) -> None:
    for arguments in (
        ("--cause", "INVALID_OPTION"),
        ("--reason", "x"),
        ("--all", "--cause", "INVALID_OPTION", "--reason", "x"),
        ("--all", "--reason", " "),
        ("--all", "--reason", "nobody can be asked"),
    ):
        refused = letters.run("dead-letters", "discard", PORTAL, *arguments)
        assert refused.returncode == 64, refused.stdout
    done = letters.run(
        *("dead-letters", "discard", PORTAL, "--all", "--reason", "test rows", "--yes")
    )
    assert done.returncode == 0, done.stderr
    assert "Discarded 2 dead letters. Next: syncworker dead-letters list acme --all" in done.stdout
    assert letters.sync()["exit"] == 0
    assert letters.run("dead-letters", "list", PORTAL).stdout.startswith("No open dead letters.")
    assert "1 record: test rows" in letters.run("dead-letters", "list", PORTAL, "--all").stdout

    letters.sql("UPDATE subscriptions SET status = 'paused' WHERE sub_id = 's5'")
    assert letters.sync()["exit"] == 3, "another value"
    listed = json.loads(letters.run("dead-letters", "list", "--json").stdout)
    assert [one["keys"] for one in listed["groups"]] == [["a5"]]
