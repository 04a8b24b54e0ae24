"""Batches: all or nothing, or row by row with trace ids; what refuses a whole request."""

from __future__ import annotations

import pytest
from contract.sandbox.http_client import Http

from syncworker.sandbox.server import SandboxServer

COMPANIES = "/crm/v3/objects/companies"
CONTACTS = "/crm/v3/objects/contacts"


def _make(http: Http, count: int, path: str = COMPANIES) -> list[str]:
    rows = [{"properties": {"name": f"Company {n}"}} for n in range(count)]
    answer = http.post(f"{path}/batch/create", {"inputs": rows})
    assert answer.status_code == 201
    return sorted(row["id"] for row in answer.json()["results"])


def _contact(http: Http, email: str, **properties: str) -> str:
    answer = http.post(CONTACTS, {"properties": {"email": email, **properties}})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def _values(sandbox: SandboxServer, object_type: str, name: str) -> list[str | None]:
    return [r.values.get(name) for r in sandbox.portal.records(object_type).live.values()]


@pytest.mark.parametrize("action", ["create", "update", "upsert"])
def test_one_bad_row_without_trace_ids_writes_nothing(
    sandbox: SandboxServer, http: Http, action: str
) -> None:
    ids = [_contact(http, f"a{n}@shop.example") for n in range(3)]
    keys = {"create": [None] * 3, "update": ids, "upsert": [f"a{n}@shop.example" for n in range(3)]}
    rows = [
        {"id": key, "idProperty": "email", "properties": {"city": "Oslo"}}
        if action == "upsert"
        else {"id": key, "properties": {"city": "Oslo"}}
        for key in keys[action]
    ]
    rows[1]["properties"] = {"unheard_of": "1"}
    answer = http.post(f"{CONTACTS}/batch/{action}", {"inputs": rows})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    assert _values(sandbox, "contacts", "city") == [None, None, None]


@pytest.mark.parametrize("traces", [["t", "t"], ["t", None]])
def test_trace_ids_that_are_not_one_per_row_count_as_none(
    sandbox: SandboxServer, http: Http, traces: list[str | None]
) -> None:
    ids = _make(http, 2)
    values = [{"city": "Oslo"}, {"numberofemployees": "many"}]
    rows = [
        {"id": i, "properties": v, **({"objectWriteTraceId": t} if t else {})}
        for i, v, t in zip(ids, values, traces, strict=True)
    ]
    assert http.post(f"{COMPANIES}/batch/update", {"inputs": rows}).status_code == 400
    assert _values(sandbox, "companies", "city") == [None, None]


def test_batch_create_with_trace_ids_writes_the_good_rows(
    sandbox: SandboxServer, http: Http
) -> None:
    rows = [
        {"properties": {"email": "a@shop.example"}, "objectWriteTraceId": "1"},
        {"properties": {"email": "a@shop.example"}, "objectWriteTraceId": "2"},
        {"properties": {"email": "nonsense"}, "objectWriteTraceId": "3"},
        {"objectWriteTraceId": "4"},
    ]
    answer = http.post(f"{CONTACTS}/batch/create", {"inputs": rows})
    assert answer.status_code == 207
    body = answer.json()
    assert [r["objectWriteTraceId"] for r in body["results"]] == ["1"]
    refused = {e["context"]["objectWriteTraceId"][0]: e["category"] for e in body["errors"]}
    assert refused == {"2": "CONFLICT", "3": "VALIDATION_ERROR", "4": "VALIDATION_ERROR"}
    assert body["numErrors"] == 3
    assert _values(sandbox, "contacts", "email") == ["a@shop.example"]


@pytest.mark.parametrize("action", ["create", "read", "update", "upsert", "archive"])
def test_more_than_a_hundred_inputs_are_refused(http: Http, action: str) -> None:
    rows = [{"id": str(n), "properties": {"name": "x"}} for n in range(101)]
    answer = http.post(f"{COMPANIES}/batch/{action}", {"inputs": rows})
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert "100" in answer.json()["message"]


@pytest.mark.parametrize("inputs", [None, [], "x", ["x"]])
def test_inputs_that_are_no_rows_are_refused(http: Http, inputs: object) -> None:
    answer = http.post(f"{COMPANIES}/batch/update", {"inputs": inputs})
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


