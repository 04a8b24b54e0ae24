"""Deals and tickets: pipelines, stages, what starts with a click, and what admins require."""

from __future__ import annotations

import json

import pytest
from contract.sandbox.http_client import Http

from syncworker.sandbox.answers import Json
from syncworker.sandbox.server import SandboxServer

DEALS = "/crm/v3/objects/deals"
TICKETS = "/crm/v3/objects/tickets"
NEW = "/crm/objects/2026-09/deals"


def _deal(http: Http, path: str = DEALS, **properties: str) -> Json:
    answer = http.post(path, {"properties": {"dealname": "d", **properties}})
    assert answer.status_code == 201, answer.text
    return http.get(f"{path}/{answer.json()['id']}?properties=pipeline,dealstage").json()


def test_deals_and_tickets_have_their_default_properties(http: Http) -> None:
    for path, names in (
        ("deals", {"amount", "dealstage", "pipeline", "dealname", "closedate", "dealtype"}),
        (
            "tickets",
            {"hs_pipeline", "hs_pipeline_stage", "subject", "content", "hs_ticket_priority"},
        ),
    ):
        found = http.get(f"/crm/v3/properties/{path}").json()["results"]
        assert names <= {p["name"] for p in found}
        external = {p["name"]: p["options"] for p in found if p["externalOptions"]}
        assert len(external) == 3
        assert set(map(tuple, external.values())) == {()}


def test_a_stage_must_be_one_of_its_pipeline(http: Http) -> None:
    assert _deal(http, dealstage="contractsent")["properties"]["pipeline"] == "default"
    for wrong, name in (
        ({"dealstage": "Contract Sent"}, "dealstage"),
        ({"pipeline": "nope"}, "pipeline"),
        ({"pipeline": "default", "dealstage": "1"}, "dealstage"),
    ):
        answer = http.post(DEALS, {"properties": wrong})
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert (error["code"], error["context"]) == ("INVALID_OPTION", {"propertyName": [name]})
    ticket = {"properties": {"subject": "s", "hs_pipeline": "0", "hs_pipeline_stage": "4"}}
    assert http.post(TICKETS, ticket).status_code == 201
    ticket["properties"]["hs_pipeline_stage"] = "5"
    assert http.post(TICKETS, ticket).status_code == 400


def test_a_deal_changes_pipeline_only_with_a_stage_of_it(http: Http) -> None:
    body = {
        "label": "Renewals",
        "displayOrder": 1,
        "stages": [
            {"label": "Due", "displayOrder": 0, "metadata": {"probability": "0.5"}},
            {"label": "Renewed", "displayOrder": 1, "metadata": {"probability": "1.0"}},
        ],
    }
    made = http.post("/crm/v3/pipelines/deals", body)
    assert made.status_code == 201
    renewals, due = made.json()["id"], made.json()["stages"][0]["id"]
    path = f"{DEALS}/{_deal(http, dealstage='contractsent')['id']}"
    assert http("PATCH", path, {"properties": {"pipeline": renewals}}).status_code == 400
    both = {"properties": {"pipeline": renewals, "dealstage": due}}
    assert http("PATCH", path, both).status_code == 200
    assert http("PATCH", path, {"properties": {"amount": "5"}}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"label": "x", "displayOrder": 0},
        {"label": "x", "displayOrder": 0, "stages": ["x"]},
        {"displayOrder": 0, "stages": [{"label": "x", "displayOrder": 0}]},
        {"label": "x", "displayOrder": 0, "stages": [{"displayOrder": 0}]},
    ],
)
def test_a_malformed_pipeline_is_refused(http: Http, body: Json) -> None:
    assert http.post("/crm/v3/pipelines/deals", body).status_code == 400
    assert len(http.get("/crm/v3/pipelines/deals").json()["results"]) == 1


def test_a_pipelines_label_is_taken_once(http: Http) -> None:
    stage = {"label": "x", "displayOrder": 0}
    body = {"label": "Sales Pipeline", "displayOrder": 0, "stages": [stage]}
    assert http.post("/crm/v3/pipelines/deals", body).status_code == 409
    assert http.get("/crm/v3/pipelines/deals/default/stages/nope").status_code == 404


def test_recurring_revenue_is_tracked_only_after_a_click(http: Http) -> None:
    path = "/crm/v3/properties/deals"
    assert http.get(f"{path}/recurring_revenue_amount").status_code == 404
    http("PATCH", "/_sandbox/portal", {"track_recurring_revenue": True})
    types = http.get(f"{path}/recurring_revenue_deal_type").json()
    labels = {option["label"]: option["value"] for option in types["options"]}
    assert set(labels) == {"New business", "Renewal", "Upgrade", "Downgrade"}
    assert all(value not in {label, label.lower()} for label, value in labels.items())
    ends = http.get(f"{path}/recurring_revenue_inactive_reason").json()["options"]
    assert {option["label"] for option in ends} == {"Churned", "Renewal", "Upgrade", "Downgrade"}
    by_label = http.post(DEALS, {"properties": {types["name"]: "Upgrade"}})
    assert by_label.json()["errors"][0]["code"] == "INVALID_OPTION"
    _deal(http, recurring_revenue_deal_type=labels["Upgrade"], recurring_revenue_amount="99.5")
    assert http("DELETE", f"{path}/recurring_revenue_amount").status_code == 400


