from __future__ import annotations

import socket

import pytest
from support.hubspot_writes import updates
from support.scripted_hubspot import Answer, Script

from syncworker.errors import (
    Forbidden,
    PortalError,
    RateLimited,
    SyncworkerError,
    Unauthorized,
    Unavailable,
)
from syncworker.hubspot.budget import LocalBudget
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import ApiVersion

TOKEN = "pat-eu1-0000-secret"


def limited(policy: str, **headers: str) -> Answer:
    return Answer(429, {"policyName": policy, "errorType": "RATE_LIMIT"}, headers)


def test_every_request_carries_the_token_and_goes_over_one_connection(
    portal: HubSpotPortal, script: Script
) -> None:
    for _ in range(20):
        portal.read("contacts", ["1"], ["email"])
    assert script.connections == 1
    assert {one.headers["Authorization"] for one in script.received} == {f"Bearer {TOKEN}"}
    assert portal.requests == 20


def test_a_refused_request_gives_its_connection_back_too(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(503, b"x" * 100_000), Answer(423), Answer())
    portal.properties("contacts")
    assert script.connections == 1


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_the_version_is_in_the_address(script: Script, version: ApiVersion) -> None:
    HubSpotPortal(TOKEN, base_url=script.url + "/", api_version=version).properties("deals")
    expected = "/crm/v3/properties/deals" if version == "v3" else f"/crm/properties/{version}/deals"
    assert script.asked == [f"GET {expected}"]


@pytest.mark.parametrize(
    ("answer", "least", "most"),
    [
        (limited("TEN_SECONDLY_ROLLING"), 0.5, 1),
        (limited("SECONDLY"), 1, 1.3),
        (limited("TEN_SECONDLY_ROLLING", **{"Retry-After": "4"}), 4, 4.3),
        (Answer(423), 2, 2.3),
        (Answer(477, {}, {"Retry-After": "7"}), 7, 7.3),
        (Answer(502, b"<html>bad gateway</html>"), 0.5, 1),
        (Answer(200, b"<html>log in to the hotel</html>"), 0.5, 1),
        (Answer(200, [1, 2]), 0.5, 1),
        (Answer(200, {}, cut=True), 0.5, 1),
        (Answer(502, b"\xff\xfe"), 0.5, 1),
        (Answer(200, {}, hang=0.5), 0.5, 1),
        (Answer(418), 0.5, 1),
    ],
)
def test_what_may_pass_is_tried_again_after_its_time(
    portal: HubSpotPortal,
    script: Script,
    slept: list[float],
    answer: Answer,
    least: float,
    most: float,
) -> None:
    script.add(answer, Answer(200, {"results": [{"id": "1", "properties": {"a": "x"}}]}))
    assert portal.read("contacts", ["1"], ["a"])["1"].values == {"a": "x"}
    assert portal.requests == 2
    assert len(slept) == 1
    assert least <= slept[0] <= most


def test_five_hundreds_in_a_row_are_waited_out_ever_longer_and_then_raised(
    portal: HubSpotPortal, script: Script, slept: list[float]
) -> None:
    script.add(*[Answer(503, {"message": "later"})] * 10)
    with pytest.raises(Unavailable, match="503 to POST /crm/objects/2026-09/contacts/batch/read"):
        portal.read("contacts", ["1"], [])
    assert portal.requests == 6
    assert sum(slept) < 45
    assert slept[-1] > 4 * slept[0]


