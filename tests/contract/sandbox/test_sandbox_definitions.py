"""Property definitions and groups: what can be made, and what can never change."""

from __future__ import annotations

import pytest
from contract.sandbox.http_client import Http

from syncworker.sandbox.answers import Json

PROPERTIES = "/crm/v3/properties/companies"
BASE = {
    "name": "saas_mrr",
    "label": "MRR",
    "type": "number",
    "fieldType": "number",
    "groupName": "companyinformation",
}
OPTION = {"label": "A", "value": "a", "hidden": False}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"label": None},
        {"name": "SaasMrr"},
        {"name": "1st"},
        {"name": "hs_mine"},
        {"type": "money"},
        {"fieldType": "text"},
        {"groupName": "no_such_group"},
        {"type": "enumeration", "fieldType": "select", "options": [OPTION, OPTION]},
        {"type": "enumeration", "fieldType": "select", "options": [{"value": "a"}]},
        {"type": "bool", "fieldType": "booleancheckbox"},
    ],
)
def test_a_definition_that_breaks_a_rule_is_refused(http: Http, wrong: Json) -> None:
    answer = http.post(PROPERTIES, {**BASE, **wrong})
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert http.get(f"{PROPERTIES}/saas_mrr").status_code == 404


def test_a_name_is_taken_once(http: Http) -> None:
    assert http.post(PROPERTIES, BASE).status_code == 201
    assert http.post(PROPERTIES, BASE).status_code == 409


def test_whether_values_are_unique_is_settled_when_the_property_is_made(http: Http) -> None:
    http.post(PROPERTIES, BASE)
    changed = http("PATCH", f"{PROPERTIES}/saas_mrr", {"hasUniqueValue": True, "name": "other"})
    assert changed.status_code == 200
    assert (changed.json()["hasUniqueValue"], changed.json()["name"]) == (False, "saas_mrr")


def test_at_most_ten_properties_of_an_object_are_unique(http: Http) -> None:
    made = [
        http.post(PROPERTIES, {**BASE, "name": f"key_{n}", "hasUniqueValue": True}).status_code
        for n in range(11)
    ]
    assert made == [201] * 10 + [400]


def test_new_options_are_taken_and_values_checked_by_them(http: Http) -> None:
    choice = {**BASE, "type": "enumeration", "fieldType": "select", "options": [OPTION]}
    http.post(PROPERTIES, choice)
    wanted = {"properties": {"saas_mrr": "b"}}
    assert http.post("/crm/v3/objects/companies", wanted).status_code == 400
    more = [OPTION, {"label": "B", "value": "b", "hidden": False}]
    assert http("PATCH", f"{PROPERTIES}/saas_mrr", {"options": more}).status_code == 200
    assert http.post("/crm/v3/objects/companies", wanted).status_code == 201


def test_hubspots_own_definitions_keep_their_type_and_cannot_be_archived(http: Http) -> None:
    assert http("PATCH", f"{PROPERTIES}/name", {"label": "Firm"}).status_code == 400
    assert http("DELETE", f"{PROPERTIES}/name").status_code == 400
    stages = http.get(f"{PROPERTIES}/lifecyclestage").json()["options"]
    assert stages[0]["value"] == "subscriber"
    custom = {"label": "Churned", "value": "482910", "hidden": False, "displayOrder": 9}
    body = {"options": [*stages, custom]}
    assert http("PATCH", f"{PROPERTIES}/lifecyclestage", body).status_code == 200


def test_properties_are_read_and_archived_in_batches(http: Http) -> None:
    http.post(PROPERTIES, BASE)
    body = {"archived": False, "inputs": [{"name": "saas_mrr"}, {"name": "nope"}]}
    read = http.post(f"{PROPERTIES}/batch/read", body)
    assert read.status_code == 207
    assert [p["name"] for p in read.json()["results"]] == ["saas_mrr"]
    assert read.json()["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert http.post(f"{PROPERTIES}/batch/archive", body).status_code == 204
    assert [p["name"] for p in http.get(f"{PROPERTIES}?archived=true").json()["results"]] == [
        "saas_mrr"
    ]


def test_an_archived_property_takes_no_more_values(http: Http) -> None:
    http.post(PROPERTIES, BASE)
    http("DELETE", f"{PROPERTIES}/saas_mrr")
    answer = http.post("/crm/v3/objects/companies", {"properties": {"saas_mrr": "1"}})
    assert answer.json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"


def test_groups_are_made_read_changed_and_taken_away(http: Http) -> None:
    groups = f"{PROPERTIES}/groups"
    assert http.post(groups, {"name": "mine", "label": "Mine"}).status_code == 201
    assert http.post(groups, {"name": "mine", "label": "Mine"}).status_code == 409
    assert http.post(groups, {"name": "mine"}).status_code == 400
    assert http("PATCH", f"{groups}/mine", {"label": "Ours"}).json()["label"] == "Ours"
    assert http.get(f"{groups}/mine").json()["label"] == "Ours"
    http.post(PROPERTIES, {**BASE, "groupName": "mine"})
    assert http("DELETE", f"{groups}/mine").status_code == 400
    http("DELETE", f"{PROPERTIES}/saas_mrr")
    assert http("DELETE", f"{groups}/mine").status_code == 204
    assert http.get(f"{groups}/mine").status_code == 404
