"""What is too long, who changed a value, and broken answers for one request."""

from __future__ import annotations

import pytest
import requests
from contract.sandbox.http_client import Http

from syncworker.sandbox.server import SandboxServer

COMPANIES = "/crm/v3/objects/companies"


def test_a_url_of_more_than_sixteen_thousand_characters_is_a_414(http: Http) -> None:
    def asked(length: int) -> requests.Response:
        start = f"{COMPANIES}?properties="
        return http.get(start + "x" * (length - len(start) + 1))

    assert asked(16_000).status_code == 200
    refused = asked(16_001)
    assert refused.status_code == 414
    assert refused.headers["Content-Type"].startswith("text/html")


def test_a_body_above_the_limit_is_a_413(sandbox: SandboxServer, http: Http) -> None:
    body = {"properties": {"name": "x" * 2_000}}
    assert http.post(COMPANIES, body).status_code == 201
    http("PATCH", "/_sandbox/portal", {"max_body": 1_000})
    assert http.post(COMPANIES, body).status_code == 413
    assert len(sandbox.portal.records("companies").live) == 1
    assert http("PATCH", "/_sandbox/portal", {"colour": 1}).status_code == 400


@pytest.mark.parametrize("source", ["CRM_UI", "IMPORT", "AUTOMATION_PLATFORM"])
def test_a_values_history_says_who_wrote_it(
    sandbox: SandboxServer, http: Http, source: str
) -> None:
    made = http.post(COMPANIES, {"properties": {"city": "Oslo"}}).json()["id"]
    sandbox.portal.put("companies", {"city": "Rome"}, made, source=source)
    body = {"companies": [{"id": made, "city": "Bern"}]}
    http.post(f"/_sandbox/state?source={source}", body)
    read = {"inputs": [{"id": made}], "propertiesWithHistory": ["city"]}
    (found,) = http.post(f"{COMPANIES}/batch/read", read).json()["results"]
    past = [(v["value"], v["sourceType"]) for v in found["propertiesWithHistory"]["city"]]
    assert past == [("Bern", source), ("Rome", source), ("Oslo", "INTEGRATION")]


def test_only_a_person_turns_a_stage_back(sandbox: SandboxServer) -> None:
    record = sandbox.portal.put("companies", {"lifecyclestage": "customer"})
    sandbox.portal.put("companies", {"lifecyclestage": "lead"}, record.id, source="IMPORT")
    assert record.values["lifecyclestage"] == "customer"
    sandbox.portal.put("companies", {"lifecyclestage": "lead"}, record.id)
    assert record.values["lifecyclestage"] == "lead"


def test_one_request_may_be_dropped_cut_short_or_answered_by_a_page(
    sandbox: SandboxServer, http: Http
) -> None:
    http.post("/_sandbox/faults", {"drop": True})
    with pytest.raises(requests.ConnectionError):
        http.post(COMPANIES, {"properties": {"name": "dropped"}})
    http.post("/_sandbox/faults", {"truncate": "short"})
    with pytest.raises(requests.exceptions.JSONDecodeError):
        http.post(COMPANIES, {"properties": {"name": "short"}}).json()
    http.post("/_sandbox/faults", {"status": 200, "text": "<html>", "done": True})
    assert http.post(COMPANIES, {"properties": {"name": "page"}}).text == "<html>"
    names = [r.values["name"] for r in sandbox.portal.records("companies").live.values()]
    assert names == ["short", "page"]


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": ["x"]},
        {"filterGroups": [{"filters": ["x"]}]},
        {"filterGroups": {"filters": []}},
    ],
)
def test_a_malformed_search_is_refused(http: Http, body: object) -> None:
    assert http.post(f"{COMPANIES}/search", body).status_code == 400


def test_the_newest_version_takes_one_more_filter_group(http: Http) -> None:
    one = {"filters": [{"propertyName": "name", "operator": "EQ", "value": "x"}]}
    six, seven = {"filterGroups": [one] * 6}, {"filterGroups": [one] * 7}
    path = "/crm/objects/2026-09/companies/search"
    assert http.post(f"{COMPANIES}/search", six).status_code == 400
    assert http.post(path, six).status_code == 200
    assert http.post(path, seven).status_code == 400


def test_a_search_finds_what_was_changed_merged_and_archived_meanwhile(http: Http) -> None:
    def found(name: str) -> list[str]:
        one = {"propertyName": "name", "operator": "EQ", "value": name}
        body = {"filterGroups": [{"filters": [one]}]}
        return [r["id"] for r in http.post(f"{COMPANIES}/search", body).json()["results"]]

    ids = [http.post(COMPANIES, {"properties": {"name": n}}).json()["id"] for n in "abc"]
    assert (found("A"), found("d")) == ([ids[0]], [])
    http("PATCH", f"{COMPANIES}/{ids[0]}", {"properties": {"name": "d"}})
    assert (found("a"), found("d")) == ([], [ids[0]])
    body = {"primaryObjectId": ids[0], "objectIdToMerge": ids[1]}
    merged = http.post(f"{COMPANIES}/merge", body).json()["id"]
    assert (found("d"), found("b")) == ([merged], [])
    http("DELETE", f"{COMPANIES}/{ids[2]}")
    assert found("c") == []
    new = http.post(COMPANIES, {"properties": {"name": "c"}}).json()["id"]
    assert found("c") == [new]
