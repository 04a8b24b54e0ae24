"""Values: HubSpot's form for every type, and its words where one does not fit."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from contract.sandbox.http_client import Http
from hypothesis import given
from hypothesis import strategies as st

from syncworker.sandbox.answers import ApiError
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer
from syncworker.sandbox.values import stamp, to_moment

COMPANIES = "/crm/v3/objects/companies"


@pytest.fixture
def record(sandbox: SandboxServer, http: Http) -> str:
    """The path of a company that has a property of every type."""
    options = [{"label": v, "value": v, "hidden": False} for v in ("a", "b", "c")]
    yes_no = [{"label": v, "value": v, "hidden": False} for v in ("true", "false")]
    kinds = [
        ("t_string", "string", "text", []),
        ("t_number", "number", "number", []),
        ("t_date", "date", "date", []),
        ("t_datetime", "datetime", "date", []),
        ("t_select", "enumeration", "select", options),
        ("t_multi", "enumeration", "checkbox", options),
        ("t_bool", "bool", "booleancheckbox", yes_no),
    ]
    rows = [
        {
            "name": name,
            "label": name,
            "type": kind,
            "fieldType": shown,
            "groupName": "companyinformation",
            "options": options,
        }
        for name, kind, shown, options in kinds
    ]
    answer = http.post("/crm/v3/properties/companies/batch/create", {"inputs": rows})
    assert answer.status_code == 201, answer.text
    return f"{COMPANIES}/{http.post(COMPANIES, {'properties': {'name': 'x'}}).json()['id']}"


@pytest.mark.parametrize(
    ("name", "sent", "stored"),
    [
        ("t_string", "Ünïcode ✓", "Ünïcode ✓"),
        ("t_string", 5, "5"),
        ("t_string", "x" * 65_536, "x" * 65_536),
        ("t_number", "12.5", "12.5"),
        ("t_number", "-3", "-3"),
        ("t_date", "2026-11-21", "2026-11-21"),
        ("t_date", "1572480000000", "2019-10-31"),
        ("t_date", "2026-11-21T00:00:00Z", "2026-11-21"),
        ("t_datetime", "2026-11-21T10:30:00Z", "2026-11-21T10:30:00.000Z"),
        ("t_datetime", "2026-11-21T10:30:00.125+01:00", "2026-11-21T09:30:00.125Z"),
        ("t_datetime", "1572480000001", "2019-10-31T00:00:00.001Z"),
        ("t_select", "a", "a"),
        ("t_multi", "c;a", "c;a"),
        ("t_bool", "true", "true"),
        ("t_bool", False, "false"),
        ("domain", "Shop.Example", "shop.example"),
        ("hubspot_owner_id", "101", "101"),
    ],
)
def test_a_value_that_fits_is_stored_in_hubspots_form(
    http: Http, record: str, name: str, sent: object, stored: str
) -> None:
    answer = http("PATCH", record, {"properties": {name: sent}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"][name] == stored
    assert http.get(f"{record}?properties={name}").json()["properties"][name] == stored


@pytest.mark.parametrize(
    ("name", "sent", "code", "message"),
    [
        ("unheard_of", "1", "PROPERTY_DOESNT_EXIST", 'Property "unheard_of" does not exist'),
        ("t_string", "x" * 65_537, "VALUE_TOO_LONG", "65536"),
        ("t_number", "many", "INVALID_INTEGER", "many was not a valid number."),
        ("t_number", "1,5", "INVALID_INTEGER", "1,5 was not a valid number."),
        ("t_number", "NaN", "INVALID_INTEGER", "NaN was not a valid number."),
        ("t_date", "21.11.2026", "INVALID_LONG", "21.11.2026 was not a valid long."),
        ("t_datetime", "0001-01-01T00:00:00+05:00", "INVALID_LONG", "was not a valid long."),
        ("t_date", "2026-02-30", "INVALID_LONG", "2026-02-30 was not a valid long."),
        (
            "t_date",
            "1572480000001",
            "INVALID_DATE",
            "1572480000001 is at 00:00:00 UTC, not midnight!",
        ),
        (
            "t_datetime",
            "2019-05-13T12:05:53.602759Z",
            "INVALID_LONG",
            "2019-05-13T12:05:53.602759Z was not a valid long.",
        ),
        ("t_datetime", "2025-10-23", "INVALID_LONG", "2025-10-23 was not a valid long."),
        ("t_select", "A", "INVALID_OPTION", "A was not one of the allowed options: [a, b, c]"),
        ("t_select", "a;b", "INVALID_OPTION", "a;b was not one of the allowed options: [a, b, c]"),
        ("t_multi", "a;z", "INVALID_OPTION", "z was not one of the allowed options: [a, b, c]"),
        (
            "t_bool",
            "yes",
            "INVALID_OPTION",
            "yes was not one of the allowed options: [true, false]",
        ),
        ("hs_object_id", "1", "READ_ONLY_VALUE", "read only"),
        ("hs_lastmodifieddate", "1572480000000", "READ_ONLY_VALUE", "read only"),
        ("hs_lifecyclestage_lead_date", "2025-10-23", "READ_ONLY_VALUE", "read only"),
    ],
)
def test_a_value_that_does_not_fit_is_named_in_the_message_and_in_errors(
    sandbox: SandboxServer,
    http: Http,
    record: str,
    name: str,
    sent: object,
    code: str,
    message: str,
) -> None:
    answer = http("PATCH", record, {"properties": {name: sent}})
    assert answer.status_code == 400
    body = answer.json()
    assert body["category"] == "VALIDATION_ERROR"
    (error,) = body["errors"]
    assert (error["code"], error["context"]) == (code, {"propertyName": [name]})
    prefix = "Property values were not valid: "
    assert body["message"].startswith(prefix)
    (embedded,) = json.loads(body["message"].removeprefix(prefix))
    assert message in embedded["message"]
    assert (embedded["isValid"], embedded["error"], embedded["name"]) == (False, code, name)
    assert embedded["portalId"] == sandbox.portal.portal_id


@pytest.mark.parametrize("address", ["nobody", "a@shop", "a b@shop.example", "a@shop.e1"])
def test_an_address_that_is_none_is_refused(http: Http, address: str) -> None:
    answer = http.post("/crm/v3/objects/contacts", {"properties": {"email": address}})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "INVALID_EMAIL"
    assert f"Email address {address} is invalid" in answer.json()["message"]


def test_every_wrong_value_of_a_record_is_named(http: Http, record: str) -> None:
    body = http("PATCH", record, {"properties": {"t_number": "x", "t_select": "z"}}).json()
    assert [e["code"] for e in body["errors"]] == ["INVALID_INTEGER", "INVALID_OPTION"]


@pytest.mark.parametrize("empty", ["", None])
def test_nothing_empties_a_property(http: Http, record: str, empty: str | None) -> None:
    http("PATCH", record, {"properties": {"t_number": "5"}})
    answer = http("PATCH", record, {"properties": {"t_number": empty}})
    assert answer.json()["properties"]["t_number"] == ""


def test_a_leading_semicolon_adds_options(http: Http, record: str) -> None:
    for sent, stored in [("b;a", "b;a"), (";c;a", "b;a;c"), ("c", "c")]:
        answer = http("PATCH", record, {"properties": {"t_multi": sent}})
        assert answer.json()["properties"]["t_multi"] == stored


def test_a_value_that_is_no_text_or_number_is_refused(http: Http, record: str) -> None:
    assert http("PATCH", record, {"properties": {"t_string": ["a"]}}).status_code == 400


@given(st.text(max_size=40))
def test_any_text_is_stored_or_refused_for_every_property(text: str) -> None:
    portal = Portal()
    records = portal.records("companies")
    for name in records.definitions.properties:
        with suppress(ApiError):
            prepared = records.prepare(None, {name: text}, {})
            again = records.prepare(None, prepared.values, {})
            assert again.values == prepared.values


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)))
def test_a_moment_survives_being_written_to_the_millisecond(moment: datetime) -> None:
    read = to_moment(stamp(moment))
    assert read is not None
    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)
