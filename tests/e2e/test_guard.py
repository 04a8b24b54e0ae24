"""The guard, and sources that have gone quiet: nothing is cleared by mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.workspace import AS_OF, MAPPING, PORTAL, Workspace

pytestmark = pytest.mark.long

AT = ("--as-of", AS_OF.isoformat())
ALL_CANCELED = "UPDATE subscriptions SET status = 'canceled', ended_at = '2026-11-19T00:00:00Z'"


def companies(workspace: Workspace) -> list[dict[str, str]]:
    live = workspace.portal.records("companies").live.values()
    return [{k: v for k, v in c.values.items() if k.startswith("saas_")} for c in live]


def _without_time(records: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{k: v for k, v in r.items() if k != "saas_health_computed_at"} for r in records]


@pytest.mark.parametrize("command", ["plan", "sync"])
def test_the_guard_refuses_a_plan_that_turns_every_customer_over_and_gives_the_numbers(
    synced: Workspace, command: str
) -> None:
    before = companies(synced)
    synced.sql(ALL_CANCELED)

    refused = synced.run(command, PORTAL, *AT)

    assert refused.returncode == 4
    number = "100 % of companies (12 of 12) would change"
    assert f"{number} saas_churned (limit 30 %, guard.max_flip_percent)" in refused.stdout
    assert f"{number} saas_subscription_status (limit 30 %" in refused.stdout
    assert "often a broken source: look at `syncworker plan acme`" in refused.stdout
    assert "syncworker sync acme --force" in refused.stdout
    assert synced.portal.stats.writes == 0
    assert companies(synced) == before


def test_force_lets_one_run_through_the_guard(synced: Workspace) -> None:
    synced.sql(ALL_CANCELED)

    forced = synced.run("sync", PORTAL, *AT, "--force")

    assert forced.returncode == 0
    assert {c["saas_churned"] for c in companies(synced)} == {"true"}
    assert {c["saas_subscription_status"] for c in companies(synced)} == {"canceled"}


def test_a_mapping_may_raise_the_guards_limit(synced: Workspace) -> None:
    synced.write_mapping(MAPPING, more="guard: {max_flip_percent: 100}")
    synced.sql(ALL_CANCELED)

    assert synced.run("sync", PORTAL, *AT).returncode == 0


@pytest.mark.parametrize("table", ["subscriptions", "accounts", "users", "events"])
def test_a_source_that_is_suddenly_empty_clears_nothing(synced: Workspace, table: str) -> None:
    before = companies(synced)
    synced.sql(f"DELETE FROM {table}")

    done = synced.run("sync", PORTAL, *AT)

    assert done.returncode == 0
    assert companies(synced) == before
    assert synced.portal.stats.writes == 0


def test_the_plan_says_which_metrics_an_empty_source_leaves_alone(synced: Workspace) -> None:
    synced.sql("DELETE FROM subscriptions")

    plan = synced.run("plan", PORTAL, *AT)

    left = "left alone: churned, health_computed_at, mrr, subscription_status: "
    assert f"  {left}subscriptions has no rows\n" in plan.stdout


def test_events_that_have_stopped_leave_the_numbers_made_of_them_alone_and_the_plan_says_so(
    synced: Workspace,
) -> None:
    before = companies(synced)
    late = ("--as-of", (AS_OF + timedelta(days=30)).isoformat())

    plan = synced.run("plan", PORTAL, *late)
    assert synced.run("sync", PORTAL, *late).returncode == 0

    assert "  left alone: usage_28d, user_usage_28d: events is stale" in plan.stdout
    assert "its newest row is of 2026-11-20 11:00 UTC, more than 3 days ago" in plan.stdout
    # Health goes on without what has expired; its time of computation is older than a week.
    assert _without_time(companies(synced)) == _without_time(before)


def test_a_deleted_account_is_left_as_it_was_and_its_neighbours_are_not_touched(
    synced: Workspace,
) -> None:
    before = companies(synced)
    synced.sql("DELETE FROM accounts WHERE account_id = 'a4'")

    assert synced.run("sync", PORTAL, *AT).returncode == 0

    assert companies(synced) == before
