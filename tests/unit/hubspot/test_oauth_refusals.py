"""What the token server's refusals mean: later, a setting, or a portal that is disconnected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.token_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    TokenServer,
    Told,
    token_server,
)

from syncworker.errors import PortalError, SettingsError, Unauthorized
from syncworker.hubspot import oauth_request
from syncworker.hubspot.oauth import OAuthApp, OAuthToken
from syncworker.hubspot.oauth_store import FileTokenStore

Make = Callable[..., OAuthToken]
DISCONNECTED = {
    "error": "invalid_grant",
    "status": "BAD_REFRESH_TOKEN",
    "error_description": "refresh token is invalid, expired or revoked",
}


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server() as state:
        yield state


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def make(server: TokenServer, tmp_path: Path, slept: list[float]) -> Make:
    """Makes a worker's token."""

    def made(url: str | None = None) -> OAuthToken:
        return OAuthToken(
            OAuthApp(lambda: CLIENT_ID, lambda: CLIENT_SECRET, lambda: REFRESH_TOKEN),
            FileTokenStore(tmp_path / "tokens"),
            base_url=url or server.url,
            clock=lambda: datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
            sleep=slept.append,
        )

    return made


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 521, 408, 423, 477])
def test_a_busy_token_server_is_asked_again(
    make: Make, server: TokenServer, slept: list[float], status: int
) -> None:
    server.told = [Told(status, {"status": "BAD_REFRESH_TOKEN"}), Told(status)]
    assert make().token()
    assert len(server.asked) == 3
    assert len(slept) == 2


def test_a_named_wait_is_kept(make: Make, server: TokenServer, slept: list[float]) -> None:
    server.told = [Told(429, headers={"Retry-After": "7"})]
    make().token()
    assert slept == [7]


@pytest.mark.parametrize(
    "told",
    [
        Told(200, b"<html>"),
        Told(200, [1]),
        Told(200, {}),
        Told(200, {"access_token": "with a space"}),
        Told(200, {"access_token": "line\nbreak"}),
        Told(200, {"access_token": 7}),
    ],
)
def test_an_answer_without_a_token_is_no_answer(
    make: Make, server: TokenServer, told: Told
) -> None:
    server.told = [told]
    assert "-access-" in make().token()
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "body",
    [
        DISCONNECTED,
        {"error": "invalid_grant"},
        {"status": "BAD_REFRESH_TOKEN", "message": "x"},
        {"status": "BAD_HUB", "error": "access_denied"},
    ],
)
def test_only_a_refresh_token_that_is_no_good_is_a_disconnect(
    make: Make, server: TokenServer, body: dict[str, str]
) -> None:
    server.told = [Told(400, body)]
    with pytest.raises(Unauthorized) as gone:
        make().token()
    assert gone.value.recovery == "stop"
    assert "connect it again in HubSpot" in gone.value.help
    assert "refresh_token" in gone.value.help
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"error": "invalid_client"},
        {"status": "BAD_CLIENT_ID", "message": "unknown client id"},
        {"status": "BAD_CLIENT_SECRET", "error": "invalid_client"},
    ],
)
@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_app_is_a_setting_and_no_disconnect(
    make: Make, server: TokenServer, body: dict[str, str], status: int
) -> None:
    server.told = [Told(status, body)]
    with pytest.raises(SettingsError) as wrong:
        make().token()
    assert "client_id" in wrong.value.help
    assert "client_secret" in wrong.value.help


@pytest.mark.parametrize(
    "told",
    [
        Told(400, {"status": "BAD_GRANT_TYPE"}),
        Told(403, b"<html>"),
        Told(404),
        Told(302, headers={"Location": "/elsewhere"}),
        Told(200, {"error": "odd"}),
    ],
)
def test_a_refusal_of_another_kind_stops_and_is_no_disconnect(
    make: Make, server: TokenServer, told: Told
) -> None:
    server.told = [told]
    with pytest.raises(PortalError, match="gives no access token") as stopped:
        make().token()
    assert not isinstance(stopped.value, Unauthorized)
    assert stopped.value.recovery == "stop"
    assert len(server.asked) == 1


def test_what_hubspot_quotes_of_the_secrets_is_masked(make: Make, server: TokenServer) -> None:
    quoted = f"{REFRESH_TOKEN} of {CLIENT_ID} with {CLIENT_SECRET} is gone"
    server.told = [Told(400, {**DISCONNECTED, "message": quoted})]
    with pytest.raises(Unauthorized) as gone:
        make().token()
    told = f"{gone.value!r}{gone.value.help}"
    assert "is gone" in told
    for secret in (REFRESH_TOKEN, CLIENT_ID, CLIENT_SECRET):
        assert secret not in told


def test_where_nobody_answers_it_is_said_and_not_waited_for_for_ever(
    make: Make, server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.told = [Told(200, hang=1)]
    monkeypatch.setattr(
        oauth_request, "TIMEOUT", oauth_request.urllib3.Timeout(connect=1, read=0.1)
    )
    assert make().token()
    assert len(server.asked) == 2


@pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1"])
def test_an_address_that_is_none_is_named(make: Make, url: str) -> None:
    with pytest.raises(PortalError, match="is not an address"):
        make(url=url).token()


def test_a_server_without_a_trusted_certificate_gets_nothing(
    make: Make, server: TokenServer
) -> None:
    with pytest.raises(PortalError, match="cannot be trusted"):
        make(url=server.url.replace("http:", "https:")).token()
    assert server.asked == []
