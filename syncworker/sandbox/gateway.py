"""What stands before every endpoint: API versions, faults, tokens, limits, scopes, counting."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncworker.sandbox.answers import ApiError, correlation_id, not_found
from syncworker.sandbox.control import PREFIX
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.http import PORTAL, REFUSED
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.stats import Request

VERSIONS = frozenset({"v3", "v4", "2026-03", "2026-09"})
MAX_URL = 16_000
_LEGACY = re.compile(r"^/crm/(v\d)/([^/]+)")
_VERSIONED = re.compile(
    r"^/(?:crm/(?:objects|associations|properties|owners|pipelines|limits|schemas"
    r"|property-validations)|crm-object-schemas|account-info)/([^/]+)"
)
_SCOPED = re.compile(r"^/crm/(objects|properties)/[^/]+/([^/]+)")
_FORMS = re.compile(r"^/form-integrations/")
_OAUTH = re.compile(r"^/oauth/(v1|v3|2026-03|2026-09)/")
_LOST: list[Message] = []


class Gateway:
    """The ASGI application in front of the endpoints.

    Args:
        app: The endpoints, which know dated paths only.
        portal: The account.
        cut: Closes the connection to a client, named by its host and port, without a word.

    Attributes:
        served: Requests so far, those to the control API included.
    """

    def __init__(
        self, app: ASGIApp, portal: Portal, cut: Callable[[tuple[str, int]], None]
    ) -> None:
        self.app = app
        self.portal = portal
        self.cut = cut
        self.served = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or not."""
        self.served += 1
        path = dated(scope["path"])
        portal = self.portal
        scope = {**scope, "path": path, PORTAL: portal}
        if path.startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        at = portal.now()
        fault = portal.faults.take(scope["method"], scope["path"])
        answered = await self._answer_or_not(portal, scope, body, fault, receive)
        status = answered[0]["status"] if answered else 0
        query = scope["query_string"].decode("latin-1")
        portal.stats.count(Request(at, scope["method"], path, query, status, body))
        if fault and fault.truncate and answered:
            answered = _halved(answered, fault.truncate)
        for message in answered:
            await send(message)
        if not answered or answered[-1].get("more_body"):
            self.cut(scope["client"])
            await _gone(receive)

    async def _answer_or_not(
        self, portal: Portal, scope: Scope, body: bytes, fault: Fault | None, receive: Receive
    ) -> list[Message]:
        if fault is None:
            return await self._answer(portal, scope, body)
        if fault.delay:
            await _pause(fault.delay, receive)
        if fault.hang:
            await _pause(fault.hang, receive)
        if fault.hang or fault.drop:
            return _LOST
        if fault.refuse is not None:
            scope[REFUSED] = fault.refuse
        if not fault.status:
            answered = await self._answer(portal, scope, body)
        else:
            if fault.done:
                await self._answer(portal, scope, body)
            text = fault.text or (json.dumps(fault.body) if fault.body else "")
            answered = _messages(fault.status, text, fault.headers)
        if fault.late:
            await _pause(fault.late, receive)
        return _LOST if fault.cut else answered

    async def _answer(self, portal: Portal, scope: Scope, body: bytes) -> list[Message]:
        try:
            size = len(scope["raw_path"]) + len(scope["query_string"])
            if size > MAX_URL or len(body) > portal.max_body:
                return _too_large(414 if size > MAX_URL else 413)
            _check_version(scope["path"])
            headers = {} if _OAUTH.match(scope["path"]) else _admit(portal, scope)
        except ApiError as refused:
            return _messages(refused.status, json.dumps(refused.body()), refused.headers)
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


def _admit(portal: Portal, scope: Scope) -> dict[str, str]:
    """Let a request in and return its rate headers."""
    given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    kind, _, token = given.partition(" ")
    caller = portal.credentials.caller(token if kind == "Bearer" else "", portal.clock())
    searching = scope["path"].endswith("/search")
    try:
        headers = portal.limits.take(
            portal.clock(), search=searching, app=caller.name, oauth=caller.oauth
        )
    except ApiError as refused:
        if refused.more.get("policyName") == "TEN_SECONDLY_ROLLING":
            refused.headers = portal.limits.headers(caller.name, oauth=caller.oauth)
        raise
    _check_scope(portal, scope, headers)
    return headers


def _check_scope(portal: Portal, scope: Scope, headers: dict[str, str]) -> None:
    if not portal.missing_scopes:
        return
    needed = _needed(portal, scope)
    if needed in portal.missing_scopes:
        message = (
            "This app hasn't been granted all required scopes to make this call. "
            "Read more about required scopes here: https://developers.hubspot.com/scopes."
        )
        context = {"requiredGranularScopes": [needed]}
        errors = [{"message": "One or more scopes are required.", "context": context}]
        links = {"scopes": "https://developers.hubspot.com/scopes"}
        refused = ApiError(403, "MISSING_SCOPES", message, errors=errors, links=links)
        refused.headers = headers
        raise refused


def _needed(portal: Portal, scope: Scope) -> str:
    """The scope that a request needs; "" where none is asked for."""
    if _FORMS.match(scope["path"]):
        return "forms"
    found = _SCOPED.match(scope["path"])
    if not found:
        return ""
    kind = {"objects": "objects", "properties": "schemas"}[found.group(1)]
    reading = scope["method"] == "GET" or scope["path"].endswith(("/search", "/batch/read"))
    return f"crm.{kind}.{portal.scope_of(found.group(2))}.{'read' if reading else 'write'}"


def _too_large(status: int) -> list[Message]:
    """413 and 414 come from the network in front of HubSpot, which speaks HTML."""
    text = f"<html><head><title>{status}</title></head><body></body></html>"
    return _messages(status, text, {"Content-Type": "text/html; charset=UTF-8"})


def _halved(answered: list[Message], how: str) -> list[Message]:
    """The first half of an answer: cut in the middle, or short as if that were all of it."""
    start, body = answered[0], answered[-1]["body"]
    half = body[: len(body) // 2]
    if how == "short":
        kept = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        start = {**start, "headers": [*kept, (b"content-length", str(len(half)).encode())]}
    return [start, {"type": "http.response.body", "body": half, "more_body": how == "cut"}]


def _messages(status: int, body: str, headers: dict[str, str]) -> list[Message]:
    named = {
        "Content-Type": "application/json;charset=utf-8",
        "X-HubSpot-Correlation-Id": correlation_id(),
        **headers,
    }
    text = body.encode()
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
