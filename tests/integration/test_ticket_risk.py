"""What customers write in tickets reaches their tickets and companies in HubSpot."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.in_process import Company

from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("nothing_to_remember")

MAPPING = """\
metrics:
  ticket_rules: {competitor: [Zoho]}
objects:
  tickets:
    match: {property: hs_object_id, column: hubspot_ticket_id}
    properties:
      saas_ticket_risk_type: ticket_risk_types
      saas_ticket_risk: ticket_risk
      saas_ticket_risk_phrases: ticket_risk_phrases
      saas_account_id_of_ticket: account_id
  companies:
    match: {property: domain, column: domain}
    properties: {saas_risk_ticket_open: risk_ticket_open}
"""
TEXTS = ("Zu teuer.\nWir gehen zu Zoho", "Please cancel", "It is slow", "")


def test_risk_is_written_to_tickets_and_companies_also_to_a_ticket_of_nobody(
    tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    companies = [server.portal.put("companies", {"domain": f"{n}.example"}) for n in ("a1", "a2")]
    stage = {"hs_pipeline": "0", "hs_pipeline_stage": "1"}
    there = [server.portal.put("tickets", {"subject": text, **stage}) for text in TEXTS]
    owners = ("a1", "", "a2", "a2")
    tickets = [
        {
            "ticket_id": f"t{n}",
            "hubspot_ticket_id": record.id,
            "account_id": owner,
            "text": text,
            "opened_at": "2026-11-10",
            "closed_at": "",
        }
        for n, (record, owner, text) in enumerate(zip(there, owners, TEXTS, strict=True))
    ]
    accounts = [{"account_id": n, "name": n, "domain": f"{n}.example"} for n in ("a1", "a2")]
    acme = Company(tmp_path, server, monkeypatch, MAPPING, accounts=accounts, tickets=tickets)
    acme.create_properties()

    run = acme.sync()

    assert run.status == "done", run.message
    told = [record.values for record in there]
    assert [values.get("saas_ticket_risk_type") for values in told] == [
        "value;competitor",
        "cancellation",
        "other",
        None,
    ]
    assert [values.get("saas_ticket_risk") for values in told] == ["true", "true", "false", None]
    assert told[0]["saas_ticket_risk_phrases"] == 'value: "Zu teuer"; competitor: "Zoho"'
    assert "saas_account_id_of_ticket" not in told[1]
    assert [record.values["saas_risk_ticket_open"] for record in companies] == ["true", "false"]

    requests = server.portal.stats.requests
    acme.sync()
    assert [r.path for r in list(server.portal.stats.log)[requests:]] == []
