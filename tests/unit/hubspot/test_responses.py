"""Each row of the table, over a real socket: what is tried again, what is refused, what stops."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from support.scripted_hubspot import Answer, Script

from syncworker.errors import (
    Forbidden,
    PortalError,
    RateLimited,
    RecordRejected,
    Unauthorized,
    Unavailable,
)
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.refusals import Refusal, refused, unanswered
from syncworker.hubspot.responses import (
    NO_ANSWER,
    NO_CONNECTION,
    RULES,
    UNREADABLE,
    rule,
)
from syncworker.hubspot.retry import Patience
from syncworker.planning.records import Batch, BatchInput

POST = "POST /crm/objects/2026-09/contacts/batch/update"
UPDATE = Batch("companies", "update", "", (BatchInput("t1", "k1", "1", "", {"a": "x"}),))
RECORD = {"results": [{"id": "1", "properties": {"a": "x"}}]}
Key = tuple[int, str]

# By row: what is raised if a question gets this answer for ever, after how many requests; and what
# a write that gets it once does next: update (again), read (what became of it), rejected, raised.
EXPECTED: dict[Key, tuple[type[PortalError] | None, int, str]] = {
    (0, NO_CONNECTION): (Unavailable, 6, "-"),
    (0, NO_ANSWER): (Unavailable, 6, "read"),
    (0, UNREADABLE): (Unavailable, 6, "read"),
    (200, ""): (None, 1, "sent"),
    (201, ""): (None, 1, "sent"),
    (207, ""): (None, 1, "sent"),
    (204, ""): (Unavailable, 6, "read"),
    (400, ""): (PortalError, 1, "rejected"),
    (400, "UNKNOWN_OBJECT"): (PortalError, 1, "raised"),
    (401, ""): (Unauthorized, 1, "raised"),
    (401, "EXPIRED_AUTHENTICATION"): (Unauthorized, 1, "raised"),
    (401, "INVALID_AUTHENTICATION"): (Unauthorized, 1, "raised"),
    (403, ""): (Forbidden, 1, "raised"),
    (403, "MISSING_SCOPES"): (Forbidden, 1, "raised"),
    (403, "USER_DOES_NOT_HAVE_PERMISSIONS"): (Forbidden, 1, "raised"),
    (404, ""): (PortalError, 1, "raised"),
    (404, "OBJECT_NOT_FOUND"): (PortalError, 1, "rejected"),
    (404, "UNKNOWN_OBJECT"): (PortalError, 1, "raised"),
    (405, ""): (PortalError, 1, "raised"),
    (408, ""): (Unavailable, 6, "update"),
    (409, ""): (PortalError, 1, "rejected"),
    (413, ""): (PortalError, 1, "rejected"),
    (414, ""): (PortalError, 1, "rejected"),
    (423, ""): (Unavailable, 6, "update"),
    (429, ""): (RateLimited, 6, "update"),
    (429, "TEN_SECONDLY_ROLLING"): (RateLimited, 6, "update"),
    (429, "SECONDLY"): (RateLimited, 6, "update"),
    (429, "DAILY"): (RateLimited, 1, "raised"),
    # A minute is more than the patience of a request.
    (477, ""): (Unavailable, 1, "raised"),
    (500, ""): (Unavailable, 6, "read"),
    (502, ""): (Unavailable, 6, "read"),
    (503, ""): (Unavailable, 6, "update"),
    (504, ""): (Unavailable, 6, "read"),
    (520, ""): (Unavailable, 6, "read"),
    (521, ""): (Unavailable, 6, "update"),
    (522, ""): (Unavailable, 6, "update"),
    (523, ""): (Unavailable, 6, "update"),
    (524, ""): (Unavailable, 6, "read"),
    (525, ""): (Unavailable, 6, "update"),
    (526, ""): (Unavailable, 6, "update"),
    (527, ""): (Unavailable, 6, "update"),
    (530, ""): (Unavailable, 6, "update"),
    # Rows the table does not have.
    (418, ""): (PortalError, 3, "read"),
    (302, ""): (PortalError, 3, "read"),
}
EVERY = [*RULES, (418, ""), (302, "")]


def answered(key: Key) -> Answer:
    """The answer a row is for, as HubSpot or the network in front of it words it."""
    status, category = key
    error = {"status": "error", "message": "no", "category": category}
    by_category = {
        NO_ANSWER: Answer(hang=0.4),
        UNREADABLE: Answer(200, b"<html>log in to the hotel</html>"),
        "UNKNOWN_OBJECT": Answer(status, {"message": "Unable to infer object type: x"}),
    }
    if category in by_category:
        return by_category[category]
    if status == 429:
        return Answer(429, {"status": "error", "message": "limit", "policyName": category})
    if status >= 520 or status in (204, 413, 414):
        return Answer(status, b"" if status == 204 else b"<html><title>Sorry</title></html>")
    return Answer(status, RECORD if status < 300 else error)


@pytest.mark.parametrize("key", EVERY, ids=str)
def test_an_answer_that_stays_so_ends_as_the_table_says(
    portal: HubSpotPortal, script: Script, slept: list[float], key: Key
) -> None:
    kind, requests, _ = EXPECTED[key]
    if key[1] == NO_CONNECTION:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            portal = HubSpotPortal("t", base_url=url, patience=Patience(sleep=slept.append))
    else:
        script.add(*[answered(key)] * 7)
    if kind is None:
        assert portal.read("companies", ["1"], ["a"])["1"].values == {"a": "x"}
    else:
        with pytest.raises(PortalError) as raised:
            portal.read("companies", ["1"], ["a"])
        assert type(raised.value) is kind
        assert raised.value.help
        assert rule(*key).help in ("", raised.value.help)
    assert portal.requests == requests


@pytest.mark.parametrize("key", [key for key in EVERY if key[1] != NO_CONNECTION], ids=str)
def test_a_write_with_one_such_answer_goes_on_as_the_table_says(
    portal: HubSpotPortal, script: Script, key: Key
) -> None:
    after = EXPECTED[key][2]
    script.add(answered(key), Answer(200, RECORD), Answer(200, RECORD))
    if after == "raised":
        with pytest.raises(PortalError):
            portal.write(UPDATE)
    else:
        (outcome,) = portal.write(UPDATE)
        assert outcome.status == ("rejected" if after == "rejected" else "sent")
        assert (outcome.cause != "") == (after == "rejected")
    asked = [one.rsplit("/", 1)[1] for one in script.asked]
    assert asked == ["update", *([after] if after in ("update", "read") else [])]


def judge(status: int, body: dict[str, Any] | None = None, **headers: str) -> Refusal:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refused(status, named, json.dumps(body or {}), POST)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Unauthorized),
        (403, Forbidden),
        (429, RateLimited),
        (503, Unavailable),
        (400, RecordRejected),
        (418, PortalError),
    ],
)
def test_each_status_becomes_its_error_with_a_code_to_match(
    status: int, kind: type[PortalError]
) -> None:
    error = judge(status).error
    assert type(error) is kind
    assert error.code == f"HUBSPOT_{status}"


def test_missing_scopes_are_named() -> None:
    refusal = judge(
        403,
        {
            "category": "MISSING_SCOPES",
            "message": "This app hasn't been granted all required scopes.",
            "correlationId": "abc-1",
            "errors": [
                {"context": {"requiredGranularScopes": ["crm.objects.contacts.write"]}},
                {"context": {"requiredGranularScopes": ["crm.objects.contacts.write", "x"]}},
            ],
        },
    )
    assert isinstance(refusal.error, Forbidden)
    assert refusal.error.scope == "crm.objects.contacts.write, x"
    assert "it needs crm.objects.contacts.write, x" in refusal.error.message
    assert "correlation id abc-1" in refusal.error.message
    assert "token" in refusal.error.help


def test_a_scope_that_is_not_named_is_not_made_up() -> None:
    refusal = judge(403, {"message": "no"})
    assert isinstance(refusal.error, Forbidden)
    assert refusal.error.scope == ""
    assert "needs" not in refusal.error.message


def test_a_path_that_is_not_there_stops_and_an_object_that_is_not_there_is_one_record() -> None:
    path = judge(404, {"category": "OBJECT_NOT_FOUND", "message": "resource not found"})
    record = judge(404, {"category": "OBJECT_NOT_FOUND", "message": "Object not found. objectId"})
    assert path.rule.then == "stop"
    assert "api_version" in path.error.help
    assert record.rule.then == "reject"


ROLLING = {"policyName": "TEN_SECONDLY_ROLLING"}
INTERVAL = "x_hubspot_ratelimit_interval_milliseconds"


@pytest.mark.parametrize(
    ("body", "headers", "wait", "later"),
    [
        (ROLLING, {}, None, 10),
        ({}, {INTERVAL: "8000"}, None, 8),
        (ROLLING, {INTERVAL: "8000", "retry_after": "3"}, 3, 3),
        ({"policyName": "SECONDLY"}, {INTERVAL: "10000"}, 1, 1),
        ({"policyName": "DAILY"}, {INTERVAL: "10000"}, None, 3600),
        ({"policyName": "DAILY"}, {"retry_after": "600"}, 600, 600),
        ({"policyName": "SOMETHING_NEW"}, {}, None, 10),
        ({}, {"retry_after": "soon"}, None, 10),
        ({}, {"retry_after": "²"}, None, 10),
    ],
)
def test_a_429_says_how_long_by_its_header_or_its_policy(
    body: dict[str, Any], headers: dict[str, str], wait: float | None, later: float
) -> None:
    refusal = judge(429, body, **headers)
    assert refusal.wait == wait
    assert isinstance(refusal.error, RateLimited)
    assert refusal.error.retry_after == later
    assert refusal.error.policy == refusal.policy == body.get("policyName", "")


def test_a_lock_waits_two_seconds_and_a_move_as_long_as_it_says() -> None:
    assert judge(423).wait == 2
    assert judge(477, retry_after="7200").wait == 7200
    assert judge(502).wait is None


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "[]", "null", '"x"', "{"])
def test_a_body_that_is_no_json_object_is_no_obstacle(body: str) -> None:
    refusal = refused(502, {}, body, POST)
    assert refusal.error.message == f"HubSpot answered 502 to {POST}: no explanation"


def test_a_body_that_is_nested_without_end_is_no_obstacle() -> None:
    assert refused(502, {}, "[" * 100_000, POST).answer == {}


def test_no_answer_is_told_with_its_reason() -> None:
    error = unanswered(POST, NO_ANSWER, "no answer in time").error
    assert error.recovery == "retry"
    assert error.message == f"HubSpot did not answer {POST}: no answer in time"


def test_no_message_tells_an_address_or_a_token() -> None:
    told = "Token pat-eu1-1234567890 or Bearer CPj8abcdefgh of ann.b@acme.example and bob@localhost"
    message = judge(401, {"message": told}).error.message
    for secret in ("pat-eu1-1", "CPj8", "ann.b", "bob"):
        assert secret not in message
    assert "a…@acme.example" in message
