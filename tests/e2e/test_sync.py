"""What a sync sends, what it leaves, and what it says about it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.workspace import AS_OF, MAPPING, PORTAL, Workspace

from syncworker.sandbox.server import SandboxServer

AT = ("--as-of", AS_OF.isoformat())
PROPERTY = "saas_subscription_status"


def later(**by: float) -> tuple[str, str]:
    return "--as-of", (AS_OF + timedelta(**by)).isoformat()


def written(workspace: Workspace, object_name: str = "companies") -> list[dict[str, Any]]:
    """The property values of every input that was sent to a batch of that object."""
    return [
        one["properties"]
        for request in workspace.portal.stats.log
        if f"{object_name}/batch/u" in request.path
        for one in json.loads(request.body)["inputs"]
    ]


def company(workspace: Workspace, number: int) -> dict[str, str]:
    """The values of the company in HubSpot."""
    found = workspace.portal.records("companies").live.values()
    return next(c.values for c in found if c.values["domain"] == f"company-{number}.example")


def set_options(workspace: Workspace, *options: str) -> None:
    """An admin edits the options of the status property."""
    definitions = workspace.portal.records("companies").definitions
    body = {"options": [{"value": option, "label": option} for option in options]}
    definitions.update(PROPERTY, body, workspace.portal.now())


def test_a_second_sync_at_the_same_moment_asks_hubspot_for_nothing(synced: Workspace) -> None:
    done = synced.run("sync", PORTAL, *AT)

    assert done.returncode == 0
    assert "0 sent, 24 unchanged, 0 HubSpot requests (0 writes)" in done.stdout
    assert synced.portal.stats.requests == 0


def test_a_plan_writes_nothing_and_names_the_next_command(workspace: Workspace) -> None:
    before = workspace.portal.stats.writes

    done = workspace.run("plan", PORTAL, *AT)

    assert done.returncode == 0
    assert workspace.portal.stats.writes == before
    assert "Plan: 12 create, 12 update, 0 unchanged, 2 HubSpot requests, about 1 s" in done.stdout
    assert done.stdout.endswith("Next: syncworker sync acme\n")
    assert not company(workspace, 1).get("saas_mrr")


def test_the_sync_after_a_plan_sends_what_the_plan_said(workspace: Workspace) -> None:
    assert workspace.run("plan", PORTAL, *AT).returncode == 0

    assert workspace.sync()["summary"]["outcomes"] == {"sent": 24}
    assert company(workspace, 3)["saas_mrr"] == "10.03"
    assert company(workspace, 3)[PROPERTY] == "active"


@pytest.mark.long
def test_of_a_thousand_accounts_one_that_changed_is_one_request_with_one_property(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    sandbox.portal = type(sandbox.portal)()
    workspace = Workspace(tmp_path, sandbox)
    workspace.write_mapping(MAPPING.partition("  contacts:")[0])
    workspace.ready(1000)
    assert workspace.sync()["status"] == "done"
    workspace.sql("UPDATE subscription_items SET unit_amount = 99900 WHERE item_id = 'i7'")
    workspace.portal.stats.reset()

    done = workspace.run("sync", PORTAL, *AT)

    assert "1 sent, 999 unchanged, 1 HubSpot request (1 write)" in done.stdout
    assert workspace.portal.stats.requests == 1
    assert written(workspace) == [{"saas_mrr": "999"}]


@pytest.mark.long
def test_of_a_hundred_records_one_invalid_is_a_dead_letter_with_the_fix_and_later_gets_through(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    sandbox.portal = type(sandbox.portal)()
    workspace = Workspace(tmp_path, sandbox)
    workspace.write_mapping(MAPPING.partition("  contacts:")[0])
    workspace.ready(100)
    set_options(workspace, "none", "trialing", "active", "canceled")
    workspace.sql("UPDATE subscriptions SET status = 'past_due' WHERE sub_id = 's5'")

    done = workspace.run("sync", PORTAL, *AT)

    assert done.returncode == 3
    assert "rejects. 99 sent, 0 unchanged, 1 rejected, 1 dead letter" in done.stdout
    assert f"INVALID_OPTION  companies.{PROPERTY}  1 record" in done.stdout
    assert f"a5: `{PROPERTY}` has no option `past_due` in the portal" in done.stdout
    assert f"= help: add the option to {PROPERTY} in HubSpot" in done.stdout
    assert done.stdout.endswith("Next: syncworker dead-letters list acme\n")
    assert all(company(workspace, n).get("saas_mrr") for n in range(100))
    assert sum(bool(company(workspace, n).get(PROPERTY)) for n in range(100)) == 99
    listed = workspace.run("dead-letters", "list", PORTAL)
    assert listed.returncode == 0
    assert "a5: `" in listed.stdout
    assert "1 open dead letter. Next: mend the causes, then syncworker sync acme" in listed.stdout

    set_options(workspace, "none", "trialing", "active", "canceled", "past_due")
    again = workspace.run("sync", PORTAL, *AT)

    assert again.returncode == 0, again.stdout
    assert "1 sent, 99 unchanged" in again.stdout
    assert company(workspace, 5)[PROPERTY] == "past_due"
    resolved = workspace.run("dead-letters", "list", PORTAL).stdout
    assert resolved == "No open dead letters. Next: syncworker sync acme\n"


def test_an_mrr_that_cannot_be_told_keeps_its_last_value_and_says_why(synced: Workspace) -> None:
    synced.sql(
        "INSERT INTO subscription_items VALUES ('i5-usd', 's5', 900, 1, 'month', 'USD');"
        "UPDATE subscription_items SET unit_amount = NULL WHERE item_id = 'i6'"
    )

    done = synced.run("sync", PORTAL, *AT)
    plan = synced.run("plan", PORTAL, *AT)

    assert done.returncode == 0, done.stdout
    assert company(synced, 5)["saas_mrr"] == "10.05"
    assert company(synced, 6)["saas_mrr"] == "10.06"
    assert synced.portal.stats.writes == 0
    assert "saas_mrr  10.05" in plan.stdout
    assert "kept: MRR in several currencies (EUR, USD)" in plan.stdout


def test_a_property_the_portal_lacks_stops_the_sync_and_names_the_command(
    workspace: Workspace,
) -> None:
    workspace.write_mapping(MAPPING.replace("saas_churned: churned", "saas_gone: churned"))

    stopped = workspace.run("sync", PORTAL, *AT)

    assert stopped.returncode == 1
    assert "portal acme lacks 1 mapped property: companies.saas_gone" in stopped.stdout
    assert "= help: syncworker properties create acme" in stopped.stdout

    created = workspace.run("properties", "create", PORTAL)
    assert created.returncode == 0
    assert "companies: created 1: saas_gone" in created.stdout
    assert "contacts: nothing was missing" in created.stdout
    assert workspace.sync()["status"] == "done"


def test_a_property_of_another_type_stops_the_sync_before_anything_is_read(
    workspace: Workspace,
) -> None:
    workspace.write_mapping(MAPPING.replace("saas_churned: churned", "saas_mrr_2: mrr"))
    definitions = workspace.portal.records("companies").definitions
    text = {"name": "saas_mrr_2", "label": "x", "type": "date", "fieldType": "date"}
    definitions.create({**text, "groupName": "saas_metrics"}, workspace.portal.now())

    stopped = workspace.run("sync", PORTAL, *AT)

    assert stopped.returncode == 1
    assert "date in the portal, which `mrr` (money) cannot fill" in stopped.stdout


def test_a_property_taken_out_of_the_mapping_is_left_alone_and_the_plan_says_so(
    synced: Workspace,
) -> None:
    kept = company(synced, 2)["saas_usage_28d"]
    synced.write_mapping(MAPPING.replace("      saas_usage_28d: usage_28d\n", ""))

    plan = synced.run("plan", PORTAL, *AT)
    assert synced.sync()["status"] == "done"

    left = "  left alone: companies saas_usage_28d: no longer in the mapping\n"
    assert left in plan.stdout
    assert company(synced, 2)["saas_usage_28d"] == kept == "5"
    assert written(synced) == []


def test_a_computation_time_alone_is_never_sent_before_its_seven_days_are_over(
    synced: Workspace,
) -> None:
    assert synced.run("sync", PORTAL, *later(hours=20)).returncode == 0
    assert synced.portal.stats.requests == 0


def test_a_computation_time_rides_along_with_a_change_of_its_record(synced: Workspace) -> None:
    synced.sql("UPDATE subscription_items SET unit_amount = 5000 WHERE item_id = 'i7'")

    assert synced.run("sync", PORTAL, *later(hours=1)).returncode == 0

    moment = "2026-11-20T13:00:00.000Z"
    assert written(synced) == [{"saas_mrr": "50", "saas_health_computed_at": moment}]


def test_rejected_source_rows_are_reported_with_place_position_field_and_reason(
    workspace: Workspace,
) -> None:
    workspace.sql("""
        UPDATE accounts SET domain = 'not a domain' WHERE account_id = 'a3';
        UPDATE users SET email = 'jane.doe_at_home' WHERE user_id = 'u4';
        UPDATE events SET ts = 'yesterday' WHERE event_id = 'e5-0';
        UPDATE subscription_items SET quantity = 'many' WHERE item_id = 'i6';
    """)

    done = workspace.run("sync", PORTAL, *AT)

    assert done.returncode == 3
    assert "4 source rows rejected" in done.stdout
    for place, reason in (
        ("accounts.domain", "a3 (app, query of accounts:6): is not a web domain"),
        ("users.email", "u4 (app, query of users:7): is not an e-mail address"),
        ("events.ts", "e5-0 (app, query of events:"),
        ("subscription_items.quantity", "i6 (app, query of subscription_items:9): "),
    ):
        assert f"ROW_REJECTED  {place}  1 row" in done.stdout
        assert reason in done.stdout
    assert company(workspace, 2)["saas_mrr"] == "10.02"


def test_two_companies_with_one_domain_are_a_conflict_that_names_both_ids(
    workspace: Workspace,
) -> None:
    twin = workspace.portal.put("companies", {"name": "Twin", "domain": "company-1.example"})
    first = company(workspace, 1)["hs_object_id"]

    done = workspace.run("sync", PORTAL, *AT)

    assert done.returncode == 3
    assert "LINK_CONFLICT  companies.domain  1 record" in done.stdout
    message = "a1: HubSpot has 2 companies with domain company-1.example"
    assert f"{message} (ids {first}, {twin.id})" in done.stdout
    assert "= help: merge them in HubSpot, or match by a unique property" in done.stdout
    assert "saas_mrr" not in twin.values


def test_two_accounts_with_one_domain_are_both_reported_and_neither_is_written(
    workspace: Workspace,
) -> None:
    workspace.sql("UPDATE accounts SET domain = 'company-2.example' WHERE account_id = 'a9'")

    done = workspace.run("sync", PORTAL, *AT)

    assert done.returncode == 3
    assert "LINK_CONFLICT  companies.domain  2 records" in done.stdout
    assert "2 source rows have the domain company-2.example: a2, a9" in done.stdout
    assert "saas_mrr" not in company(workspace, 2)
    assert company(workspace, 3)["saas_mrr"] == "10.03"


def test_an_account_hubspot_does_not_have_is_not_created_and_the_plan_says_why(
    workspace: Workspace,
) -> None:
    workspace.sql("UPDATE accounts SET domain = 'nobody.example' WHERE account_id = 'a9'")

    plan = workspace.run("plan", PORTAL, *AT)

    assert plan.returncode == 0
    assert "1 not linked" in plan.stdout
    assert "  left alone: 1 record: HubSpot has none with this domain\n" in plan.stdout
    assert workspace.sync()["status"] == "done"
    assert len(workspace.portal.records("companies").live) == 12


@pytest.mark.long
def test_no_output_shows_an_e_mail_address(workspace: Workspace) -> None:
    workspace.sql("""
        UPDATE users SET email = 'jane.doe@company-1.example' WHERE user_id IN ('u1', 'u2');
        UPDATE users SET user_id = 'john.roe@company-3.example' WHERE user_id = 'u3';
    """)

    for command in (
        ("plan", PORTAL, *AT),
        ("plan", PORTAL, *AT, "--format", "json"),
        ("sync", PORTAL, *AT),
        ("dead-letters", "list", PORTAL),
    ):
        done = workspace.run(*command)
        output = done.stdout + done.stderr
        assert "2 source rows have the email j…@company-1.example" in output
        for person in ("jane.doe", "john.roe", "user@"):
            assert person not in output
