"""Deals, tickets and custom objects beside companies and contacts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.in_process import Company

from syncworker.engine import sync
from syncworker.errors import MappingError
from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("nothing_to_remember")

DEALS = """\
objects:
  companies:
    match: {property: domain, column: domain}
  deals:
    match: {property: saas_subscription_id, column: sub_id}
    policy: upsert
    pipeline: {pipeline: Sales Pipeline, stages: {active: Closed Won, canceled: closedlost}}
    associate: [companies]
    properties:
      saas_subscription_mrr: subscription_mrr
      saas_health: health_score
      recurring_revenue_amount: subscription_amount
      recurring_revenue_inactive_date: subscription_inactive_on
      recurring_revenue_inactive_reason: subscription_inactive_reason
"""
TICKETS = """\
objects:
  tickets:
    match: {property: hs_object_id, column: hubspot_ticket_id}
    properties: {saas_churned: churned, saas_account_mrr: mrr}
"""
CUSTOM = """\
objects:
  OBJECT:
    rows: accounts
    match: {property: saas_account_id, column: account_id}
    policy: upsert
    properties: {saas_mrr: mrr}
"""
ACCOUNTS = [{"account_id": "a1", "name": "Acme", "domain": "acme.example"}]
ITEM = {
    "item_id": "i1",
    "sub_id": "s1",
    "unit_amount": 4900,
    "quantity": 1,
    "interval": "month",
    "currency": "EUR",
}
ACTIVE = {"sub_id": "s1", "account_id": "a1", "status": "active", "started_at": "2025-01-01"}
ENDED = {**ACTIVE, "status": "canceled", "ended_at": "2026-11-01"}

Make = Callable[..., Company]


@pytest.fixture
def company(tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Make:
    def make(mapping: str, **streams: list[dict[str, object]]) -> Company:
        rows = {
            "accounts": ACCOUNTS,
            "subscriptions": [ACTIVE],
            "subscription_items": [ITEM],
            **streams,
        }
        made = Company(tmp_path, server, monkeypatch, mapping, **rows)
        made.create_properties()
        return made

    return make


def test_a_subscription_becomes_a_deal_in_the_mapped_pipeline_of_its_company(
    company: Make, server: SandboxServer
) -> None:
    there = server.portal.put("companies", {"domain": "acme.example"})
    acme = company(DEALS)

    run = acme.sync()

    assert run.status == "done", run.message
    (deal,) = server.portal.records("deals").live.values()
    assert deal.values["dealname"] == "Acme - s1"
    assert deal.values["pipeline"] == "default"
    assert deal.values["dealstage"] == "closedwon"
    assert deal.values["saas_subscription_id"] == "s1"
    assert deal.values["saas_subscription_mrr"] == "49"
    assert list(deal.linked["companies"]) == [there.id]
    requests = server.portal.stats.requests
    acme.sync()
    assert [r.path for r in list(server.portal.stats.log)[requests:]] == []


def test_recurring_revenue_is_left_out_where_the_portal_does_not_track_it(
    company: Make, server: SandboxServer
) -> None:
    acme = company(DEALS)

    run = acme.sync()

    assert run.status == "done", run.message
    (deal,) = server.portal.records("deals").live.values()
    assert not [name for name in deal.values if name.startswith("recurring_revenue")]


def test_recurring_revenue_is_written_with_the_portals_own_option_values(
    company: Make, server: SandboxServer
) -> None:
    server.portal.track_recurring_revenue()
    acme = company(DEALS)
    acme.sync()
    acme.rows("subscriptions", [ENDED])

    run = acme.sync(force=True)

    assert run.status == "done", run.message
    (deal,) = server.portal.records("deals").live.values()
    assert deal.values["dealstage"] == "closedlost"
    assert deal.values["recurring_revenue_amount"] == "49"
    assert deal.values["recurring_revenue_inactive_date"] == "2026-11-01"
    reason = server.portal.records("deals").definitions.properties[
        "recurring_revenue_inactive_reason"
    ]
    labels = {o["value"]: o["label"] for o in reason.definition["options"]}
    assert labels[deal.values["recurring_revenue_inactive_reason"]] == "Churned"


def test_no_deal_is_ever_made_where_the_mapping_names_no_pipeline(company: Make) -> None:
    acme = company(DEALS)
    acme.mapping(DEALS.replace("    pipeline:", "    # pipeline:"))

    with pytest.raises(MappingError) as refused:
        sync.start(acme.engine, "acme")
    assert "pipeline" in str(refused.value.diagnostics)


def test_open_tickets_carry_their_accounts_risk(company: Make, server: SandboxServer) -> None:
    tickets = [
        server.portal.put(
            "tickets", {"subject": f"t{n}", "hs_pipeline": "0", "hs_pipeline_stage": "1"}
        )
        for n in range(2)
    ]
    row = {"account_id": "a1", "opened_at": "2026-11-10"}
    acme = company(
        TICKETS,
        tickets=[
            {"ticket_id": "t0", "hubspot_ticket_id": tickets[0].id, "closed_at": "", **row},
            {
                "ticket_id": "t1",
                "hubspot_ticket_id": tickets[1].id,
                "closed_at": "2026-11-12",
                **row,
            },
        ],
    )

    run = acme.sync()

    assert run.status == "done", run.message
    assert tickets[0].values["saas_churned"] == "false"
    assert tickets[0].values["saas_account_mrr"] == "49"
    assert "saas_churned" not in tickets[1].values


def test_a_custom_object_is_written_by_its_object_type_id(
    company: Make, server: SandboxServer
) -> None:
    schema = server.portal.create_object(
        {
            "name": "workspace",
            "labels": {"singular": "Workspace", "plural": "Workspaces"},
            "properties": [
                {"name": "title", "label": "Title", "type": "string", "fieldType": "text"}
            ],
            "requiredProperties": [],
            "associatedObjects": [],
        }
    )
    object_type = str(schema.body["objectTypeId"])
    acme = company(CUSTOM.replace("OBJECT", object_type))

    run = acme.sync()

    assert run.status == "done", run.message
    (record,) = server.portal.records(object_type).live.values()
    assert record.values["saas_account_id"] == "a1"
    assert record.values["saas_mrr"] == "49"
