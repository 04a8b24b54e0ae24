"""Associations: types and labels, primary companies, batches, pages, and stages that follow."""

from __future__ import annotations

import pytest
from contract.sandbox.http_client import Http

from syncworker.sandbox.answers import Json
from syncworker.sandbox.server import SandboxServer

V4 = "/crm/v4/associations"
PRIMARY = {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"}
PLAIN = {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None}


@pytest.fixture
def ids(http: Http) -> tuple[str, str, str]:
    """A contact and two companies."""
    contact = http.post("/crm/v3/objects/contacts", {"properties": {"email": "a@shop.example"}})
    companies = [
        http.post("/crm/v3/objects/companies", {"properties": {"name": n}}).json()["id"]
        for n in "xy"
    ]
    return contact.json()["id"], companies[0], companies[1]


def _pair(one: str, other: str, *types: int, category: str = "HUBSPOT_DEFINED") -> Json:
    specs = [{"associationCategory": category, "associationTypeId": t} for t in types]
    return {"from": {"id": one}, "to": {"id": other}, **({"types": specs} if types else {})}


def _default(http: Http, one: str, *others: str) -> None:
    pairs = [_pair(one, other) for other in others]
    path = f"{V4}/contacts/companies/batch/associate/default"
    assert http.post(path, {"inputs": pairs}).status_code == 200


def _kinds(http: Http, contact: str) -> dict[str, list[Json]]:
    linked = http.get(f"/crm/v4/objects/contacts/{contact}/associations/companies").json()
    return {to["toObjectId"]: to["associationTypes"] for to in linked["results"]}


def _company_of(http: Http, contact: str) -> str | None:
    path = f"/crm/v3/objects/contacts/{contact}?properties=associatedcompanyid"
    return http.get(path).json()["properties"]["associatedcompanyid"]


def test_a_contacts_first_company_is_its_primary_one(http: Http, ids: tuple[str, str, str]) -> None:
    contact, first, second = ids
    _default(http, contact, first, second)
    assert _kinds(http, contact) == {first: [PLAIN, PRIMARY], second: [PLAIN]}
    assert _company_of(http, contact) == first
    seen = http.get(f"/crm/v4/objects/companies/{first}/associations/contacts").json()["results"]
    assert [kind["typeId"] for kind in seen[0]["associationTypes"]] == [280, 2]


def test_making_another_company_the_primary_one_takes_it_from_the_first(
    http: Http, ids: tuple[str, str, str]
) -> None:
    contact, first, second = ids
    _default(http, contact, first)
    body = {"inputs": [_pair(second, contact, 2)]}
    made = http.post(f"{V4}/companies/contacts/batch/create", body)
    assert made.status_code == 201
    assert made.json()["results"][0]["labels"] == ["Primary"]
    assert _kinds(http, contact) == {first: [PLAIN], second: [PLAIN, PRIMARY]}
    assert _company_of(http, contact) == second
    _default(http, contact, first)
    assert _kinds(http, contact)[first] == [PLAIN]


def test_a_label_is_made_set_and_taken_away_while_the_association_stays(
    http: Http, ids: tuple[str, str, str]
) -> None:
    contact, company, _ = ids
    body = {"label": "Champion", "inverseLabel": "Championed by", "name": "champion"}
    made = http.post(f"{V4}/contacts/companies/labels", body).json()["results"]
    champion, championed = made[0]["typeId"], made[1]["typeId"]
    labels = http.get("/crm/associations/2026-09/contacts/companies/labels").json()["results"]
    assert [label["label"] for label in labels] == [None, "Primary", "Champion"]
    assert http.post(f"{V4}/contacts/companies/labels", body).status_code == 400
    assert http.post(f"{V4}/contacts/companies/labels", {"label": "x"}).status_code == 400
    pair = _pair(contact, company, champion, category="USER_DEFINED")
    answer = http.post(f"{V4}/contacts/companies/batch/create", {"inputs": [pair]}).json()
    assert answer["results"][0]["labels"] == ["Champion"]
    seen = http.get(f"/crm/v4/objects/companies/{company}/associations/contacts").json()
    assert championed in [t["typeId"] for t in seen["results"][0]["associationTypes"]]
    gone = http.post(f"{V4}/contacts/companies/batch/labels/archive", {"inputs": [pair]})
    assert gone.status_code == 204
    assert _kinds(http, contact) == {company: [PLAIN, PRIMARY]}
    plain = _pair(contact, company, 279)
    http.post(f"{V4}/contacts/companies/batch/labels/archive", {"inputs": [plain]})
    assert _kinds(http, contact) == {company: [PLAIN, PRIMARY]}


def test_associations_are_taken_away_from_both_sides(http: Http, ids: tuple[str, str, str]) -> None:
    contact, first, second = ids
    _default(http, contact, first, second)
    body = {"inputs": [{"from": {"id": contact}, "to": [{"id": first}, {"id": "9"}]}]}
    assert http.post(f"{V4}/contacts/companies/batch/archive", body).status_code == 204
    assert list(_kinds(http, contact)) == [second]
    assert _company_of(http, contact) == ""
    path = f"/crm/v4/objects/companies/{second}/associations/contacts/{contact}"
    assert http("DELETE", path).status_code == 204
    assert _kinds(http, contact) == {}


def test_one_association_is_put_with_and_without_types(
    http: Http, ids: tuple[str, str, str]
) -> None:
    contact, first, second = ids
    base = f"/crm/v4/objects/contacts/{contact}/associations"
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    made = http("PUT", f"{base}/companies/{first}", types)
    assert (made.status_code, made.json()["labels"]) == (201, ["Primary"])
    default = http("PUT", f"{base}/default/companies/{second}").json()["results"]
    assert [row["associationSpec"]["associationTypeId"] for row in default] == [279, 280]
    assert http("PUT", f"{base}/companies/{first}", data="{").status_code == 400
    assert set(_kinds(http, contact)) == {first, second}


@pytest.mark.parametrize(
    "row",
    [
        "x",
        {},
        {"from": "1", "to": {"id": "2"}, "types": [{}]},
        {"from": {"id": "1"}, "to": {}, "types": [{}]},
        {"from": {"id": "1"}, "to": {"id": ["2"]}, "types": [{}]},
        {"from": {"id": "1"}, "to": {"id": "2"}},
        {"from": {"id": "1"}, "to": {"id": "2"}, "types": []},
        {"from": {"id": "1"}, "to": {"id": "2"}, "types": "x"},
        {"from": {"id": "1"}, "to": {"id": "2"}, "types": ["x"]},
        _pair("1", "2", 280),
        _pair("1", "2", 279, category="USER_DEFINED"),
    ],
)
def test_a_malformed_input_refuses_the_whole_request(http: Http, row: object) -> None:
    answer = http.post(f"{V4}/contacts/companies/batch/create", {"inputs": [row]})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("action", "row"),
    [
        ("archive", {"from": {"id": "1"}, "to": {"id": "2"}}),
        ("archive", {"from": {"id": "1"}, "to": ["2"]}),
        ("associate/default", {"from": {"id": "1"}}),
        ("labels/archive", {"from": {"id": "1"}, "to": {"id": "2"}}),
        ("read", {"id": None}),
        ("read", {"id": "1", "after": "x"}),
    ],
)
def test_other_malformed_inputs_are_refused_too(http: Http, action: str, row: Json) -> None:
    answer = http.post(f"{V4}/contacts/companies/batch/{action}", {"inputs": [row]})
    assert answer.status_code == 400