def test_something_unknown_is_tried_three_times_and_then_stops_the_run(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(*[Answer(418)] * 10)
    with pytest.raises(PortalError) as stopped:
        portal.read("contacts", ["1"], [])
    assert stopped.value.recovery == "stop"
    assert portal.requests == 3


def test_a_move_of_a_day_is_not_waited_for_but_named(
    portal: HubSpotPortal, script: Script, slept: list[float]
) -> None:
    script.add(Answer(477, {}, {"Retry-After": "86400"}))
    with pytest.raises(Unavailable) as moved:
        portal.read("contacts", ["1"], [])
    assert moved.value.retry_after == 86400
    assert slept == []


def test_a_429_slows_down_everybody_who_shares_the_budget(script: Script) -> None:
    waited: list[float] = []
    budget = LocalBudget("professional", clock=lambda: sum(waited), sleep=waited.append)
    other = HubSpotPortal(TOKEN, base_url=script.url, budget=budget)
    portal = HubSpotPortal(
        TOKEN, base_url=script.url, budget=budget, patience=Patience(total=0, sleep=waited.append)
    )
    script.add(
        limited("TEN_SECONDLY_ROLLING", **{"Retry-After": "4"}), Answer(200, {"results": []})
    )
    with pytest.raises(RateLimited):
        portal.properties("contacts")
    assert waited == []
    other.properties("contacts")
    assert waited == [4]
    assert other.waited == budget.waited == 4


def test_a_429_of_a_search_stops_searches_only(script: Script, slept: list[float]) -> None:
    budget = LocalBudget("professional", clock=lambda: sum(slept), sleep=slept.append)
    portal = HubSpotPortal(
        TOKEN, base_url=script.url, budget=budget, patience=Patience(total=0, sleep=slept.append)
    )
    script.add(Answer(429, {"message": "You have reached your secondly limit."}))
    with pytest.raises(RateLimited):
        portal.find("companies", "domain", ["acme.example"], [])
    portal.properties("companies")
    assert slept == []
    portal.find("companies", "domain", ["acme.example"], [])
    assert slept == [1]


def test_the_limit_in_the_headers_is_learned(script: Script) -> None:
    headers = {"X-HubSpot-RateLimit-Max": "2", "X-HubSpot-RateLimit-Interval-Milliseconds": "9000"}
    script.add(
        Answer(200, {}, headers), Answer(200, {"total": 0}, {"X-HubSpot-RateLimit-Max": "9"})
    )
    budget = LocalBudget("professional")
    portal = HubSpotPortal(TOKEN, base_url=script.url, budget=budget)
    portal.properties("contacts")
    portal.find("companies", "domain", ["acme.example"], [])
    assert budget.limit == 2, "a search's headers are about searches"


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [(401, Unauthorized, "credentials"), (403, Forbidden, "scope"), (404, PortalError, "base_url")],
)
def test_what_a_person_must_mend_is_raised_at_once_with_what_to_do(
    portal: HubSpotPortal, script: Script, status: int, kind: type[SyncworkerError], word: str
) -> None:
    script.add(Answer(status, {"message": "no"}))
    with pytest.raises(kind) as refused:
        portal.properties("contacts")
    assert word in refused.value.help
    assert refused.value.recovery == "stop"
    assert portal.requests == 1


def test_a_refused_question_stops_the_run_as_there_is_no_record_to_reject(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(400, {"message": "There was a problem", "category": "VALIDATION_ERROR"}))
    with pytest.raises(PortalError, match=r"refused GET /crm/.*: There was a problem") as refused:
        portal.properties("contacts")
    assert refused.value.recovery == "stop"


def test_a_redirect_is_not_followed_with_the_token(portal: HubSpotPortal, script: Script) -> None:
    script.add(*[Answer(302, {}, {"Location": script.url + "/elsewhere"})] * 9)
    with pytest.raises(PortalError, match="302"):
        portal.properties("contacts")
    assert not any("elsewhere" in one for one in script.asked)


def test_where_nobody_listens_it_is_said_after_some_tries(slept: list[float]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        portal = HubSpotPortal(TOKEN, base_url=url, patience=Patience(sleep=slept.append))
        with pytest.raises(Unavailable, match=r"did not answer GET .*: no connection$") as nobody:
            portal.properties("contacts")
    assert portal.requests == 6
    assert "reaches HubSpot" in nobody.value.help


def test_a_connection_that_does_not_come_about_in_time_is_said_too(slept: list[float]) -> None:
    with socket.socket() as full:
        # Nobody accepts, and the queue has one place: further connections wait.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.create_connection(address), socket.socket() as second:
            second.setblocking(False)  # noqa: FBT003 - the socket's own method
            second.connect_ex(address)
            patience = Patience(connect=0.1, total=0, sleep=slept.append)
            portal = HubSpotPortal(
                TOKEN, base_url=f"http://127.0.0.1:{address[1]}", patience=patience
            )
            with pytest.raises(Unavailable, match="no connection in time"):
                portal.write(updates(1))
    assert portal.requests == 1


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(script: Script) -> None:
    script.add(Answer(hang=1))
    portal = HubSpotPortal(TOKEN, base_url=script.url, patience=Patience(1, 0.1, total=0.2))
    with pytest.raises(Unavailable, match="no answer in time"):
        portal.properties("contacts")


def test_a_server_without_a_trusted_certificate_gets_nothing(script: Script) -> None:
    portal = HubSpotPortal(TOKEN, base_url=script.url.replace("http:", "https:"))
    with pytest.raises(PortalError, match="cannot be trusted"):
        portal.properties("contacts")
    assert script.received == []


@pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1", "http://[::1"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(PortalError, match="is not an address") as wrong:
        HubSpotPortal(TOKEN, base_url=url).properties("contacts")
    assert "base_url" in wrong.value.help
