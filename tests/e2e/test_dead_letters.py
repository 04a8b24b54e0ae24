"""Dead letters from end to end: found by cause, tried again from today's values, or discarded."""

from __future__ import annotations

import json

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
def test_they_are_listed_and_tried_again_from_todays_values(letters: Workspace) -> None:
    listed = letters.run("dead-letters", "list")
    assert listed.returncode == 0, listed.stderr
    assert f"INVALID_OPTION  companies.{PLAN}  1 record  first seen" in listed.stdout
    assert "= retry after the fix: syncworker dead-letters retry acme --cause INVALID_OPTION" in (
        listed.stdout
    )
    assert "2 open dead letters. Next: mend the causes" in listed.stdout

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


@pytest.mark.long
def test_at_the_portal_a_known_cause_costs_no_write_and_a_mend_is_noticed_in_the_next_run(
    synced: Workspace,
) -> None:
    set_options(synced, "none", "trialing", "active", "canceled")  # remembered with `past_due` too
    synced.sql("UPDATE subscriptions SET status = 'past_due' WHERE sub_id = 's5'")
    stats = synced.portal.stats

    stats.reset()
    assert synced.sync()["exit"] == 3
    assert stats.writes > 0, "the definition that is remembered still has the option"
    assert synced.sync()["exit"] == 3  # what else changed of the record goes through
    stats.reset()
    again = synced.sync()
    assert (again["exit"], stats.writes) == (3, 0)
    assert [one["cause"] for one in again["dead_letters"]] == ["INVALID_OPTION"]
    assert stats.reads == 3, "the definitions of two objects, and how much of the day is used"

    set_options(synced, "none", "trialing", "active", "canceled", "past_due")
    assert synced.sync()["exit"] == 0
    (company,) = (
        one
        for one in synced.portal.records("companies").live.values()
        if one.values["domain"] == "company-5.example"
    )
    assert company.values[PLAN] == "past_due"