def test_a_batch_creates_two_thousand_and_reads_one_thousand_at_most(http: Http) -> None:
    pairs = [_pair("1", f"{n}", 279) for n in range(2_001)]
    path = f"{V4}/contacts/companies/batch"
    assert http.post(f"{path}/create", {"inputs": pairs}).status_code == 400
    assert http.post(f"{path}/create", {"inputs": pairs[1:]}).status_code == 207
    reads = [{"id": f"{n}"} for n in range(1_001)]
    assert http.post(f"{path}/read", {"inputs": reads}).status_code == 400
    assert http.post(f"{path}/read", {"inputs": reads[1:]}).status_code == 207


def test_many_associations_come_in_pages_of_five_hundred(
    sandbox: SandboxServer, http: Http
) -> None:
    portal = sandbox.portal
    contacts, companies = portal.records("contacts"), portal.records("companies")
    company = portal.put("companies", {"name": "x"})
    people = [portal.put("contacts", {"email": f"{n}@shop.example"}) for n in range(501)]
    for person in people:
        portal.link(contacts, person, companies, company)
    path = f"{V4}/companies/contacts/batch/read"
    (first,) = http.post(path, {"inputs": [{"id": company.id}]}).json()["results"]
    after = first["paging"]["next"]["after"]
    (rest,) = http.post(path, {"inputs": [{"id": company.id, "after": after}]}).json()["results"]
    assert [len(page["to"]) for page in (first, rest)] == [500, 1]
    assert "paging" not in rest
    one = f"/crm/v4/objects/companies/{company.id}/associations/contacts"
    page = http.get(f"{one}?limit=400").json()
    rest = http.get(f"{one}?limit=400&after={page['paging']['next']['after']}").json()
    found = [to["toObjectId"] for to in page["results"] + rest["results"]]
    assert found == [person.id for person in people]
    assert http.get(f"{one}?limit=501").status_code == 400


