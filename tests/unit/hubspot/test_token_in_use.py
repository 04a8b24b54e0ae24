"""Which token a request carries, and where a token must never be seen."""

from __future__ import annotations

import logging

import pytest
from support.hubspot_writes import updates
from support.scripted_hubspot import Answer, Script

from syncworker.errors import Unauthorized
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.tokens import Token


class Renewed:
    """Credentials that have another token after each no, as long as there are any."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.no: list[str] = []

    def token(self) -> str:
        return self.tokens[0]

    def refused(self, token: str) -> bool:
        self.no.append(token)
        if len(self.tokens) > 1:
            self.tokens.pop(0)
            return True
        return False


def bearers(script: Script) -> list[str]:
    return [one.headers["Authorization"] for one in script.received]


@pytest.mark.parametrize("category", ["EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION", ""])
def test_a_refused_token_is_replaced_once_and_the_request_sent_again(
    script: Script, category: str
) -> None:
    credentials = Renewed("old-token", "new-token")
    portal = HubSpotPortal(credentials, base_url=script.url)
    script.add(Answer(401, {"category": category, "message": "no"}), Answer(200, {"results": []}))
    assert portal.properties("contacts") == {}
    assert bearers(script) == ["Bearer old-token", "Bearer new-token"]
    assert credentials.no == ["old-token"]
    assert script.connections == 1


def test_a_second_no_is_final(script: Script) -> None:
    credentials = Renewed("one-token", "two-token", "three-token")
    portal = HubSpotPortal(credentials, base_url=script.url)
    script.add(*[Answer(401, {"message": "no"})] * 3)
    with pytest.raises(Unauthorized) as refused:
        portal.properties("contacts")
    assert "Service Keys" in refused.value.help
    assert portal.requests == 2


def test_without_another_token_nothing_is_sent_again(script: Script) -> None:
    portal = HubSpotPortal(Renewed("only-token"), base_url=script.url)
    script.add(Answer(401, {"message": "no"}))
    with pytest.raises(Unauthorized):
        portal.properties("contacts")
    assert portal.requests == 1


def test_a_rotated_token_is_used_from_the_next_request_on(script: Script) -> None:
    credentials = Renewed("old-token", "new-token")
    portal = HubSpotPortal(credentials, base_url=script.url)
    portal.properties("contacts")
    credentials.tokens.pop(0)
    portal.properties("contacts")
    assert bearers(script) == ["Bearer old-token", "Bearer new-token"]
    assert script.connections == 1


def test_a_long_token_is_as_good_as_a_short_one(script: Script) -> None:
    HubSpotPortal("x" * 400, base_url=script.url).properties("contacts")
    assert bearers(script) == ["Bearer " + "x" * 400]


@pytest.mark.parametrize("token", ["", "pat-eu1-secret\n", "pat secret", "pat-sécret"])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(
    script: Script, token: str
) -> None:
    with pytest.raises(Unauthorized) as wrong:
        HubSpotPortal(token)
    with pytest.raises(Unauthorized) as later:
        HubSpotPortal(Renewed(token), base_url=script.url).properties("contacts")
    assert "secret" not in repr(wrong.value) + repr(later.value)
    assert script.received == []


@pytest.mark.parametrize("token", ["pat-eu1-0000-secret", "CPj8-secret-of-another-shape"])
def test_the_token_shows_nowhere(
    script: Script, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    portal = HubSpotPortal(token, base_url=script.url, name="acme")
    echo = f"bad token {token}, Authorization: Bearer {token}x, other pat-na1-123456-secret"
    script.add(Answer(401, {"message": echo}), Answer(400, {"message": echo}))
    told = repr(portal) + repr(Token(token))
    for _ in range(2):
        with pytest.raises(Exception, match="bad token") as refused:
            portal.properties("contacts")
        assert refused.value.__context__ is None
        told += str(refused.value) + repr(refused.value)
    row = {"message": echo, "context": {"objectWriteTraceId": ["t1"]}}
    script.add(Answer(207, {"results": [], "errors": [row]}))
    told += repr(portal.write(updates(1)))
    assert "secret" not in told + caplog.text
    assert "acme" in told
