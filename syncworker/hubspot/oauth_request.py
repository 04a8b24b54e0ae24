"""Asking HubSpot for an access token, and what its refusals mean.

Only a refresh token that is no good any more means that the portal is disconnected. A busy or
broken token server says nothing about the connection, and a wrong client id is a setting.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn

import urllib3

from syncworker.errors import (
    PortalError,
    RateLimited,
    SettingsError,
    SyncworkerError,
    Unauthorized,
    Unavailable,
)
from syncworker.hubspot.credentials import NOT_SENT
from syncworker.hubspot.paths import ACCESS_TOKEN, INTROSPECT, path
from syncworker.hubspot.problems import quoted, text
from syncworker.mapping.portal import ApiVersion

LIFETIME = 1800.0
"""Seconds an access token is good for where the answer does not say."""
TIMEOUT = urllib3.Timeout(connect=5, read=10)

DISCONNECTED = frozenset({"INVALID_GRANT", "BAD_REFRESH_TOKEN", "BAD_HUB"})
_WRONG_APP = frozenset({"INVALID_CLIENT", "BAD_CLIENT_ID", "BAD_CLIENT_SECRET"})
_LATER = frozenset({408, 423, 425, 429, 477})


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What an access token is asked for with."""

    client_id: str
    client_secret: str
    refresh_token: str

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_SENT)


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What HubSpot gave.

    Attributes:
        access_token: Goes into the header of each request; may have 300 characters and more.
        refresh_token: The one to use from now on, which usually is the same.
        expires_in: Seconds the access token is good for.
    """

    access_token: str
    refresh_token: str
    expires_in: float

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_SENT)


def refresh(base_url: str, version: ApiVersion, secrets: Secrets) -> Answer:
    """Ask once for an access token.

    Args:
        base_url: Where HubSpot is.
        version: Whose OAuth endpoint is asked.
        secrets: What to ask with.

    Raises:
        Unauthorized: The portal is disconnected: a person must connect it again.
        RateLimited: Later.
        Unavailable: No answer, or one that says later.
        SettingsError: The app's id or secret is wrong.
        PortalError: Any other refusal.
    """
    fields = {
        "grant_type": "refresh_token",
        "client_id": secrets.client_id,
        "client_secret": secrets.client_secret,
        "refresh_token": secrets.refresh_token,
    }
    status, headers, body = _asked(base_url, path(version, ACCESS_TOKEN), fields)
    if status == HTTPStatus.OK and "error" not in body:
        return _given(body, secrets)
    raise _refusal(status, headers, body, secrets)


def introspect(
    base_url: str, version: ApiVersion, secrets: Secrets, token: str
) -> Mapping[str, Any]:
    """What HubSpot tells of an access token; nothing where it does not.

    Raises:
        PortalError: HubSpot did not answer.
    """
    fields = {
        "token": token,
        "token_type_hint": "access_token",
        "client_id": secrets.client_id,
        "client_secret": secrets.client_secret,
    }
    status, _, body = _asked(base_url, path(version, INTROSPECT), fields)
    return body if status == HTTPStatus.OK else {}


def _asked(
    base_url: str, where: str, fields: Mapping[str, str]
) -> tuple[int, Mapping[str, str], Mapping[str, Any]]:
    """Send a form and return the answer's status, headers and JSON."""
    url = base_url + where
    with urllib3.PoolManager(retries=False, timeout=TIMEOUT) as pool:
        try:
            answer = pool.request(
                "POST", url, fields=dict(fields), encode_multipart=False, redirect=False
            )
        except (urllib3.exceptions.LocationValueError, urllib3.exceptions.URLSchemeUnknown):
            message = f"{base_url} is not an address"
            raise PortalError(message, help="see `base_url` in the mapping") from None
        except urllib3.exceptions.SSLError:
            message = f"the connection to {base_url} cannot be trusted"
            raise PortalError(message, help="see this machine's TLS certificates") from None
        except urllib3.exceptions.HTTPError:
            raise _later("no answer") from None
    return answer.status, answer.headers, _object(answer.data)


def _given(body: Mapping[str, Any], secrets: Secrets) -> Answer:
    token = text(body.get("access_token"))
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise _later("an answer without an access token")
    seconds = body.get("expires_in")
    good = isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds > 0
    return Answer(
        token,
        text(body.get("refresh_token")) or secrets.refresh_token,
        float(seconds) if good and seconds is not None else LIFETIME,
    )


def _refusal(
    status: int, headers: Mapping[str, str], body: Mapping[str, Any], secrets: Secrets
) -> SyncworkerError:
    after = _seconds(headers)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        message = "HubSpot answered 429 to the request for an access token"
        return RateLimited(message, retry_after=after or 0, help=_BUSY)
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _later(f"status {status}", after)
    names = {text(body.get(key)).upper() for key in ("error", "status", "category")}
    told = f"HubSpot gives no access token and says {_words(body, secrets) or status}"
    if names & DISCONNECTED:
        return Unauthorized(
            told,
            help="the app was removed from the portal, or its connection taken back: connect it "
            "again in HubSpot and put the new refresh token where the mapping's "
            "`credentials.refresh_token` points",
            code="OAUTH_DISCONNECTED",
        )
    if names & _WRONG_APP:
        return SettingsError(
            told,
            help="see what the mapping's `credentials.client_id` and `credentials.client_secret` "
            "point to: HubSpot > Development > the app > Auth",
            code="OAUTH_APP",
        )
    return PortalError(
        told, help="see `api_version`, `base_url` and `credentials` in the mapping", code="OAUTH"
    )


_BUSY = "HubSpot's token server is busy or down: the portal is still connected, try again later"


def _later(reason: str, after: float | None = None) -> Unavailable:
    message = f"HubSpot gave no access token: {reason}"
    return Unavailable(message, retry_after=after, help=_BUSY, code="OAUTH_UNAVAILABLE")


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(data)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _words(body: Mapping[str, Any], secrets: Secrets) -> str:
    """HubSpot's words without what it may have quoted of ours."""
    told = [text(body.get(key)) for key in ("status", "error", "error_description", "message")]
    words = ": ".join(dict.fromkeys(one for one in told if one and one != "error"))
    for secret in (secrets.client_secret, secrets.refresh_token, secrets.client_id):
        words = words.replace(secret, "***")
    return quoted(words)


def _seconds(headers: Mapping[str, str]) -> float | None:
    named = headers.get("retry-after", "")
    return float(named) if named.isdecimal() else None