def test_a_merged_record_keeps_its_associations_and_the_old_ids_have_none(
    http: Http, ids: tuple[str, str, str]
) -> None:
    contact, first, second = ids
    _default(http, contact, first)
    body = {"primaryObjectId": first, "objectIdToMerge": second}
    merged = http.post("/crm/v3/objects/companies/merge", body).json()["id"]
    assert list(_kinds(http, contact)) == [merged]
    path = "/crm/v4/objects/companies/{}/associations/contacts"
    assert len(http.get(path.format(merged)).json()["results"]) == 1
    assert http.get(path.format(first)).json()["results"] == []
    read = http.post(f"{V4}/companies/contacts/batch/read", {"inputs": [{"id": first}]})
    assert read.json()["errors"][0]["context"] == {"ids": [first]}


@pytest.mark.parametrize(
    "associations",
    [
        "x",
        ["x"],
        [{"to": {}}],
        [{"to": {"id": "1"}}],
        [{"to": {"id": "1"}, "types": ["x"]}],
        [{"to": {"id": "1"}, "types": [{"associationTypeId": 280}]}],
    ],
)
def test_a_new_records_malformed_associations_refuse_it(
    sandbox: SandboxServer, http: Http, associations: object
) -> None:
    body = {"properties": {"email": "b@shop.example"}, "associations": associations}
    assert http.post("/crm/v3/objects/contacts", body).status_code == 400
    assert not sandbox.portal.records("contacts").live


def test_a_new_record_is_not_associated_with_nothing(http: Http) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    body = {"properties": {}, "associations": [{"to": {"id": "9"}, "types": types}]}
    assert http.post("/crm/v3/objects/contacts", body).status_code == 404


def _stage(http: Http, contact: str) -> str:
    path = f"/crm/v3/objects/contacts/{contact}?properties=lifecyclestage"
    return http.get(path).json()["properties"]["lifecyclestage"]


def test_contacts_take_their_primary_companys_stage_once_the_account_syncs_it(
    sandbox: SandboxServer, http: Http, ids: tuple[str, str, str]
) -> None:
    contact, first, second = ids
    _default(http, contact, first, second)

    def write(company: str, stage: str) -> None:
        path = f"/crm/v3/objects/companies/{company}"
        http("PATCH", path, {"properties": {"lifecyclestage": stage}})

    write(first, "salesqualifiedlead")
    assert _stage(http, contact) == "lead"
    http("PATCH", "/_sandbox/portal", {"sync_company_stages": True})
    write(first, "opportunity")
    assert _stage(http, contact) == "opportunity"
    write(second, "customer")
    assert _stage(http, contact) == "opportunity"
    sandbox.portal.put("companies", {"lifecyclestage": "lead"}, first)
    assert _stage(http, contact) == "opportunity"
    new = http.post("/crm/v3/objects/contacts", {"properties": {"email": "b@shop.example"}})
    _default(http, new.json()["id"], second)
    assert _stage(http, new.json()["id"]) == "customer"
