"""The portal's answers read by the official client's own models, over a socket."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hubspot import Client
from hubspot.crm.companies import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicObjectSearchRequest,
)
from hubspot.crm.companies.models import (
    BatchResponseSimplePublicObject,
    BatchResponseSimplePublicObjectWithErrors,
    BatchResponseSimplePublicUpsertObjectWithErrors,
)
from hubspot.crm.contacts import SimplePublicObjectInput, SimplePublicObjectInputForCreate
from hubspot.crm.contacts.exceptions import ApiException, NotFoundException, UnauthorizedException
from hubspot.crm.properties import (
    BatchInputPropertyCreate,
    OptionInput,
    PropertyCreate,
    PropertyGroupCreate,
    PropertyUpdate,
)

from syncworker.sandbox.answers import Json
from syncworker.sandbox.server import SandboxServer


def _named(count: int) -> BatchInputSimplePublicObjectBatchInputForCreate:
    rows = [{"properties": {"name": f"Company {n}"}} for n in range(count)]
    return BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows)


def _unique_property(hubspot: Client) -> None:
    hubspot.crm.properties.core_api.create(
        "companies",
        PropertyCreate(
            name="account_key",
            label="Account key",
            type="string",
            field_type="text",
            group_name="companyinformation",
            has_unique_value=True,
        ),
    )


def test_a_contact_is_created_read_changed_and_archived(hubspot: Client) -> None:
    api = hubspot.crm.contacts.basic_api
    made = api.create(SimplePublicObjectInputForCreate(properties={"email": "Ada@Shop.example"}))
    assert made.properties["email"] == "ada@shop.example"
    assert (datetime.now(UTC) - made.created_at).total_seconds() < 60

    changed = api.update(made.id, SimplePublicObjectInput(properties={"firstname": "Ada"}))
    assert changed.properties["firstname"] == "Ada"

    read = api.get_by_id("ada@shop.example", id_property="email", properties=["firstname", "phone"])
    assert read.id == made.id
    assert read.properties["firstname"] == "Ada"
    assert read.properties["phone"] is None

    api.archive(made.id)
    with pytest.raises(NotFoundException) as gone:
        api.get_by_id(made.id)
    assert json.loads(gone.value.body)["category"] == "OBJECT_NOT_FOUND"
    assert api.get_by_id(made.id, archived=True).archived


def test_a_list_comes_in_pages_until_there_is_no_next_one(hubspot: Client) -> None:
    hubspot.crm.companies.batch_api.create(_named(25))
    api = hubspot.crm.companies.basic_api
    pages: list[list[str]] = []
    after = None
    while True:
        page = api.get_page(limit=10, after=after)
        pages.append([r.properties["name"] for r in page.results])
        if page.paging is None:
            break
        after = page.paging.next.after
    assert [len(p) for p in pages] == [10, 10, 5]
    assert sorted(name for page in pages for name in page) == sorted(
        f"Company {n}" for n in range(25)
    )


def test_a_batch_update_where_all_goes_well_is_a_200_of_the_plain_class(hubspot: Client) -> None:
    api = hubspot.crm.companies.batch_api
    ids = [r.id for r in api.create(_named(10)).results]
    rows = [
        {"id": i, "properties": {"city": f"City {i}"}, "objectWriteTraceId": f"t{i}"} for i in ids
    ]
    answer = api.update(BatchInputSimplePublicObjectBatchInput(inputs=rows))
    assert type(answer) is BatchResponseSimplePublicObject
    assert answer.status == "COMPLETE"
    by_trace = {r.object_write_trace_id: r.properties["city"] for r in answer.results}
    assert by_trace == {f"t{i}": f"City {i}" for i in ids}
    assert [r.id for r in answer.results] != ids


def test_a_batch_update_with_a_bad_row_is_a_207_of_the_class_with_errors(hubspot: Client) -> None:
    api = hubspot.crm.companies.batch_api
    ids = [r.id for r in api.create(_named(2)).results]
    rows = [
        {"id": ids[0], "properties": {"city": "Oslo"}, "objectWriteTraceId": "good"},
        {"id": ids[1], "properties": {"industry": "MAGIC"}, "objectWriteTraceId": "bad"},
        {"id": "999", "properties": {"city": "Rome"}, "objectWriteTraceId": "gone"},
    ]
    answer = api.update(BatchInputSimplePublicObjectBatchInput(inputs=rows))
    assert type(answer) is BatchResponseSimplePublicObjectWithErrors
    assert answer.num_errors == 2
    assert [r.id for r in answer.results] == [ids[0]]
    errors = {e.context["objectWriteTraceId"][0]: e for e in answer.errors}
    assert errors["bad"].category == "VALIDATION_ERROR"
    assert errors["bad"].errors[0].code == "INVALID_OPTION"
    assert errors["gone"].category == "OBJECT_NOT_FOUND"
    assert errors["gone"].context["ids"] == ["999"]


def test_an_upsert_says_which_records_are_new(hubspot: Client) -> None:
    _unique_property(hubspot)
    api = hubspot.crm.companies.batch_api

    def row(key: str, **properties: str) -> Json:
        return {
            "id": key,
            "idProperty": "account_key",
            "properties": properties,
            "objectWriteTraceId": f"t-{key}",
        }

    def upsert(*rows: Json) -> BatchResponseSimplePublicUpsertObjectWithErrors:
        return api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=list(rows)))

    upsert(row("a1", name="One"))
    answer = upsert(row("a1", city="Oslo"), row("a2", name="Two"), row("a3", numberofemployees="x"))
    assert type(answer) is BatchResponseSimplePublicUpsertObjectWithErrors
    assert {r.object_write_trace_id: r.new for r in answer.results} == {"t-a1": False, "t-a2": True}
    assert answer.errors[0].context == {"objectWriteTraceId": ["t-a3"]}
    read = hubspot.crm.companies.basic_api.get_by_id(
        "a1", id_property="account_key", properties=["name", "city"]
    )
    assert (read.properties["name"], read.properties["city"]) == ("One", "Oslo")


def test_a_batch_read_names_what_is_not_there(hubspot: Client) -> None:
    api = hubspot.crm.companies.batch_api
    ids = [r.id for r in api.create(_named(3)).results]
    answer = api.read(
        BatchReadInputSimplePublicObjectId(
            inputs=[{"id": i} for i in [*ids, "998", "999"]],
            properties=["name"],
            properties_with_history=["name"],
        )
    )
    assert type(answer) is BatchResponseSimplePublicObjectWithErrors
    assert {r.id for r in answer.results} == set(ids)
    assert answer.num_errors == 1
    assert answer.errors[0].context["ids"] == ["998", "999"]
    past = answer.results[0].properties_with_history["name"]
    assert past[0].value == answer.results[0].properties["name"]
    assert past[0].source_type == "INTEGRATION"


def test_a_batch_archive_takes_records_away(hubspot: Client) -> None:
    api = hubspot.crm.companies.batch_api
    ids = [r.id for r in api.create(_named(3)).results]
    api.archive(BatchInputSimplePublicObjectBatchInput(inputs=[{"id": i} for i in [*ids[:2], "9"]]))
    assert [r.id for r in hubspot.crm.companies.basic_api.get_page().results] == [ids[2]]


def test_a_search_finds_by_filter_and_sorts(hubspot: Client) -> None:
    hubspot.crm.companies.batch_api.create(_named(12))
    found = hubspot.crm.companies.search_api.do_search(
        PublicObjectSearchRequest(
            filter_groups=[
                FilterGroup(
                    filters=[Filter(property_name="name", operator="CONTAINS_TOKEN", value="1*")]
                )
            ],
            sorts=["-name"],
            properties=["name"],
            limit=2,
        )
    )
    assert found.total == 3
    assert [r.properties["name"] for r in found.results] == ["Company 11", "Company 10"]
    assert found.paging.next.after == "2"


def test_a_wrong_token_is_the_clients_unauthorized_exception(
    sandbox: SandboxServer, hubspot: Client
) -> None:
    hubspot.access_token = "pat-another"
    with pytest.raises(UnauthorizedException) as refused:
        hubspot.crm.contacts.basic_api.get_page()
    body = json.loads(refused.value.body)
    assert body["category"] == "INVALID_AUTHENTICATION"
    assert body["message"].startswith("Authentication credentials not found.")


def test_a_second_contact_with_an_address_is_a_conflict_that_names_the_first(
    hubspot: Client,
) -> None:
    api = hubspot.crm.contacts.basic_api
    first = api.create(SimplePublicObjectInputForCreate(properties={"email": "a@shop.example"}))
    with pytest.raises(ApiException) as refused:
        api.create(SimplePublicObjectInputForCreate(properties={"email": "A@shop.example"}))
    assert refused.value.status == 409
    body = json.loads(refused.value.body)
    assert body["category"] == "CONFLICT"
    assert body["message"] == f"Contact already exists. Existing ID: {first.id}"


def test_properties_and_groups_are_made_read_changed_and_archived(hubspot: Client) -> None:
    api = hubspot.crm.properties
    api.groups_api.create(
        "companies", PropertyGroupCreate(name="saas_metrics", label="SaaS metrics")
    )
    made = api.core_api.create(
        "companies",
        PropertyCreate(
            name="saas_trend",
            label="Trend",
            type="enumeration",
            field_type="select",
            group_name="saas_metrics",
            options=[OptionInput(label="Up", value="up", hidden=False)],
        ),
    )
    assert made.options[0].value == "up"
    assert not made.hubspot_defined
    changed = api.core_api.update("companies", "saas_trend", PropertyUpdate(label="Usage trend"))
    assert changed.label == "Usage trend"
    assert "saas_trend" in {p.name for p in api.core_api.get_all("companies").results}
    assert {g.name for g in api.groups_api.get_all("companies").results} == {
        "companyinformation",
        "saas_metrics",
    }
    api.core_api.archive("companies", "saas_trend")
    assert "saas_trend" not in {p.name for p in api.core_api.get_all("companies").results}
    assert api.core_api.get_by_name("companies", "saas_trend", archived=True).archived


def test_many_properties_are_made_in_one_request_and_those_that_exist_are_named(
    hubspot: Client,
) -> None:
    def numbers(*names: str) -> BatchInputPropertyCreate:
        return BatchInputPropertyCreate(
            inputs=[
                PropertyCreate(
                    name=name,
                    label=name,
                    type="number",
                    field_type="number",
                    group_name="companyinformation",
                )
                for name in names
            ]
        )

    api = hubspot.crm.properties.batch_api
    api.create("companies", numbers("one", "two"))
    answer = api.create("companies", numbers("two", "three"))
    assert [p.name for p in answer.results] == ["three"]
    assert answer.errors[0].category == "OBJECT_ALREADY_EXISTS"