def test_a_row_without_an_id_is_refused(http: Http) -> None:
    answer = http.post(f"{COMPANIES}/batch/update", {"inputs": [{"properties": {}}]})
    assert (answer.status_code, "id" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize("traces", ["123", ""])
def test_an_id_twice_refuses_the_whole_request_in_hubspots_words(
    sandbox: SandboxServer, http: Http, traces: str
) -> None:
    first, second = _make(http, 2)
    rows = [
        {"id": i, "properties": {"city": "Oslo"}, "objectWriteTraceId": traces[n : n + 1]}
        for n, i in enumerate([first, second, first])
    ]
    answer = http.post(f"{COMPANIES}/batch/update", {"inputs": rows})
    assert answer.status_code == 400
    body = answer.json()
    assert body["message"] == f"Duplicate IDs found in batch input: [{first}]. IDs must be unique"
    assert body["context"] == {"ids": [first]}
    assert body["category"] == "VALIDATION_ERROR"
    assert _values(sandbox, "companies", "city") == [None, None]


def test_two_spellings_of_one_address_are_one_id(http: Http) -> None:
    rows = [
        {"id": address, "idProperty": "email", "properties": {}, "objectWriteTraceId": address}
        for address in ("A@shop.example", "a@shop.example")
    ]
    answer = http.post(f"{CONTACTS}/batch/upsert", {"inputs": rows})
    assert (answer.status_code, answer.json()["context"]) == (400, {"ids": ["a@shop.example"]})


@pytest.mark.parametrize(
    ("action", "path", "by", "number"),
    [
        ("update", "deals", "dealname", "0-3"),
        ("upsert", "deals", "dealname", "0-3"),
        ("upsert", "companies", "domain", "0-2"),
        ("update", "contacts", "email", "0-1"),
    ],
)
def test_a_property_that_is_not_unique_finds_no_record(
    http: Http, action: str, path: str, by: str, number: str
) -> None:
    rows = [{"id": "x@y.example", "idProperty": by, "properties": {}, "objectWriteTraceId": "1"}]
    answer = http.post(f"/crm/v3/objects/{path}/batch/{action}", {"inputs": rows})
    assert answer.status_code == 400
    expected = f"Unable to perform {action} by non-unique {number} property {by}"
    assert answer.json()["message"] == expected


def test_companies_cannot_be_read_by_domain(http: Http) -> None:
    body = {"idProperty": "domain", "inputs": [{"id": "shop.example"}]}
    assert http.post(f"{COMPANIES}/batch/read", body).status_code == 400
    assert http.get(f"{COMPANIES}/shop.example?idProperty=domain").status_code == 400


def test_created_records_are_associated_at_once(http: Http) -> None:
    (company,) = _make(http, 1)
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    row = {
        "properties": {"email": "a@shop.example"},
        "associations": [{"to": {"id": company}, "types": types}],
    }
    (contact,) = http.post(f"{CONTACTS}/batch/create", {"inputs": [row]}).json()["results"]
    linked = http.get(f"/crm/v4/objects/companies/{company}/associations/contacts").json()
    assert [to["toObjectId"] for to in linked["results"]] == [contact["id"]]


def test_missing_ids_are_one_error_and_the_others_are_written(
    sandbox: SandboxServer, http: Http
) -> None:
    (there,) = _make(http, 1)
    rows = [{"id": i, "properties": {"city": "Oslo"}} for i in ("7", there, "8")]
    answer = http.post(f"{COMPANIES}/batch/update", {"inputs": rows})
    assert answer.status_code == 207
    (error,) = answer.json()["errors"]
    assert error["category"] == "OBJECT_NOT_FOUND"
    assert error["context"] == {"ids": ["7", "8"]}
    assert error["message"] == (
        "Could not get some COMPANY objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    assert _values(sandbox, "companies", "city") == ["Oslo"]


def test_upsert_by_id_updates_and_cannot_create(http: Http) -> None:
    (there,) = _make(http, 1)
    rows = [{"id": there, "properties": {"city": "Oslo"}}, {"id": "9", "properties": {}}]
    body = http.post(f"{COMPANIES}/batch/upsert", {"inputs": rows}).json()
    assert [(r["id"], r["new"]) for r in body["results"]] == [(there, False)]
    assert body["errors"][0]["context"] == {"ids": ["9"]}


def test_contacts_are_upserted_by_address_which_comes_back_in_lower_case(http: Http) -> None:
    rows = [{"id": "New@Shop.example", "idProperty": "email", "properties": {"city": "Oslo"}}]
    first = http.post(f"{CONTACTS}/batch/upsert", {"inputs": rows}).json()["results"][0]
    again = http.post(f"{CONTACTS}/batch/upsert", {"inputs": rows}).json()["results"][0]
    assert first["properties"]["email"] == "new@shop.example"
    assert (first["new"], again["new"]) == (True, False)
    assert again["id"] == first["id"]


def test_results_are_shuffled_and_the_same_seed_shuffles_alike(http: Http) -> None:
    ids = _make(http, 30)
    body = {"inputs": [{"id": i} for i in ids], "properties": ["name"]}
    answered = [r["id"] for r in http.post(f"{COMPANIES}/batch/read", body).json()["results"]]
    assert answered != ids
    assert sorted(answered) == ids


def test_history_is_read_for_at_most_fifty(http: Http) -> None:
    body = {"inputs": [{"id": str(n)} for n in range(51)], "propertiesWithHistory": ["name"]}
    assert http.post(f"{COMPANIES}/batch/read", body).status_code == 400
    assert http.get(f"{COMPANIES}?limit=51&propertiesWithHistory=name").status_code == 400
    assert http.get(f"{COMPANIES}?limit=51").status_code == 200


def test_archived_records_are_batch_read_only_when_asked_for(http: Http) -> None:
    (there,) = _make(http, 1)
    http.post(f"{COMPANIES}/batch/archive", {"inputs": [{"id": there}]})
    body = {"inputs": [{"id": there}]}
    assert http.post(f"{COMPANIES}/batch/read", body).status_code == 207
    found = http.post(f"{COMPANIES}/batch/read?archived=true", body).json()["results"][0]
    assert (found["archived"], "archivedAt" in found) == (True, True)
    assert http.get(f"{COMPANIES}?archived=true").json()["results"][0]["id"] == there
    assert http.get(f"{COMPANIES}/9?archived=true").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/objects/companies",
        "/crm/objects/2026-03/companies",
        "/crm/objects/2026-09/companies",
        "/crm/objects/2026-09/0-2",
        "/crm/v3/objects/company",
    ],
)
def test_every_version_and_name_of_an_object_is_the_same_object(
    sandbox: SandboxServer, http: Http, path: str
) -> None:
    (there,) = _make(http, 1, path)
    assert http.get(f"{path}/{there}").json()["id"] == there
    assert len(sandbox.portal.records("companies").live) == 1


