"""Who asks: every kind of credentials, and that no message or other host ever gets them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from support.http_server import Api, Asked, Reply, as_json, http_server
from support.sources import ids, read

from syncworker.errors import SettingsError, SourceError
from syncworker.mapping.source_http import HttpSource as HttpConfig
from syncworker.sources.http import HttpSource
from syncworker.sources.registry import Surroundings, build

Make = Callable[..., HttpSource]
USERS = {"data": [{"id": "u1", "email": "a@example.com"}]}
OAUTH = {
    "by": "client_credentials",
    "client_id": "env:CLIENT",
    "client_secret": "env:CLIENT_SECRET",
    "scope": "users.read",
}


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"by": "bearer", "token": "env:KEY"}, "Authorization", "Bearer k3y-Of-acme"),
        ({"by": "header", "name": "X-Api-Key", "value": "env:KEY"}, "X-Api-Key", "k3y-Of-acme"),
        (
            {"by": "header", "name": "Authorization", "value": "env:KEY", "prefix": "Token "},
            "Authorization",
            "Token k3y-Of-acme",
        ),
        ({"by": "basic", "username": "env:KEY"}, "Authorization", basic("k3y-Of-acme:")),
        (
            {"by": "basic", "username": "env:USER", "password": "env:PASSWORD"},
            "Authorization",
            basic("someone:pa55-word"),
        ),
    ],
)
def test_a_secret_is_sent_as_the_api_wants_it(
    api: Api, make: Make, auth: dict[str, Any], header: str, value: str
) -> None:
    api.script(as_json(USERS))
    read(make(auth=auth, headers={"X-Version": "7", "Accept": "application/vnd.acme+json"}))

    headers = api.asked[0].headers
    assert headers[header] == value
    assert (headers["X-Version"], headers["Accept"]) == ("7", "application/vnd.acme+json")


def test_without_auth_a_netrc_file_of_the_machine_is_not_used(
    api: Api, make: Make, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    api.script(as_json(USERS))
    read(make())

    assert "Authorization" not in api.asked[0].headers


class Tokens:
    """An API that gives tokens at /token and refuses others than the newest at /users."""

    def __init__(self, api: Api, **grant: Any) -> None:
        self.given = 0
        self.revoked = 0
        self._grant = grant
        api.answer = self._answer

    def _answer(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            self.given += 1
            return as_json({"access_token": f"t0ken-{self.given}", **self._grant})
        good = f"Bearer t0ken-{self.given}"
        if asked.headers.get("Authorization") != good or self.revoked:
            self.revoked -= self.revoked > 0
            return as_json({"error": f"bad {asked.headers.get('Authorization')}"}, 401)
        return as_json(USERS)


def oauth(api: Api) -> dict[str, Any]:
    return {**OAUTH, "token_url": f"{api.url}/token"}


def test_a_token_is_fetched_once_for_all_readings(api: Api, make: Make) -> None:
    tokens = Tokens(api, expires_in=3600)
    source = make(auth=oauth(api))

    assert ids(read(source)) == ids(read(source)) == ["u1"]
    assert tokens.given == 1
    assert api.asked[0].form == {
        "grant_type": "client_credentials",
        "client_id": "client-1",
        "client_secret": "cl13nt-s3cret",
        "scope": "users.read",
    }


@pytest.mark.parametrize(
    ("grant", "seconds"), [({"expires_in": 600}, 545), ({}, 3541), ({"expires_in": "x"}, 3541)]
)
def test_a_token_near_its_end_is_fetched_anew(
    api: Api, make: Make, clock: Any, grant: dict[str, Any], seconds: float
) -> None:
    tokens = Tokens(api, **grant)
    source = make(auth=oauth(api))
    read(source)
    clock.seconds += seconds - 10
    read(source)
    assert tokens.given == 1
    clock.seconds += 10
    read(source)
    assert tokens.given == 2


def test_a_refused_token_is_renewed_once(api: Api, make: Make) -> None:
    tokens = Tokens(api)
    tokens.revoked = 1
    assert ids(read(make(auth=oauth(api)))) == ["u1"]
    assert tokens.given == 2


def test_a_token_refused_twice_stops_the_stream_without_being_shown(api: Api, make: Make) -> None:
    tokens = Tokens(api)
    tokens.revoked = 9
    with pytest.raises(SourceError) as caught:
        read(make(auth=oauth(api)))

    assert tokens.given == 2
    assert "HTTP 401" in caught.value.message
    assert "t0ken" not in caught.value.message
    assert caught.value.help == "Check the value of env:CLIENT and env:CLIENT_SECRET."


@pytest.mark.parametrize(
    "reply",
    [
        as_json({"error": "invalid_client cl13nt-s3cret"}, 401),
        as_json({"error": "nobody@example.com"}, 400),
        Reply(status=404),
        as_json({"token": "x"}),
        as_json({"access_token": ""}),
        as_json({"access_token": 5}),
        as_json({"access_token": "a\nb"}),
        as_json(["x"]),
        Reply(b"<html>login</html>", headers={"Content-Type": "text/html"}),
        Reply(b"not json"),
        Reply(b""),
    ],
)
def test_no_token_stops_the_stream_and_shows_no_secret(api: Api, make: Make, reply: Reply) -> None:
    api.script(reply)
    with pytest.raises(SourceError) as caught:
        read(make(auth=oauth(api)))

    assert "source app, stream users: POST /token, page 1: " in caught.value.message
    for secret in ("cl13nt-s3cret", "nobody@", "users.read"):
        assert secret not in caught.value.message + caught.value.help
    assert caught.value.recovery == "stop"
    assert {asked.path for asked in api.asked} == {"/token"}


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_named_and_never_shown(api: Api, make: Make, status: int) -> None:
    api.answer = lambda asked: as_json({"you_sent": asked.headers["Authorization"]}, status)
    auth = {"by": "basic", "username": "env:USER", "password": "env:PASSWORD"}
    with pytest.raises(SourceError) as caught:
        read(make(auth=auth))

    assert (caught.value.code, caught.value.recovery) == ("SOURCE_AUTH", "stop")
    assert f"HTTP {status}" in caught.value.message
    assert "env:USER and env:PASSWORD" in caught.value.help
    assert basic("someone:pa55-word")[6:] not in caught.value.message
    assert len(api.asked) == 1


def test_refused_without_auth_says_that_none_is_set(api: Api, make: Make) -> None:
    api.script(Reply(status=401))
    with pytest.raises(SourceError) as caught:
        read(make())
    assert "the source's auth, which is not set" in caught.value.help


@pytest.mark.parametrize("value", ["two\nlines", "kéy", "a\x00b", "€"])
@pytest.mark.parametrize(
    "auth",
    [
        {"by": "bearer", "token": "env:KEY"},
        {"by": "header", "name": "X-Key", "value": "env:KEY"},
    ],
)
def test_a_secret_no_header_can_hold_is_refused_by_its_name(
    make: Make, auth: dict[str, Any], value: str
) -> None:
    with pytest.raises(SourceError) as caught:
        make(auth=auth, secrets={"env:KEY": value})
    assert "env:KEY" in caught.value.message
    assert value not in caught.value.message


def test_a_reference_that_leads_nowhere_is_told_when_the_source_is_made() -> None:
    def nothing(reference: str) -> str:
        raise SettingsError(f"{reference}: there is no such variable")

    stream = {"path": "users", "fields": {"user_id": "id"}}
    config = HttpConfig.model_validate(
        {
            "kind": "http",
            "base_url": "https://api.example.com",
            "auth": {"by": "bearer", "token": "env:KEY"},
            "streams": {"users": stream},
        }
    )
    with pytest.raises(SettingsError, match="env:KEY"):
        build("app", config, Surroundings(nothing))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(api: Api, make: Make, status: int) -> None:
    with http_server() as other:
        api.script(Reply(status=status, headers={"Location": f"{other.url}/users?key=k3y"}))
        with pytest.raises(SourceError) as caught:
            read(make(auth={"by": "bearer", "token": "env:KEY"}))

        assert other.asked == []
    assert caught.value.code == "SOURCE_REDIRECT"
    assert "k3y" not in caught.value.message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_host_is_followed(api: Api, make: Make, status: int) -> None:
    there = as_json(USERS)
    led = Reply(status=status, headers={"Location": "/v2/users?a=1"})
    api.answer = lambda asked: there if asked.path == "/v2/users" else led
    source = make({"params": {"b": 2}}, auth={"by": "bearer", "token": "env:KEY"})

    assert ids(read(source)) == ["u1"]
    assert api.asked[1].params == {"a": "1"}
    assert api.asked[1].headers["Authorization"] == "Bearer k3y-Of-acme"


@pytest.mark.parametrize(("status", "followed"), [(302, False), (307, True)])
def test_a_post_is_redirected_only_where_it_stays_a_post(
    api: Api, make: Make, status: int, followed: bool
) -> None:
    led = Reply(status=status, headers={"Location": "/v2/users"})
    api.answer = lambda asked: as_json(USERS) if asked.path == "/v2/users" else led
    source = make({"method": "POST", "body": {"q": 1}})

    if followed:
        assert ids(read(source)) == ["u1"]
        assert (api.asked[1].method, api.asked[1].json) == ("POST", {"q": 1})
    else:
        with pytest.raises(SourceError, match="would turn the POST into a GET"):
            read(source)


def test_redirects_without_end_stop_the_stream(api: Api, make: Make) -> None:
    api.answer = lambda asked: Reply(status=302, headers={"Location": f"{asked.path}x"})
    with pytest.raises(SourceError) as caught:
        read(make())
    assert caught.value.code == "SOURCE_REDIRECT"
    assert len(api.asked) == 6
