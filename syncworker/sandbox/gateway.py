"""What stands before every endpoint: API versions, faults, the token, limits, scopes, counting."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncworker.sandbox.answers import ApiError, Json, correlation_id, not_found
from syncworker.sandbox.control import PREFIX
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.http import PORTAL
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.stats import Request

VERSIONS = frozenset({"v3", "v4", "2026-03", "2026-09"})
_LEGACY = re.compile(r"^/crm/(v\d)/([^/]+)")
_VERSIONED = re.compile(
    r"^/(?:crm/(?:objects|associations|properties|owners|pipelines)|account-info)/([^/]+)"
)
_SCOPED = re.compile(r"^/crm/(objects|properties)/[^/]+/(\w+)")
_UNAUTHENTICATED = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can "
    "find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)


class Gateway:
    """The ASGI application in front of the endpoints.

    Args:
        app: The endpoints, which know dated paths only.
        portal: The account.
        cut: Closes the connection to a client, named by its host and port, without a word.
    """

    def __init__(
        self, app: ASGIApp, portal: Portal, cut: Callable[[tuple[str, int]], None]
    ) -> None:
        self.app = app
        self.portal = portal
        self.cut = cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or not."""
        path = dated(scope["path"])
        portal = self.portal
        scope = {**scope, "path": path, PORTAL: portal}
        if path.startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        at = portal.now()
        fault = portal.faults.take(scope["method"], scope["path"])
        if fault and fault.delay:
            await _pause(fault.delay, receive)
        if fault and fault.hang:
            await _pause(fault.hang, receive)
            status, answered = 0, None
        else:
            answered = await self._answer(portal, scope, body, fault)
            status = 0 if fault and fault.cut else answered[0]["status"]
            if fault and fault.late:
                await _pause(fault.late, receive)
        query = scope["query_string"].decode("latin-1")
        portal.stats.count(Request(at, scope["method"], path, query, status, body))
        if status == 0 or answered is None:
            self.cut(scope["client"])
            await _gone(receive)
            return
        for message in answered:
            await send(message)

    async def _answer(
        self, portal: Portal, scope: Scope, body: bytes, fault: Fault | None
    ) -> list[Message]:
        if fault and fault.status:
            return _messages(fault.status, fault.body, fault.headers)
        headers: dict[str, str] = {}
        try:
            _check_version(scope["path"])
            _check_token(portal, scope)
            searching = scope["path"].endswith("/search")
            headers = portal.limits.take(portal.clock(), search=searching)
            _check_scope(portal, scope)
        except ApiError as refused:
            if refused.more.get("policyName") == "TEN_SECONDLY_ROLLING":
                headers = portal.limits.headers()
            return _messages(refused.status, refused.body(), headers)
        answered: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            answered.append(message)

        await self.app(scope, receive, send)
        headers["X-HubSpot-Correlation-Id"] = correlation_id()
        answered[0]["headers"] += _encoded(headers)
        return answered


def dated(path: str) -> str:
    """A path in the order of the dated versions: /crm/v3/objects/… is /crm/objects/v3/…."""
    return _LEGACY.sub(r"/crm/\2/\1", path, count=1)


def _check_version(path: str) -> None:
    versioned = _VERSIONED.match(path)
    if versioned and versioned.group(1) not in VERSIONS:
        raise not_found()


def _check_token(portal: Portal, scope: Scope) -> None:
    given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    if given != f"Bearer {portal.token}":
        raise ApiError(401, "INVALID_AUTHENTICATION", _UNAUTHENTICATED)


def _check_scope(portal: Portal, scope: Scope) -> None:
    found = _SCOPED.match(scope["path"])
    if not found or not portal.missing_scopes:
        return
    kind = {"objects": "objects", "properties": "schemas"}[found.group(1)]
    reading = scope["method"] == "GET" or scope["path"].endswith(("/search", "/batch/read"))
    needed = f"crm.{kind}.{found.group(2)}.{'read' if reading else 'write'}"
    if needed in portal.missing_scopes:
        message = (
            "This app hasn't been granted all required scopes to make this call. "
            "Read more about required scopes here: https://developers.hubspot.com/scopes."
        )
        context = {"requiredGranularScopes": [needed]}
        errors = [{"message": "One or more scopes are required.", "context": context}]
        links = {"scopes": "https://developers.hubspot.com/scopes"}
        raise ApiError(403, "MISSING_SCOPES", message, errors=errors, links=links)


def _messages(status: int, body: Json, headers: dict[str, str]) -> list[Message]:
    named = {
        "Content-Type": "application/json;charset=utf-8",
        "X-HubSpot-Correlation-Id": correlation_id(),
        **headers,
    }
    text = json.dumps(body).encode() if body else b""
    named["Content-Length"] = str(len(text))
    start = {"type": "http.response.start", "status": status, "headers": _encoded(named)}
    return [start, {"type": "http.response.body", "body": text}]


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _pause(seconds: float, receive: Receive) -> None:
    """Wait, but not for a client that has given up."""
    waits = {asyncio.ensure_future(asyncio.sleep(seconds)), asyncio.ensure_future(_gone(receive))}
    _, late = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in late:
        wait.cancel()