@pytest.mark.parametrize(
    "path", ["/crm/objects/2025-01/companies", "/crm/v3/objects/unicorns", "/nothing"]
)
def test_what_does_not_exist_is_a_404_in_hubspots_form(http: Http, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert answer.json()["status"] == "error"


def test_a_body_that_is_no_json_object_is_refused(http: Http) -> None:
    for text in ("{", "[]"):
        answer = http("POST", COMPANIES, data=text)
        assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert http.post(COMPANIES, {"name": "x"}).status_code == 400


def test_a_list_gives_a_hundred_at_most(http: Http) -> None:
    assert http.get(f"{COMPANIES}?limit=101").status_code == 400
    assert http.get(f"{COMPANIES}?limit=ten").status_code == 400
    assert http.get(f"{COMPANIES}?after=ten").status_code == 400


def test_an_answer_shows_null_for_never_filled_and_nothing_for_unknown_properties(
    http: Http,
) -> None:
    (there,) = _make(http, 1)
    http("PATCH", f"{COMPANIES}/{there}", {"properties": {"city": "Oslo"}})
    http("PATCH", f"{COMPANIES}/{there}", {"properties": {"city": ""}})
    shown = http.get(f"{COMPANIES}/{there}?properties=city,phone,unheard_of").json()["properties"]
    assert set(shown) == {"city", "phone", "createdate", "hs_lastmodifieddate", "hs_object_id"}
    assert (shown["city"], shown["phone"]) == ("", None)


def test_a_write_that_changes_nothing_leaves_the_record_untouched(http: Http) -> None:
    (there,) = _make(http, 1)
    before = http.get(f"{COMPANIES}/{there}").json()["updatedAt"]
    answer = http("PATCH", f"{COMPANIES}/{there}", {"properties": {"name": "Company 0"}})
    assert answer.json()["updatedAt"] == before
