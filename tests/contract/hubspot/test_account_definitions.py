"""A portal's definitions read whole, without records, and properties archived for good."""

from __future__ import annotations

import json
from pathlib import Path

from syncworker.hubspot.portal import HubSpotPortal
from syncworker.sandbox.cloned import FORMAT, load
from syncworker.sandbox.portal import Portal as SandboxAccount
from syncworker.sandbox.server import SandboxServer

TIER = {
    "name": "tier", "label": "Tier", "type": "enumeration", "fieldType": "select",
    "groupName": "companyinformation", "options": [{"value": "gold", "label": "Gold"}],
}  # fmt: skip


def test_a_clone_has_the_definitions_and_no_record(
    portal: HubSpotPortal, sandbox: SandboxServer, tmp_path: Path
) -> None:
    account = sandbox.portal
    account.records("companies").definitions.create(TIER, account.now())
    score = {**TIER, "name": "score", "type": "number", "fieldType": "number", "options": []}
    made = account.records("companies").definitions.create(score, account.now())
    made.definition["fieldType"] = "calculation_equation"
    account.records("deals").pipelines[0]["label"] = "Renewals"
    account.create_object(
        {
            "name": "licence",
            "labels": {"singular": "Licence", "plural": "Licences"},
            "properties": [{"name": "k", "label": "K", "type": "string", "fieldType": "text"}],
            "requiredProperties": ["k"],
            "associatedObjects": [],
        }
    )
    account.put("companies", {"name": "Secret Ltd"})
    account.missing_scopes.add("crm.schemas.tickets.read")
    account.missing_scopes.add("crm.objects.tickets.read")

    found = portal.definitions()
    assert "Secret" not in json.dumps(found)
    assert "tickets" in found["left_out"], "the token may not read them"
    file = tmp_path / "acme.sandbox.json"
    file.write_text(json.dumps({"format": FORMAT, "version": 1, **found}))
    clone = load(file, SandboxAccount())

    companies = clone.records("companies")
    assert companies.live == {}
    assert companies.definitions.properties["tier"].options == frozenset({"gold"})
    assert companies.definitions.properties["score"].read_only
    before = account.records("companies").definitions.properties
    assert companies.definitions.properties.keys() == before.keys()
    assert [one["label"] for one in clone.records("deals").pipelines] == ["Renewals"]
    type_id = account.records("licence").type_id
    assert clone.records(type_id).object_type == "licence"
    assert clone.schemas.next_number == account.schemas.next_number


def test_archived_properties_are_gone_and_their_names_are_known(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    account = sandbox.portal
    account.records("companies").definitions.create(TIER, account.now())
    assert "tier" in portal.properties("companies")
    portal.archive_properties("companies", ["tier", "never_there"])
    assert "tier" not in portal.properties("companies")
    assert "tier" in portal.archived_properties("companies")
