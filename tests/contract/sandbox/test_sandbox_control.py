"""The control API: counts, the last requests, state, and answers that go wrong on purpose."""

from __future__ import annotations

import time

import pytest
import requests
from contract.sandbox.http_client import Http

from syncworker.sandbox.answers import Json
from syncworker.sandbox.server import SandboxServer

COMPANIES = "/crm/objects/2026-09/companies"


def _fault(http: Http, **fault: object) -> None:
    assert http.post("/_sandbox/faults", fault).status_code == 204


def test_requests_are_counted_by_what_they_are(http: Http) -> None:
    made = http.post("/crm/v3/objects/companies", {"properties": {"name": "x"}}).json()["id"]
    http.get(f"{COMPANIES}/{made}")
    http.get(f"/crm/v3/objects/companies/{made}")
    http.post(f"{COMPANIES}/batch/read", {"inputs": [{"id": made}]})
    http.post(f"{COMPANIES}/search", {})
    http.get("/crm/v3/properties/companies/name")
    http.get("/crm/v3/properties/companies/groups/companyinformation")
    stats = http.get("/_sandbox/stats").json()
    assert stats["by_path"] == {
        "POST /crm/objects/companies": 1,
        "GET /crm/objects/companies/{id}": 2,
        "POST /crm/objects/companies/batch/read": 1,
        "POST /crm/objects/companies/search": 1,
        "GET /crm/properties/companies/{name}": 1,
        "GET /crm/properties/companies/groups/{name}": 1,
    }
    assert (stats["requests"], stats["reads"], stats["writes"]) == (7, 6, 1)
    assert stats["by_status"] == {"200": 6, "201": 1}
    first = stats["log"][0]
    assert (first["method"], first["status"]) == ("POST", 201)
    assert first["body"] == {"properties": {"name": "x"}}


def test_counting_starts_from_zero_again(http: Http) -> None:
    http("POST", COMPANIES, data="{")
    assert http.get("/_sandbox/stats").json()["log"][0]["body"] == "{"
    assert http.post("/_sandbox/reset-stats", {}).status_code == 204
    stats = http.get("/_sandbox/stats").json()
    assert (stats["requests"], stats["by_path"], stats["log"]) == (0, {}, [])


def test_state_is_written_as_a_person_would_and_read_whole(http: Http) -> None:
    body: Json = {"companies": [{"name": "x", "numberofemployees": 5}]}
    (made,) = http.post("/_sandbox/state", body).json()["ids"]
    http.post("/_sandbox/state", {"companies": [{"id": made, "city": "Oslo"}]})
    state = http.get("/_sandbox/state?object=companies").json()
    assert list(state) == ["companies"]
    values = state["companies"][0]["properties"]
    assert (values["name"], values["numberofemployees"], values["city"]) == ("x", "5", "Oslo")
    objects = {"contacts", "companies", "deals", "tickets", "feedback_submissions"}
    assert set(http.get("/_sandbox/state").json()) == objects
    past = http.get(f"{COMPANIES}/{made}?propertiesWithHistory=city").json()
    assert past["propertiesWithHistory"]["city"][0]["sourceType"] == "CRM_UI"
    refused = http.post("/_sandbox/state", {"companies": [{"unheard_of": "x"}]})
    assert refused.status_code == 400


def test_a_fault_answers_for_so_many_matching_requests(sandbox: SandboxServer, http: Http) -> None:
    _fault(
        http,
        path="batch/update",
        method="POST",
        skip=1,
        times=2,
        status=477,
        body={"message": "moving"},
        headers={"Retry-After": "3"},
    )
    made = http.post(COMPANIES, {"properties": {"name": "x"}}).json()["id"]
    rows = [{"id": made, "properties": {"city": "Oslo"}}]
    answers = [http.post(f"{COMPANIES}/batch/update", {"inputs": rows}) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 477, 477, 200]
    assert answers[1].headers["Retry-After"] == "3"
    assert answers[1].json() == {"message": "moving"}
    assert sandbox.portal.faults.waiting == []


def test_a_faulty_answer_means_nothing_was_done(sandbox: SandboxServer, http: Http) -> None:
    _fault(http, status=503)
    assert http.post(COMPANIES, {"properties": {"name": "x"}}).status_code == 503
    assert not sandbox.portal.records("companies").live


def test_a_lost_answer_means_it_was_done(sandbox: SandboxServer, http: Http) -> None:
    _fault(http, path="companies", cut=True)
    with pytest.raises(requests.ConnectionError):
        http.post(COMPANIES, {"properties": {"name": "x"}})
    assert [r.values["name"] for r in sandbox.portal.records("companies").live.values()] == ["x"]
    assert http.get("/_sandbox/stats").json()["by_status"] == {"0": 1}
    assert http.get(COMPANIES).status_code == 200


def test_a_portal_that_hangs_says_nothing_until_the_client_gives_up(
    sandbox: SandboxServer, http: Http
) -> None:
    _fault(http, hang=30)
    with pytest.raises(requests.ReadTimeout):
        http.session.post(f"{sandbox.url}{COMPANIES}", json={"properties": {}}, timeout=0.2)
    assert http.get(COMPANIES).json()["results"] == []


def test_a_portal_that_hangs_cuts_the_connection_in_the_end(http: Http) -> None:
    _fault(http, hang=0.1)
    with pytest.raises(requests.ConnectionError):
        http.get(COMPANIES)


def test_a_delayed_answer_comes_late_and_whole(http: Http) -> None:
    _fault(http, delay=0.2)
    start = time.monotonic()
    assert http.get(COMPANIES).status_code == 200
    assert time.monotonic() - start >= 0.2


def test_faults_are_shown_and_taken_back(http: Http) -> None:
    _fault(http, path="nowhere", status=500)
    assert http.get("/_sandbox/faults").json()["waiting"][0]["path"] == "nowhere"
    assert http("DELETE", "/_sandbox/faults").status_code == 204
    assert http.get("/_sandbox/faults").json() == {"waiting": []}
    unknown = http.post("/_sandbox/faults", {"percent": 5})
    assert (unknown.status_code, "percent" in unknown.json()["message"]) == (400, True)
