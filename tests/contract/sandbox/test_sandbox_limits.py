"""Request limits: by tier, in any ten seconds, per second of searching, per day; and scopes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from contract.sandbox.http_client import Http
from hypothesis import given
from hypothesis import strategies as st

from syncworker.sandbox.answers import ApiError
from syncworker.sandbox.limits import Limits
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _limits(tier: str = "professional") -> Limits:
    return Limits(tier=tier, timezone="Europe/Berlin", portal_id=7)


@pytest.mark.parametrize(
    ("tier", "burst", "daily"),
    [
        ("free", 100, 250_000),
        ("starter", 100, 250_000),
        ("professional", 190, 625_000),
        ("enterprise", 190, 1_000_000),
    ],
)
def test_a_tier_allows_so_many_requests_in_ten_seconds(tier: str, burst: int, daily: int) -> None:
    limits = _limits(tier)
    for n in range(burst):
        headers = limits.take(NOON, search=False)
        assert headers["X-HubSpot-RateLimit-Remaining"] == str(burst - n - 1)
    assert headers == {
        "X-HubSpot-RateLimit-Daily": str(daily),
        "X-HubSpot-RateLimit-Daily-Remaining": str(daily - burst),
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Max": str(burst),
        "X-HubSpot-RateLimit-Remaining": "0",
    }
    with pytest.raises(ApiError):
        limits.take(NOON + timedelta(seconds=9.9), search=False)
    limits.take(NOON + timedelta(seconds=10), search=False)


@given(st.lists(st.floats(0, 3), max_size=60))
def test_no_ten_seconds_ever_hold_more_than_the_limit(gaps: list[float]) -> None:
    limits, now, taken = Limits("free", "UTC", 7, burst=5), NOON, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        try:
            limits.take(now, search=False)
        except ApiError:
            continue
        taken.append(now)
    for first, sixth in zip(taken, taken[5:], strict=False):
        assert (sixth - first).total_seconds() >= 9.999


def test_searches_have_a_limit_of_their_own_and_no_rate_headers() -> None:
    limits = _limits()
    assert [limits.take(NOON, search=True) for _ in range(5)] == [{}] * 5
    with pytest.raises(ApiError) as refused:
        limits.take(NOON, search=True)
    body = refused.value.body()
    assert body["policyName"] == "SECONDLY"
    assert body["message"] == "You have reached your secondly limit."
    limits.take(NOON, search=False)
    limits.take(NOON + timedelta(seconds=1), search=True)


def test_the_day_ends_at_midnight_of_the_accounts_time_zone() -> None:
    limits = _limits()
    limits.daily = 1
    limits.take(NOON, search=False)
    with pytest.raises(ApiError) as refused:
        limits.take(datetime(2026, 11, 21, 22, 59, tzinfo=UTC), search=False)
    body = refused.value.body()
    assert body["policyName"] == "DAILY"
    assert body["message"] == "You have reached your daily limit."
    assert "category" not in body
    limits.take(datetime(2026, 11, 21, 23, 0, tzinfo=UTC), search=False)


def test_a_429_over_the_wire_has_hubspots_body_and_headers(
    sandbox: SandboxServer, http: Http
) -> None:
    sandbox.portal = Portal(tier="free")
    answers = [http.get("/crm/v3/objects/companies") for _ in range(101)]
    assert [a.status_code for a in answers] == [200] * 100 + [429]
    refused = answers[-1]
    body = refused.json()
    assert set(body) == {
        "status",
        "message",
        "correlationId",
        "errorType",
        "policyName",
        "groupName",
    }
    assert body["message"] == "You have reached your ten_secondly_rolling limit."
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
    assert refused.headers["X-HubSpot-RateLimit-Max"] == "100"
    assert "Retry-After" not in refused.headers
    assert sandbox.portal.stats.by_status == {200: 100, 429: 1}


def test_limits_that_are_off_refuse_nothing_and_say_nothing(http: Http) -> None:
    answers = [http.get("/crm/v3/owners") for _ in range(200)]
    assert {a.status_code for a in answers} == {200}
    assert not [h for h in answers[0].headers if "ratelimit" in h.lower()]


def test_limits_are_changed_while_the_portal_runs(sandbox: SandboxServer, http: Http) -> None:
    changed = http("PATCH", "/_sandbox/limits", {"enabled": True, "burst": 2, "daily": 1000})
    assert changed.json()["burst"] == 2
    statuses = [http.get("/crm/v3/owners").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert http("PATCH", "/_sandbox/limits", {"speed": 1}).status_code == 400
    usage = "/account-info/v3/api-usage/daily/private-apps"
    http("PATCH", "/_sandbox/limits", {"burst": 10})
    (row,) = http.get(usage).json()["results"]
    assert (row["usageLimit"], row["currentUsage"]) == (1000, 3)
    assert row["resetsAt"] > row["collectedAt"]


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("crm.objects.companies.read", "GET", "/crm/v3/objects/companies"),
        ("crm.objects.companies.read", "POST", "/crm/v3/objects/companies/search"),
        ("crm.objects.companies.write", "POST", "/crm/objects/2026-09/companies/batch/update"),
        ("crm.schemas.contacts.write", "POST", "/crm/v3/properties/contacts"),
    ],
)
def test_a_missing_scope_is_named(
    sandbox: SandboxServer, http: Http, scope: str, method: str, path: str
) -> None:
    sandbox.portal.missing_scopes = {scope}
    answer = http(method, path, {})
    assert answer.status_code == 403
    body = answer.json()
    assert body["category"] == "MISSING_SCOPES"
    assert body["errors"][0]["context"]["requiredGranularScopes"] == [scope]
    assert http.get("/crm/v3/objects/deals").status_code == 200
    assert http.get("/crm/v3/owners").status_code == 200


@pytest.mark.parametrize("header", ["Bearer wrong", "pat-sandbox-0000", ""])
def test_a_request_without_the_token_is_refused_and_uses_up_nothing(
    sandbox: SandboxServer, http: Http, header: str
) -> None:
    http.session.headers["Authorization"] = header
    answer = http.get("/crm/v3/objects/companies")
    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert answer.headers["X-HubSpot-Correlation-Id"]
    assert sandbox.portal.limits.used_today == 0
