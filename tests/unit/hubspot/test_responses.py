from __future__ import annotations

import json
from typing import Any

import pytest

from syncworker.errors import (
    Forbidden,
    PortalError,
    RateLimited,
    RecordRejected,
    Unauthorized,
    Unavailable,
)
from syncworker.hubspot.responses import Refusal, refused, rule, unanswered

POST = "POST /crm/objects/2026-09/contacts/batch/update"


def judge(status: int, body: dict[str, Any] | None = None, **headers: str) -> Refusal:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refused(status, named, json.dumps(body or {}), POST)


@pytest.mark.parametrize(
    ("status", "category", "recovery", "attempts"),
    [
        (400, "VALIDATION_ERROR", "reject", 1),
        (400, "", "reject", 1),
        (401, "EXPIRED_AUTHENTICATION", "stop", 1),
        (403, "MISSING_SCOPES", "stop", 1),
        (404, "", "stop", 1),
        (404, "OBJECT_NOT_FOUND", "reject", 1),
        (409, "CONFLICT", "reject", 1),
        (423, "", "retry", 6),
        (429, "", "retry", 6),
        (429, "TEN_SECONDLY_ROLLING", "retry", 6),
        (429, "SECONDLY", "retry", 6),
        (429, "DAILY", "retry", 1),
        (477, "", "retry", 6),
        (500, "", "retry", 6),
        (502, "", "retry", 6),
        (503, "", "retry", 6),
        (504, "", "retry", 6),
        (521, "", "retry", 6),
        (524, "", "retry", 6),
        (530, "", "retry", 6),
        (418, "", "stop", 3),
        (302, "", "stop", 3),
    ],
)
def test_the_table_says_what_happens_next(
    status: int, category: str, recovery: str, attempts: int
) -> None:
    decided = rule(status, category)
    assert (decided.recovery, decided.attempts) == (recovery, attempts)


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


def test_a_missing_scope_is_named() -> None:
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
    assert "correlation id abc-1" in refusal.error.message
    assert "token" in refusal.error.help


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10),
        ({}, {"x_hubspot_ratelimit_interval_milliseconds": "8000"}, 8),
        (
            {"policyName": "TEN_SECONDLY_ROLLING"},
            {"x_hubspot_ratelimit_interval_milliseconds": "8000", "retry_after": "3"},
            3,
        ),
        ({"policyName": "SECONDLY"}, {"x_hubspot_ratelimit_interval_milliseconds": "10000"}, 1),
        ({"policyName": "DAILY"}, {"x_hubspot_ratelimit_interval_milliseconds": "10000"}, 3600),
        ({"policyName": "SOMETHING_NEW"}, {}, 10),
        ({}, {"retry_after": "soon"}, 10),
    ],
)
def test_a_429_waits_as_long_as_hubspot_or_its_policy_says(
    body: dict[str, Any], headers: dict[str, str], seconds: float
) -> None:
    refusal = judge(429, body, **headers)
    assert refusal.retry_after == seconds
    assert isinstance(refusal.error, RateLimited)
    assert refusal.error.retry_after == seconds
    assert refusal.error.policy == body.get("policyName", "")


def test_a_lock_waits_two_seconds_and_a_move_as_long_as_it_says() -> None:
    assert judge(423).retry_after == 2
    assert judge(477, retry_after="7200").retry_after == 7200
    assert judge(502).retry_after is None


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "[]", "null", '"x"', "{"])
def test_a_body_that_is_no_json_object_is_no_obstacle(body: str) -> None:
    refusal = refused(502, {}, body, POST)
    assert refusal.error.message == f"HubSpot answered 502 to {POST}: no explanation"


def test_no_answer_is_worth_trying_again() -> None:
    refusal = unanswered(POST, "no answer in time")
    assert refusal.rule.recovery == "retry"
    assert refusal.error.recovery == "retry"
    assert refusal.error.message == f"HubSpot did not answer {POST}: no answer in time"


def test_no_message_tells_an_address_or_a_token() -> None:
    refusal = judge(
        401, {"message": "Token pat-eu1-1234567890 of ann.b@acme.example and bob@localhost"}
    )
    assert "pat-eu1-1" not in refusal.error.message
    assert "ann.b" not in refusal.error.message
    assert "bob" not in refusal.error.message
    assert "a…@acme.example" in refusal.error.message
