"""Who a record is: unique values, second addresses, merges."""

from __future__ import annotations

import json

import pytest
import requests
from contract.sandbox.http_client import Http

from syncworker.sandbox.server import SandboxServer

CONTACTS = "/crm/v3/objects/contacts"
COMPANIES = "/crm/v3/objects/companies"


@pytest.fixture
def two_addresses(sandbox: SandboxServer, http: Http) -> str:
    """The id of a contact with the addresses main@ and second@shop.example."""
    records = sandbox.portal.records("contacts")
    made = http.post(CONTACTS, {"properties": {"email": "main@shop.example"}}).json()["id"]
    records.add_email(records.get(made), "second@shop.example", sandbox.portal.now())
    return made


def _search(http: Http, address: str) -> int:
    one = {"propertyName": "email", "operator": "EQ", "value": address}
    return http.post(f"{CONTACTS}/search", {"filterGroups": [{"filters": [one]}]}).json()["total"]


def test_a_second_address_is_found_by_batch_read_but_not_by_search(
    http: Http, two_addresses: str
) -> None:
    body = {
        "idProperty": "email",
        "inputs": [{"id": "Second@shop.example"}],
        "properties": ["email", "hs_additional_emails"],
    }
    (found,) = http.post(f"{CONTACTS}/batch/read", body).json()["results"]
    assert found["id"] == two_addresses
    assert found["properties"]["email"] == "main@shop.example"
    assert found["properties"]["hs_additional_emails"] == "second@shop.example"
    assert (_search(http, "second@shop.example"), _search(http, "main@shop.example")) == (0, 1)


def test_a_second_address_cannot_be_a_new_contacts_address(http: Http, two_addresses: str) -> None:
    answer = http.post(CONTACTS, {"properties": {"email": "second@shop.example"}})
    assert answer.status_code == 409
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {two_addresses}"


def test_writing_ones_own_second_address_makes_it_the_first(http: Http, two_addresses: str) -> None:
    path = f"{CONTACTS}/{two_addresses}"
    http("PATCH", path, {"properties": {"email": "second@shop.example"}})
    shown = http.get(f"{path}?properties=email,hs_additional_emails").json()["properties"]
    assert shown["email"] == "second@shop.example"
    assert shown["hs_additional_emails"] == "main@shop.example"
    assert http.get(f"{CONTACTS}/main@shop.example?idProperty=email").status_code == 200


def test_an_address_is_free_again_once_it_is_given_up(http: Http, two_addresses: str) -> None:
    other = http.post(CONTACTS, {"properties": {"email": "b@shop.example"}}).json()["id"]
    taken = http("PATCH", f"{CONTACTS}/{other}", {"properties": {"email": "main@shop.example"}})
    assert taken.status_code == 409
    http("PATCH", f"{CONTACTS}/{two_addresses}", {"properties": {"email": "new@shop.example"}})
    taken = http("PATCH", f"{CONTACTS}/{other}", {"properties": {"email": "main@shop.example"}})
    assert taken.status_code == 200


def test_a_contact_is_changed_by_its_address(http: Http, two_addresses: str) -> None:
    path = f"{CONTACTS}/Main@shop.example?idProperty=email"
    assert http("PATCH", path, {"properties": {"city": "Oslo"}}).json()["id"] == two_addresses


def test_two_companies_may_share_a_domain_but_not_a_unique_value(http: Http) -> None:
    unique = {
        "name": "account_key",
        "label": "Key",
        "type": "string",
        "fieldType": "text",
        "groupName": "companyinformation",
        "hasUniqueValue": True,
    }
    http.post("/crm/v3/properties/companies", unique)
    row = {"properties": {"domain": "shop.example", "account_key": "a1"}}
    first = http.post(COMPANIES, row).json()["id"]
    refused = http.post(COMPANIES, row)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    assert (
        f"{first} already has that value."
        in json.loads(refused.json()["message"].removeprefix("Property values were not valid: "))[
            0
        ]["message"]
    )
    row["properties"]["account_key"] = "a2"
    assert http.post(COMPANIES, row).status_code == 201
    http("DELETE", f"{COMPANIES}/{first}")
    row["properties"]["account_key"] = "a1"
    assert http.post(COMPANIES, row).status_code == 201


def _merge(http: Http, path: str, primary: str, other: str) -> requests.Response:
    body = {"primaryObjectId": primary, "objectIdToMerge": other}
    return http.post(f"{path}/merge", body)


def test_merged_records_have_a_new_id_to_which_both_old_ones_lead(http: Http) -> None:
    first, second, third = (
        http.post(CONTACTS, {"properties": values}).json()["id"]
        for values in (
            {"email": "a@shop.example", "city": "Oslo"},
            {"email": "b@shop.example", "city": "Rome", "phone": "1", "lifecyclestage": "customer"},
            {"email": "c@shop.example"},
        )
    )
    merged = _merge(http, CONTACTS, first, second).json()["id"]
    assert merged not in {first, second}
    last = _merge(http, CONTACTS, merged, third).json()["id"]
    names = "email,city,phone,lifecyclestage,hs_additional_emails,hs_merged_object_ids"
    for old in (first, second, third, merged, last):
        answer = http.get(f"{CONTACTS}/{old}?properties={names}").json()
        assert answer["id"] == last
    shown = answer["properties"]
    assert (shown["email"], shown["city"], shown["phone"]) == ("a@shop.example", "Oslo", "1")
    assert shown["lifecyclestage"] == "customer"
    assert shown["hs_additional_emails"] == "b@shop.example;c@shop.example"
    assert set(shown["hs_merged_object_ids"].split(";")) == {first, second, third, merged}


def test_a_merged_away_id_vanishes_from_a_batch_update(sandbox: SandboxServer, http: Http) -> None:
    ids = [http.post(COMPANIES, {"properties": {"name": n}}).json()["id"] for n in "abc"]
    merged = _merge(http, COMPANIES, ids[0], ids[1]).json()["id"]
    rows = [
        {"id": i, "properties": {"city": "Oslo"}, "objectWriteTraceId": i} for i in (ids[0], ids[2])
    ]
    answer = http.post(f"{COMPANIES}/batch/update", {"inputs": rows})
    assert answer.status_code == 200
    assert [r["id"] for r in answer.json()["results"]] == [ids[2]]
    assert "errors" not in answer.json()
    assert sandbox.portal.records("companies").live[merged].values.get("city") is None


def test_a_batch_read_shows_a_merged_record_under_its_new_id(http: Http) -> None:
    ids = [http.post(COMPANIES, {"properties": {"name": n}}).json()["id"] for n in "ab"]
    merged = _merge(http, COMPANIES, *ids).json()["id"]
    body = {"inputs": [{"id": i} for i in ids]}
    assert [r["id"] for r in http.post(f"{COMPANIES}/batch/read", body).json()["results"]] == [
        merged
    ]


def test_a_record_is_not_merged_with_itself_or_with_nothing(http: Http) -> None:
    there = http.post(COMPANIES, {"properties": {"name": "a"}}).json()["id"]
    assert _merge(http, COMPANIES, there, there).status_code == 400
    assert _merge(http, COMPANIES, there, "9").status_code == 404
    assert http.post(f"{COMPANIES}/merge", {"primaryObjectId": there}).status_code == 400