@pytest.fixture
def rules(sandbox: SandboxServer) -> None:
    """A close date is required of won deals, a name of new companies."""
    sandbox.portal.rules.require("deals", "closedate", when=("dealstage", "closedwon"))
    sandbox.portal.rules.require("companies", "name")


@pytest.mark.usefixtures("rules")
def test_what_admins_require_is_kept_to_by_the_newest_version_only(http: Http) -> None:
    won = {"properties": {"dealname": "d", "dealstage": "closedwon"}}
    for path in (DEALS, "/crm/objects/2026-03/deals"):
        assert http.post(path, won).status_code == 201
    refused = http.post(NEW, won)
    assert refused.status_code == 400
    body = refused.json()
    assert body["category"] == "VALIDATION_ERROR"
    assert body["errors"][0]["context"] == {"propertyName": ["closedate"]}
    embedded = json.loads(body["message"].removeprefix("Property values were not valid: "))
    assert embedded[0]["error"] == "REQUIRED_FIELD"
    won["properties"]["closedate"] = "2026-11-21T00:00:00Z"
    assert http.post(NEW, won).status_code == 201


@pytest.mark.usefixtures("rules")
def test_a_required_property_cannot_be_emptied_or_left_out_later(http: Http) -> None:
    deal = _deal(http, dealstage="contractsent")["id"]
    path = f"{NEW}/{deal}"
    assert http("PATCH", path, {"properties": {"amount": "1"}}).status_code == 200
    assert http("PATCH", path, {"properties": {"dealstage": "closedwon"}}).status_code == 400
    closing = {"dealstage": "closedwon", "closedate": "2026-11-21T00:00:00Z"}
    assert http("PATCH", path, {"properties": closing}).status_code == 200
    assert http("PATCH", path, {"properties": {"closedate": ""}}).status_code == 400
    assert http("PATCH", path, {"properties": {"amount": "2"}}).status_code == 200
    company = "/crm/objects/2026-09/companies"
    assert http.post(company, {"properties": {"city": "Oslo"}}).status_code == 400
    made = http.post(company, {"properties": {"name": "x"}}).json()["id"]
    assert http("PATCH", f"{company}/{made}", {"properties": {"city": "Oslo"}}).status_code == 200
    assert http("PATCH", f"{company}/{made}", {"properties": {"name": ""}}).status_code == 400


@pytest.mark.usefixtures("rules")
def test_in_a_batch_with_trace_ids_only_the_row_that_breaks_a_rule_is_refused(http: Http) -> None:
    rows = [
        {"properties": {"dealname": "won", "dealstage": "closedwon"}, "objectWriteTraceId": "1"},
        {"properties": {"dealname": "open"}, "objectWriteTraceId": "2"},
    ]
    answer = http.post(f"{NEW}/batch/create", {"inputs": rows})
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"] == {"objectWriteTraceId": ["1"]}
    (made,) = answer.json()["results"]
    assert (made["objectWriteTraceId"], made["id"] in made["url"]) == ("2", True)
    assert http.post(f"{DEALS}/batch/create", {"inputs": rows}).status_code == 201


@pytest.mark.usefixtures("rules")
def test_the_rules_are_read_by_object_and_property(http: Http) -> None:
    path = "/crm/property-validations/2026-03/0-3"
    (row,) = http.get(path).json()["results"]
    assert row["propertyName"] == "closedate"
    assert row["propertyValidationRules"][0]["ruleArguments"] == ["dealstage", "closedwon"]
    assert http.get(f"{path}/closedate").json()["results"] == row["propertyValidationRules"]
    assert http.get(f"{path}/amount").json() == {"results": []}
    assert http.get(f"{path}/nope").status_code == 404


@pytest.mark.parametrize(("version", "status"), [("v3", 207), ("2026-03", 207), ("2026-09", 200)])
def test_errors_are_folded_into_a_success_where_the_account_does_so(
    http: Http, version: str, status: int
) -> None:
    http("PATCH", "/_sandbox/portal", {"fold_errors": True})
    rows = [
        {"properties": {"dealname": "a"}, "objectWriteTraceId": "1"},
        {"properties": {"amount": "x"}, "objectWriteTraceId": "2"},
    ]
    answer = http.post(f"/crm/objects/{version}/deals/batch/create", {"inputs": rows})
    assert answer.status_code == status
    assert (len(answer.json()["results"]), answer.json()["numErrors"]) == (1, 1)
    read = http.post(f"/crm/objects/{version}/deals/batch/read", {"inputs": [{"id": "9"}]})
    assert (read.status_code, read.json()["numErrors"]) == (status, 1)
    fine = http.post(f"/crm/objects/{version}/deals/batch/create", {"inputs": rows[:1]})
    assert (fine.status_code, "errors" in fine.json()) == (201, False)
