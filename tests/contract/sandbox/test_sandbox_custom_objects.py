"""Custom objects, how many properties there may be, and archived names."""

from __future__ import annotations

import pytest
from contract.sandbox.http_client import Http
from hubspot import Client
from hubspot.crm.schemas import (
    ObjectSchemaEgg,
    ObjectTypeDefinitionLabels,
    ObjectTypePropertyCreate,
)
from hubspot.crm.schemas.exceptions import NotFoundException

from syncworker.sandbox.answers import Json
from syncworker.sandbox.server import SandboxServer

SCHEMAS = "/crm-object-schemas/2026-09/schemas"
LICENCE: Json = {
    "name": "licence",
    "labels": {"singular": "Licence", "plural": "Licences"},
    "primaryDisplayProperty": "licence_key",
    "requiredProperties": ["licence_key"],
    "searchableProperties": ["licence_key"],
    "properties": [
        {
            "name": "licence_key",
            "label": "Key",
            "type": "string",
            "fieldType": "text",
            "hasUniqueValue": True,
        },
        {"name": "seats", "label": "Seats", "type": "number", "fieldType": "number"},
    ],
    "associatedObjects": ["COMPANY"],
}


def test_a_custom_objects_records_are_reached_by_each_of_its_names(
    sandbox: SandboxServer, http: Http
) -> None:
    made = http.post(SCHEMAS, LICENCE)
    assert made.status_code == 201
    schema = made.json()
    assert schema["objectTypeId"].startswith("2-")
    assert schema["fullyQualifiedName"] == f"p{sandbox.portal.portal_id}_licence"
    names = (schema["objectTypeId"], schema["fullyQualifiedName"], "licence")
    for n, name in enumerate(names):
        row = {
            "id": f"k{n}",
            "idProperty": "licence_key",
            "properties": {"seats": f"{n}"},
            "objectWriteTraceId": "t",
        }
        answer = http.post(f"/crm/objects/2026-09/{name}/batch/upsert", {"inputs": [row]})
        assert answer.json()["results"][0]["new"], answer.text
        assert http.get(f"{SCHEMAS}/{name}").json()["id"] == schema["id"]
    found = http.get("/crm/v3/objects/licence").json()["results"]
    assert [r["properties"]["licence_key"] for r in found] == ["k0", "k1", "k2"]
    assert set(found[0]["properties"]) == {
        "licence_key",
        "hs_createdate",
        "hs_lastmodifieddate",
        "hs_object_id",
    }
    searched = http.post("/crm/v3/objects/licence/search", {"query": "K1"}).json()
    assert [r["properties"]["licence_key"] for r in searched["results"]] == ["k1"]
    properties = http.get(f"/crm/v3/properties/{names[0]}").json()["results"]
    assert "seats" in {p["name"] for p in properties}
    missing = http.post("/crm/v3/objects/licence/batch/read", {"inputs": [{"id": "9"}]}).json()
    assert schema["objectTypeId"] in missing["errors"][0]["message"]


def test_custom_objects_are_associated_like_others(http: Http) -> None:
    http.post(SCHEMAS, LICENCE)
    licence = http.post("/crm/v3/objects/licence", {"properties": {"licence_key": "k"}}).json()
    company = http.post("/crm/v3/objects/companies", {"properties": {"name": "x"}}).json()
    path = f"/crm/v4/objects/licence/{licence['id']}/associations"
    http("PUT", f"{path}/default/companies/{company['id']}")
    assert [to["toObjectId"] for to in http.get(f"{path}/0-2").json()["results"]] == [company["id"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "1 x"},
        {"properties": []},
        {"properties": "x"},
        {"properties": ["x"]},
        {"requiredProperties": ["nope"]},
        {"properties": [{"name": "x"}]},
    ],
)
def test_a_schema_that_breaks_a_rule_is_refused(http: Http, wrong: Json) -> None:
    answer = http.post(SCHEMAS, {**LICENCE, **wrong})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert http.get(SCHEMAS).json() == {"results": []}


