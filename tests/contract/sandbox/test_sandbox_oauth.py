"""OAuth: access tokens for refresh tokens and codes, expiry, revocation; and static tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests
from contract.sandbox.http_client import Http
from hubspot import Client
from hubspot.oauth.exceptions import ApiException

from syncworker.sandbox.credentials import OAuthApp
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

OWNERS = "/crm/v3/owners"


@pytest.fixture
def app(sandbox: SandboxServer) -> OAuthApp:
    return sandbox.portal.add_oauth_app()


def _ask(
    sandbox: SandboxServer, app: OAuthApp, path: str = "/oauth/2026-09/token", **more: str | None
) -> requests.Response:
    form = {
        "grant_type": "refresh_token",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "refresh_token": app.refresh_token,
        **more,
    }
    return requests.post(sandbox.url + path, data=form, timeout=5)


def _owners(sandbox: SandboxServer, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(sandbox.url + OWNERS, headers=headers, timeout=5)


@pytest.mark.parametrize("version", ["v1", "v3", "2026-03", "2026-09"])
def test_a_refresh_token_gives_an_access_token_that_opens_the_portal(
    sandbox: SandboxServer, app: OAuthApp, version: str
) -> None:
    answer = _ask(sandbox, app, f"/oauth/{version}/token")
    assert answer.status_code == 200
    body = answer.json()
    assert len(body["access_token"]) >= 300
    assert (body["expires_in"], body["refresh_token"]) == (1800, app.refresh_token)
    assert body["token_type"] == "bearer"
    assert _owners(sandbox, body["access_token"]).status_code == 200
    assert (app.refreshes, sandbox.portal.stats.refreshes) == (1, 1)
    assert requests.get(f"{sandbox.url}/_sandbox/stats", timeout=5).json()["refreshes"] == 1


@pytest.mark.parametrize(
    ("wrong", "error", "status"),
    [
        ({"refresh_token": "x"}, "invalid_grant", "BAD_REFRESH_TOKEN"),
        ({"client_id": "x"}, "invalid_client", "BAD_CLIENT_ID"),
        ({"client_secret": "x"}, "invalid_client", "BAD_CLIENT_SECRET"),
        ({"grant_type": "password"}, "unsupported_grant_type", "BAD_GRANT_TYPE"),
        ({"grant_type": "authorization_code"}, "invalid_request", "BAD_REDIRECT_URI"),
        (
            {"grant_type": "authorization_code", "redirect_uri": "https://a.example", "code": "x"},
            "invalid_grant",
            "BAD_AUTH_CODE",
        ),
    ],
)
def test_a_refused_refresh_names_what_is_wrong_as_hubspot_does(
    sandbox: SandboxServer, app: OAuthApp, wrong: dict[str, str], error: str, status: str
) -> None:
    answer = _ask(sandbox, app, **wrong)
    assert answer.status_code == 400
    body = answer.json()
    assert (body["error"], body["status"]) == (error, status)
    assert body["message"] == body["error_description"]
    assert app.refreshes == 0


def test_parameters_outside_a_form_encoded_body_do_not_count(
    sandbox: SandboxServer, app: OAuthApp
) -> None:
    params = {
        "grant_type": "refresh_token",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "refresh_token": app.refresh_token,
    }
    url = f"{sandbox.url}/oauth/2026-09/token"
    for answer in (
        requests.post(url, params=params, timeout=5),
        requests.post(url, json=params, timeout=5),
    ):
        assert (answer.status_code, answer.json()["status"]) == (400, "BAD_GRANT_TYPE")


def test_a_code_is_exchanged_once(sandbox: SandboxServer) -> None:
    app = sandbox.portal.add_oauth_app(OAuthApp(code="one-time", expires_in=60))
    more = {
        "grant_type": "authorization_code",
        "code": "one-time",
        "redirect_uri": "https://a.example",
    }
    first = _ask(sandbox, app, refresh_token=None, **more)
    assert (first.status_code, first.json()["expires_in"]) == (200, 60)
    assert _ask(sandbox, app, refresh_token=None, **more).json()["status"] == "BAD_AUTH_CODE"


def test_an_access_token_expires_and_its_refresh_token_gives_another(
    sandbox: SandboxServer,
) -> None:
    clock = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    sandbox.portal = Portal(limits=False, clock=lambda: clock[0])
    app = sandbox.portal.add_oauth_app()
    old = _ask(sandbox, app).json()["access_token"]
    clock[0] += timedelta(seconds=1799)
    assert _owners(sandbox, old).status_code == 200
    clock[0] += timedelta(seconds=181)
    refused = _owners(sandbox, old)
    assert refused.status_code == 401
    assert refused.json()["category"] == "EXPIRED_AUTHENTICATION"
    assert refused.json()["message"] == (
        "The OAuth token used to make this call expired 3 minute(s) ago."
    )
    new = _ask(sandbox, app).json()["access_token"]
    assert _owners(sandbox, new).status_code == 200
    sandbox.portal.credentials.expire(clock[0])
    assert _owners(sandbox, new).json()["category"] == "EXPIRED_AUTHENTICATION"


def test_a_token_is_looked_into_and_given_back(sandbox: SandboxServer, app: OAuthApp) -> None:
    token = _ask(sandbox, app).json()["access_token"]
    look, revoke = "/oauth/2026-09/introspect", "/oauth/2026-09/token/revoke"
    active = _ask(sandbox, app, look, token=token).json()
    assert (active["active"], active["token_use"]) == (True, "access_token")
    assert 1700 < active["expires_in"] <= 1800
    assert active["hub_id"] == sandbox.portal.portal_id
    assert _ask(sandbox, app, look, token=app.refresh_token).json()["token_use"] == "refresh_token"
    assert _ask(sandbox, app, look, token="x").json() == {"active": False}
    assert _ask(sandbox, app, look, client_secret="x").status_code == 400
    assert _ask(sandbox, app, revoke, client_secret="x").status_code == 400
    assert _ask(sandbox, app, revoke, token=token).status_code == 200
    assert _ask(sandbox, app, look, token=token).json() == {"active": False}
    assert _owners(sandbox, token).json()["category"] == "INVALID_AUTHENTICATION"
    assert _ask(sandbox, app, revoke, token=app.refresh_token).status_code == 200
    assert _ask(sandbox, app).json()["error"] == "invalid_grant"


def test_the_official_client_gets_and_inspects_tokens(
    sandbox: SandboxServer, app: OAuthApp, hubspot: Client
) -> None:
    given = hubspot.oauth.tokens_api.create(
        grant_type="refresh_token",
        client_id=app.client_id,
        client_secret=app.client_secret,
        refresh_token=app.refresh_token,
    )
    assert given.expires_in == 1800
    about = hubspot.oauth.access_tokens_api.get(given.access_token)
    assert (about.hub_id, about.token) == (sandbox.portal.portal_id, given.access_token)
    assert hubspot.oauth.refresh_tokens_api.get(app.refresh_token).client_id == app.client_id
    hubspot.oauth.refresh_tokens_api.archive(app.refresh_token)
    with pytest.raises(ApiException) as refused:
        hubspot.oauth.tokens_api.create(
            grant_type="refresh_token",
            client_id=app.client_id,
            client_secret=app.client_secret,
            refresh_token=app.refresh_token,
        )
    assert refused.value.status == 400
    for gone in (
        lambda: hubspot.oauth.refresh_tokens_api.get(app.refresh_token),
        lambda: hubspot.oauth.access_tokens_api.get("unheard-of"),
    ):
        with pytest.raises(ApiException) as missing:
            gone()
        assert missing.value.status == 404


def test_static_tokens_come_and_go_while_the_portal_runs(
    sandbox: SandboxServer, http: Http
) -> None:
    url = f"{sandbox.url}/_sandbox/tokens"
    assert requests.put(f"{url}/pat-new", timeout=5).status_code == 204
    assert [_owners(sandbox, t).status_code for t in (sandbox.token, "pat-new")] == [200, 200]
    assert requests.delete(f"{url}/{sandbox.token}", timeout=5).status_code == 204
    assert [_owners(sandbox, t).status_code for t in (sandbox.token, "pat-new")] == [401, 200]
    sandbox.portal.token = "pat-third"
    assert sandbox.token == "pat-third"
    assert sandbox.portal.tokens == {"pat-new", "pat-third"}


def test_an_oauth_app_is_installed_by_the_control_api(sandbox: SandboxServer, http: Http) -> None:
    made = http.post("/_sandbox/oauth-apps", {"client_id": "mine", "expires_in": 1}).json()
    assert (made["client_id"], made["expires_in"]) == ("mine", 1)
    assert http.post("/_sandbox/oauth-apps", {"colour": "red"}).status_code == 400
    answer = _ask(sandbox, sandbox.portal.credentials.apps["mine"])
    assert answer.json()["expires_in"] == 1


def test_every_app_has_a_burst_of_its_own_and_all_share_the_day(sandbox: SandboxServer) -> None:
    portal = sandbox.portal = Portal(tier="free")
    portal.tokens.add("pat-second")
    portal.limits.burst, portal.limits.oauth_burst = 2, 3
    token = _ask(sandbox, portal.add_oauth_app()).json()["access_token"]
    first = [_owners(sandbox, portal.token).status_code for _ in range(3)]
    second = [_owners(sandbox, "pat-second").status_code for _ in range(3)]
    answers = [_owners(sandbox, token) for _ in range(4)]
    assert first == second == [200, 200, 429]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert {a.headers["X-HubSpot-RateLimit-Max"] for a in answers} == {"3"}
    assert not [h for h in answers[0].headers if "daily" in h.lower()]
    assert portal.limits.used_today == 7
    assert Portal().limits.oauth_burst == 110
