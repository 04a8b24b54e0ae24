"""`syncworker properties`: what a portal has, lacks and cannot take, and making what it lacks."""

from __future__ import annotations

import json

import pytest
from support.workspace import MAPPING, PORTAL, Workspace

pytestmark = pytest.mark.long

KEYED = MAPPING.replace(
    "match: {{property: domain, column: domain}}",
    "match:\n      - {{property: saas_account_id, column: account_id}}\n"
    "      - {{property: domain, column: domain}}",
)
DEALS = """\
  deals:
    match: {property: hs_object_id, column: hubspot_deal_id}
    properties: {recurring_revenue_amount: subscription_mrr, saas_deal_mrr: subscription_mrr}
"""


@pytest.fixture
def lacking(workspace: Workspace) -> Workspace:
    """The portal lacks the companies' key and has no property of deals."""
    workspace.write_mapping(KEYED, more=DEALS)
    return workspace


def test_what_is_there_and_what_would_be_made_is_listed(lacking: Workspace) -> None:
    done = lacking.run("properties", "list", PORTAL)

    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    made = ["to", "create", "string", "text", "saas_metrics", "yes"]
    assert lines["saas_account_id"][1:7] == made
    assert lines["saas_mrr"][1:5] == ["there", "number", "number", "saas_metrics"]
    assert lines["recurring_revenue_amount"][1:3] == ["left", "out"]
    assert done.stdout.splitlines()[-2:] == [
        "2 to create, 0 conflicts.",
        "Next: syncworker properties create acme",
    ]


def test_what_diff_announces_create_makes_and_then_nothing_differs(lacking: Workspace) -> None:
    before = lacking.run("properties", "diff", PORTAL, "--format", "json")
    created = lacking.run("properties", "create", PORTAL)
    after = lacking.run("properties", "diff", PORTAL)

    assert (before.returncode, created.returncode, after.returncode) == (0, 0, 0)
    announced = json.loads(before.stdout)
    assert announced["fits"] is True
    assert announced["objects"]["deals"]["left_out"] == ["recurring_revenue_amount"]
    assert "companies: created 1: saas_account_id" in created.stdout
    assert "contacts: nothing was missing" in created.stdout
    for object_name in ("companies", "deals"):
        (wanted,) = announced["objects"][object_name]["create"]
        made = lacking.portal.objects[object_name].definitions.get(wanted["name"]).definition
        assert (made["type"], made["fieldType"]) == (wanted["type"], wanted["field_type"])
        assert (made["label"], made["groupName"]) == (wanted["label"], wanted["group"])
        assert (made["description"], made["hasUniqueValue"]) == (
            wanted["description"],
            wanted["unique"],
        )
    assert "companies: 0 to create, 0 conflicts" in after.stdout
    assert after.stdout.endswith("Next: syncworker plan acme\n")


def test_a_conflict_is_said_with_its_fix_and_nothing_is_created_meanwhile(
    lacking: Workspace,
) -> None:
    deals, now = lacking.portal.objects["deals"].definitions, lacking.portal.now()
    date = {"name": "saas_deal_mrr", "label": "MRR", "type": "date", "fieldType": "date"}
    deals.create({**date, "groupName": "dealinformation"}, now)
    companies = lacking.portal.objects["companies"].definitions
    companies.archive("saas_mrr", now)

    diff = lacking.run("properties", "diff", PORTAL)
    created = lacking.run("properties", "create", PORTAL)
    online = lacking.run("validate", PORTAL, "--online")

    wrong = "`saas_deal_mrr` has the type date in the portal"
    assert (diff.returncode, created.returncode, online.returncode) == (1, 1, 1)
    assert f"  ! {wrong}" in diff.stdout
    assert (
        "      = help: map another name, which `syncworker properties create acme`" in diff.stdout
    )
    assert diff.stdout.count("HubSpot has an archived property of this name") == 1
    assert f"error: portal acme cannot take what is mapped: deals: {wrong}" in created.stderr
    assert "syncworker properties diff acme" in created.stderr
    assert wrong in online.stdout
    assert "saas_account_id" not in companies.properties


def test_beyond_an_objects_limit_nothing_is_created_of_any_object(lacking: Workspace) -> None:
    deals = lacking.portal.objects["deals"].definitions
    deals.limit = deals.custom

    done = lacking.run("properties", "create", PORTAL)

    assert done.returncode == 1
    assert "custom properties of deals: 1 more do not fit" in done.stderr
    assert "saas_account_id" not in lacking.portal.objects["companies"].definitions.properties


def test_a_token_that_may_not_create_properties_is_told_the_scope(lacking: Workspace) -> None:
    lacking.portal.missing_scopes.add("crm.schemas.companies.write")

    done = lacking.run("properties", "create", PORTAL)

    assert done.returncode == 1
    assert "crm.schemas.companies.write" in done.stderr


def test_create_and_plan_say_that_recurring_revenue_is_left_out_until_it_is_tracked(
    lacking: Workspace,
) -> None:
    created = lacking.run("properties", "create", PORTAL)
    plan = lacking.run("plan", PORTAL)
    lacking.portal.track_recurring_revenue()
    lacking.run("properties", "list", PORTAL)  # reads the definitions anew
    tracked = lacking.run("plan", PORTAL)

    why = "HubSpot has it once a person switches recurring revenue tracking on there"
    assert (created.returncode, plan.returncode, tracked.returncode) == (0, 0, 0)
    assert f"  = recurring_revenue_amount is left out: {why}\n" in created.stdout
    assert f"  left alone: deals recurring_revenue_amount: {why}\n" in plan.stdout
    assert "recurring_revenue_amount" not in tracked.stdout