def test_a_required_property_of_a_custom_object_must_be_filled_by_every_version(
    sandbox: SandboxServer, http: Http
) -> None:
    http.post(SCHEMAS, LICENCE)
    for version in ("v3", "2026-09"):
        answer = http.post(f"/crm/objects/{version}/licence", {"properties": {"seats": "1"}})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["context"] == {"propertyName": ["licence_key"]}
    assert not sandbox.portal.records("licence").live


def test_the_official_client_makes_reads_and_removes_a_schema(hubspot: Client) -> None:
    api = hubspot.crm.schemas.core_api
    key = ObjectTypePropertyCreate(name="key", label="Key", type="string", field_type="text")
    made = api.create(
        ObjectSchemaEgg(
            name="seat",
            labels=ObjectTypeDefinitionLabels(singular="Seat", plural="Seats"),
            primary_display_property="key",
            required_properties=["key"],
            properties=[key],
            associated_objects=["CONTACT"],
        )
    )
    assert made.labels.plural == "Seats"
    assert "key" in {p.name for p in made.properties}
    assert [s.name for s in api.get_all().results] == ["seat"]
    changed = api.update(made.object_type_id, {"labels": {"singular": "Place"}})
    assert changed.labels.singular == "Place"
    api.archive("seat")
    with pytest.raises(NotFoundException):
        api.get_by_id("seat")


def test_an_object_is_made_once_and_kept_while_it_has_records(http: Http) -> None:
    http.post(SCHEMAS, LICENCE)
    assert http.post(SCHEMAS, LICENCE).status_code == 409
    http.post("/crm/v3/objects/licence", {"properties": {"licence_key": "k"}})
    assert http("DELETE", "/crm/v3/schemas/licence").status_code == 400
    assert http("DELETE", "/crm/v3/schemas/contacts").status_code == 404
    assert http.get(f"{SCHEMAS}?archived=true").json() == {"results": []}


def test_custom_objects_have_a_scope_of_their_own(sandbox: SandboxServer, http: Http) -> None:
    http.post(SCHEMAS, LICENCE)
    sandbox.portal.missing_scopes = {"crm.objects.custom.read", "crm.objects.companies.read"}
    for name in ("licence", "0-2"):
        assert http.get(f"/crm/v3/objects/{name}").status_code == 403


BASE = {
    "label": "x",
    "type": "string",
    "fieldType": "text",
    "groupName": "companyinformation",
}


@pytest.mark.parametrize(
    "path", ["/crm/v3/limits/custom-properties", "/crm/limits/2026-03/custom-properties"]
)
def test_an_account_says_how_many_properties_it_has_and_may_have(http: Http, path: str) -> None:
    http.post("/crm/v3/properties/companies", {**BASE, "name": "one"})
    body = http.get(path).json()
    rows = {row["objectTypeId"]: row for row in body["byObjectType"]}
    row = rows["0-2"]
    assert (row["limit"], row["usage"], row["percentage"]) == (1_000, 1, 0.1)
    assert (row["singularLabel"], row["pluralLabel"]) == ("Company", "Companies")
    assert rows["0-1"]["usage"] == 0
    overall = (body["overallLimit"], body["overallUsage"], body["overallPercentage"])
    assert overall == (5_000, 1, 0.02)


def test_beyond_the_limit_a_property_is_refused_until_another_is_archived(http: Http) -> None:
    http("PATCH", "/_sandbox/portal", {"property_limit": 2})
    path = "/crm/v3/properties/companies"
    rows = [{**BASE, "name": name} for name in ("one", "two", "three")]
    assert [http.post(path, row).status_code for row in rows] == [201, 201, 400]
    http("DELETE", f"{path}/one")
    assert http.post(path, rows[2]).status_code == 201


def test_an_archived_propertys_name_can_be_taken_again(http: Http) -> None:
    path = "/crm/v3/properties/companies"
    http.post(path, {**BASE, "name": "one"})
    http("DELETE", f"{path}/one")
    assert http.get(f"{path}/one").status_code == 404
    assert http.get(f"{path}/one?archived=true").json()["archived"]
    again = http.post(path, {**BASE, "name": "one", "type": "number", "fieldType": "number"})
    assert (again.status_code, again.json()["archived"]) == (201, False)
    assert http.get(f"{path}?archived=true").json()["results"] == []
