"""Lifecycle stages go forward; back only by way of empty."""

from __future__ import annotations

import pytest
from contract.sandbox.http_client import Http

from syncworker.sandbox.server import SandboxServer

COMPANIES = "/crm/v3/objects/companies"


@pytest.fixture
def customer(http: Http) -> str:
    """The path of a company that is a customer."""
    made = http.post(COMPANIES, {"properties": {"name": "x", "lifecyclestage": "customer"}})
    return f"{COMPANIES}/{made.json()['id']}"


def _stage(http: Http, path: str) -> str:
    return http.get(f"{path}?properties=lifecyclestage").json()["properties"]["lifecyclestage"]


def test_a_record_without_a_stage_starts_as_a_lead(http: Http) -> None:
    made = http.post(COMPANIES, {"properties": {"name": "x"}}).json()["id"]
    assert _stage(http, f"{COMPANIES}/{made}") == "lead"


def test_an_earlier_stage_is_quietly_not_taken(http: Http, customer: str) -> None:
    answer = http("PATCH", customer, {"properties": {"lifecyclestage": "lead", "city": "Oslo"}})
    assert answer.status_code == 200
    assert answer.json()["properties"]["lifecyclestage"] == "customer"
    assert answer.json()["properties"]["city"] == "Oslo"
    assert _stage(http, customer) == "customer"


def test_a_later_stage_is_taken_and_its_day_is_kept(http: Http, customer: str) -> None:
    http("PATCH", customer, {"properties": {"lifecyclestage": "evangelist"}})
    names = "lifecyclestage,hs_lifecyclestage_customer_date,hs_lifecyclestage_evangelist_date"
    shown = http.get(f"{customer}?properties={names}").json()["properties"]
    assert shown["lifecyclestage"] == "evangelist"
    assert shown["hs_lifecyclestage_customer_date"] <= shown["hs_lifecyclestage_evangelist_date"]


def test_an_earlier_stage_is_taken_after_clearing_in_a_request_of_its_own(
    http: Http, customer: str
) -> None:
    http("PATCH", customer, {"properties": {"lifecyclestage": ""}})
    assert _stage(http, customer) == ""
    http("PATCH", customer, {"properties": {"lifecyclestage": "lead"}})
    assert _stage(http, customer) == "lead"


def test_a_stage_made_by_an_admin_has_its_place_in_the_order(
    sandbox: SandboxServer, http: Http, customer: str
) -> None:
    path = "/crm/v3/properties/companies/lifecyclestage"
    stages = http.get(path).json()["options"]
    custom = {"label": "Churned", "value": "482910", "hidden": False, "displayOrder": 9}
    http("PATCH", path, {"options": [*stages, custom]})
    http("PATCH", customer, {"properties": {"lifecyclestage": "482910"}})
    assert _stage(http, customer) == "482910"
    http("PATCH", customer, {"properties": {"lifecyclestage": "other"}})
    assert _stage(http, customer) == "482910"


def test_a_person_may_set_any_stage(sandbox: SandboxServer, http: Http, customer: str) -> None:
    record_id = customer.rpartition("/")[2]
    sandbox.portal.put("companies", {"lifecyclestage": "lead"}, record_id)
    assert _stage(http, customer) == "lead"
    past = http.get(f"{customer}?propertiesWithHistory=lifecyclestage").json()
    sources = [v["sourceType"] for v in past["propertiesWithHistory"]["lifecyclestage"]]
    assert sources == ["CRM_UI", "CRM_UI", "INTEGRATION"]
