"""Whose property it is: values of people and later stages are kept."""

from __future__ import annotations

import pytest
from support.workspace import AS_OF, MAPPING, PORTAL, Workspace

from syncworker.sandbox.records import Record

pytestmark = pytest.mark.long

AT = ("--as-of", AS_OF.isoformat())
ENDED = "UPDATE subscriptions SET status='canceled', ended_at='2026-11-19' WHERE sub_id='s2'"
GOES_ON = "UPDATE subscriptions SET status='active', ended_at=NULL WHERE sub_id='s2'"
LIFECYCLE = """\
lifecycle:
  companies:
    - {stage: customer, when: [{metric: subscription_status, eq: active}]}
    - {stage: opportunity, when: [{metric: usage_28d, gte: 1}]}
"""


def company(workspace: Workspace, number: int) -> Record:
    found = workspace.portal.records("companies").live.values()
    return next(c for c in found if c.values["domain"] == f"company-{number}.example")


def map_more(workspace: Workspace, *lines: str) -> None:
    """Add company properties to the mapping and create them."""
    first = "      saas_mrr: mrr\n"
    more = "".join(f"      {line}\n" for line in lines)
    workspace.write_mapping(MAPPING.replace(first, first + more))
    assert workspace.run("properties", "create", PORTAL).returncode == 0


def test_never_clear_keeps_a_value_that_always_would_take_away(workspace: Workspace) -> None:
    map_more(
        workspace,
        "saas_churned_at: churned_at",
        "saas_last_churn: {{metric: churned_at, mode: never_clear}}",
    )
    workspace.sql(ENDED)
    assert workspace.sync()["status"] == "done"
    values = company(workspace, 2).values
    ended = values["saas_churned_at"]
    assert ended
    assert values["saas_last_churn"] == ended

    workspace.sql(GOES_ON)
    assert workspace.sync()["status"] == "done"

    assert values["saas_churned_at"] == ""
    assert values["saas_last_churn"] == ended


def test_fill_empty_keeps_what_a_person_filled_and_fills_the_others_once(
    workspace: Workspace,
) -> None:
    map_more(workspace, "saas_first_mrr: {{metric: mrr, mode: fill_empty}}")
    workspace.portal.put("companies", {"saas_first_mrr": "7"}, company(workspace, 2).id)
    assert workspace.sync()["status"] == "done"
    assert company(workspace, 2).values["saas_first_mrr"] == "7"
    assert company(workspace, 3).values["saas_first_mrr"] == "10.03"

    workspace.sql("UPDATE subscription_items SET unit_amount = 5000")
    assert workspace.sync()["status"] == "done"

    assert company(workspace, 2).values["saas_first_mrr"] == "7"
    assert company(workspace, 3).values["saas_first_mrr"] == "10.03"
    assert company(workspace, 3).values["saas_mrr"] == "50"


def test_fill_empty_keeps_what_a_person_fills_while_the_plan_is_known(
    workspace: Workspace,
) -> None:
    """The value is read again before it is filled: people may have been faster."""
    map_more(workspace, "saas_churn_date: {{metric: churned_at, mode: fill_empty}}")
    assert workspace.sync()["status"] == "done"
    person = {"saas_churn_date": "2020-01-01T00:00:00Z"}
    workspace.portal.put("companies", person, company(workspace, 2).id)

    workspace.sql(ENDED)
    assert workspace.sync()["status"] == "done"

    assert company(workspace, 2).values["saas_churn_date"].startswith("2020-01-01")
    assert company(workspace, 2).values["saas_churned"] == "true"


def test_append_adds_a_state_beside_what_people_chose_and_never_takes_one_away(
    workspace: Workspace,
) -> None:
    map_more(workspace, "saas_states_seen: {{metric: subscription_status, mode: append}}")
    people = {"saas_states_seen": "trialing;past_due"}
    workspace.portal.put("companies", people, company(workspace, 2).id)

    assert workspace.sync()["status"] == "done"
    assert company(workspace, 2).values["saas_states_seen"] == "trialing;past_due;active"
    assert company(workspace, 3).values["saas_states_seen"] == "active"

    workspace.sql(ENDED)
    assert workspace.sync("--force")["status"] == "done"
    seen = company(workspace, 2).values["saas_states_seen"]
    assert seen == "trialing;past_due;active;canceled"


def test_append_is_refused_for_a_metric_without_options(workspace: Workspace) -> None:
    line = "saas_statuses: {{metric: mrr, mode: append}}"
    first = "      saas_mrr: mrr\n"
    workspace.write_mapping(MAPPING.replace(first, f"{first}      {line}\n"))

    refused = workspace.run("validate", PORTAL)

    assert refused.returncode == 1
    assert "error[SW117]: `append` adds options, and `mrr` (money) has none" in refused.stdout


@pytest.mark.parametrize("stage", ["customer", "evangelist"])
def test_a_stage_moves_forward_and_never_back(workspace: Workspace, stage: str) -> None:
    workspace.write_mapping(MAPPING, more=LIFECYCLE)
    workspace.portal.put("companies", {"lifecyclestage": stage}, company(workspace, 2).id)
    workspace.sql("UPDATE subscriptions SET status = 'past_due' WHERE sub_id IN ('s2', 's3')")

    plan = workspace.run("plan", PORTAL, *AT)
    assert workspace.sync("--force")["status"] == "done"

    assert company(workspace, 2).values["lifecyclestage"] == stage
    assert company(workspace, 3).values["lifecyclestage"] == "opportunity"
    assert company(workspace, 4).values["lifecyclestage"] == "customer"
    assert "lead -> customer" in plan.stdout
    assert "kept: rule says opportunity, stages only move forward" in plan.stdout
    assert "1 held back" in plan.stdout


def test_a_stage_that_sales_moved_on_since_the_last_sync_is_kept(workspace: Workspace) -> None:
    workspace.write_mapping(MAPPING, more=LIFECYCLE)
    workspace.sql("UPDATE subscriptions SET status = 'past_due' WHERE sub_id = 's2'")
    assert workspace.sync("--force")["status"] == "done"
    assert company(workspace, 2).values["lifecyclestage"] == "opportunity"
    workspace.portal.put("companies", {"lifecyclestage": "evangelist"}, company(workspace, 2).id)

    workspace.sql("UPDATE subscriptions SET status = 'active' WHERE sub_id = 's2'")
    assert workspace.sync()["status"] == "done"

    assert company(workspace, 2).values["lifecyclestage"] == "evangelist"
    assert company(workspace, 2).values["saas_subscription_status"] == "active"
