"""What a source reads in the portal: survey answers, closed tickets and deals, forms' scope."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from contract.sandbox.http_client import Http

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

FEEDBACK = "/crm/objects/2026-09/feedback_submissions"
FORMS = "/form-integrations/v1/submissions/forms"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _answered(portal: Portal) -> str:
    return portal.put(
        "feedback_submissions",
        {"hs_survey_type": "NPS", "hs_value": "9", "hs_response_group": "PROMOTER"},
    ).id


def test_survey_answers_are_listed_read_and_searched(sandbox: SandboxServer, http: Http) -> None:
    made = _answered(sandbox.portal)
    (listed,) = http.get(f"{FEEDBACK}?properties=hs_value").json()["results"]
    read = http.post(f"{FEEDBACK}/batch/read", {"inputs": [{"id": made}]}).json()["results"]
    filters = [{"propertyName": "hs_survey_type", "operator": "EQ", "value": "NPS"}]
    found = http.post(f"{FEEDBACK}/search", {"filterGroups": [{"filters": filters}]}).json()

    assert listed["properties"]["hs_value"] == "9"
    assert {"hs_createdate", "hs_lastmodifieddate"} <= set(listed["properties"])
    assert [one["id"] for one in read] == [made]
    assert (found["total"], found["results"][0]["id"]) == (1, made)
    assert http.get(f"/crm/objects/2026-09/0-19/{made}").json()["id"] == made


def test_survey_answers_belong_to_a_contact(sandbox: SandboxServer, http: Http) -> None:
    portal = sandbox.portal
    made, contact = _answered(portal), portal.put("contacts", {"email": "a@b.example"})
    feedback = portal.records("feedback_submissions")
    portal.link(feedback, feedback.live[made], portal.records("contacts"), contact)
    path = "/crm/associations/2026-09/feedback_submissions/contacts/batch/read"
    (row,) = http.post(path, {"inputs": [{"id": made}]}).json()["results"]

    assert row["to"][0]["toObjectId"] == contact.id
    assert row["to"][0]["associationTypes"][0]["typeId"] == 98


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("POST", ""),
        ("POST", "/batch/create"),
        ("POST", "/batch/update"),
        ("POST", "/batch/upsert"),
        ("POST", "/batch/archive"),
        ("PATCH", "/1"),
        ("DELETE", "/1"),
    ],
)
def test_survey_answers_cannot_be_changed(http: Http, method: str, rest: str) -> None:
    refused = http(method, FEEDBACK + rest, {"inputs": [], "properties": {}})
    assert (refused.status_code, "read only" in refused.json()["message"]) == (405, True)


def test_a_ticket_has_a_close_date_while_its_stage_is_a_closed_one(sandbox: SandboxServer) -> None:
    portal = sandbox.portal = Portal(limits=False, clock=lambda: AT)
    ticket = portal.put("tickets", {"subject": "s", "hs_pipeline_stage": "1"})
    assert "closed_date" not in ticket.values
    portal.put("tickets", {"hs_pipeline_stage": "4"}, ticket.id)
    assert ticket.values["closed_date"] == "2026-11-21T12:00:00.000Z"
    portal.put("tickets", {"hs_pipeline_stage": "2"}, ticket.id)
    assert ticket.values["closed_date"] == ""
    stated = {"hs_pipeline_stage": "4", "closed_date": "2026-11-01T00:00:00Z"}
    portal.put("tickets", stated, ticket.id)
    assert ticket.values["closed_date"] == "2026-11-01T00:00:00.000Z"


def test_a_deals_stage_says_whether_it_is_closed_and_won(sandbox: SandboxServer) -> None:
    deal = sandbox.portal.put("deals", {"dealname": "d", "dealstage": "contractsent"})
    told = []
    for stage in ("contractsent", "closedwon", "closedlost"):
        sandbox.portal.put("deals", {"dealstage": stage}, deal.id)
        told.append((deal.values["hs_is_closed"], deal.values["hs_is_closed_won"]))
    assert told == [("false", "false"), ("true", "true"), ("true", "false")]


def test_submissions_need_a_scope_of_their_own(sandbox: SandboxServer, http: Http) -> None:
    sandbox.portal.forms["f"] = []
    sandbox.portal.missing_scopes = {"forms"}
    refused = http.get(f"{FORMS}/f")
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["context"] == {"requiredGranularScopes": ["forms"]}
    assert http.get("/crm/v3/owners").status_code == 200
    sandbox.portal.missing_scopes = {"crm.objects.tickets.read"}
    assert http.get(f"{FORMS}/f").json() == {"results": []}


def test_a_record_is_searched_by_when_it_changed_and_listed_once_archived(
    sandbox: SandboxServer, http: Http
) -> None:
    portal = sandbox.portal
    ids = []
    for hour in range(3):
        portal.clock = lambda hour=hour: AT + timedelta(hours=hour)
        ids.append(portal.put("tickets", {"subject": str(hour)}).id)
    millis = str(round((AT + timedelta(hours=1)).timestamp() * 1000))
    name = {"propertyName": "hs_lastmodifieddate", "value": millis}
    tickets = "/crm/objects/2026-09/tickets"

    def found(operator: str) -> list[str]:
        groups = [{"filters": [{**name, "operator": operator}]}]
        results = http.post(f"{tickets}/search", {"filterGroups": groups}).json()["results"]
        return [one["id"] for one in results]

    assert (found("GTE"), found("LTE"), found("GT")) == (ids[1:], ids[:2], ids[2:])
    assert http("DELETE", f"{tickets}/{ids[2]}").status_code == 204
    assert found("GT") == []
    (gone,) = http.get(f"{tickets}?archived=true&properties=subject").json()["results"]
    assert (gone["id"], gone["archived"]) == (ids[2], True)
    assert gone["archivedAt"] == "2026-11-21T14:00:00.000Z"
