"""What every request handler needs: reading a request, writing an answer, the portal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from syncworker.sandbox.answers import Json, invalid, whole_number
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.records import Records

PORTAL = "syncworker.portal"
REFUSED = "syncworker.refused"


@dataclass(frozen=True, slots=True)
class Call:
    """A request to write or read records.

    Attributes:
        portal: The account.
        records: The records of the object it is about.
        body: Its JSON.
        version: The API version, such as v3 or 2026-09.
        refused: From 0 to 1: the input of a batch that a fault refuses; None for none.
    """

    portal: Portal
    records: Records
    body: Json
    version: str = "v3"
    refused: float | None = None


def portal_of(request: Request) -> Portal:
    """The account the request is for."""
    portal: Portal = request.scope[PORTAL]
    return portal


def records_of(request: Request) -> Records:
    """The records of the object named in the path, or 404."""
    return portal_of(request).records(request.path_params["type"])


async def call_of(request: Request) -> Call:
    """What the request asks of which records."""
    return Call(
        portal_of(request),
        records_of(request),
        await body_of(request),
        request.path_params["version"],
        request.scope.get(REFUSED),
    )


async def body_of(request: Request) -> Json:
    """The request's JSON object, or 400."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise invalid("Invalid input JSON on line 1, column 1: Unable to parse value") from None
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON: an object is expected")
    return body


def names_of(request: Request, key: str) -> list[str]:
    """A query parameter that lists names, separated by commas or repeated."""
    parts: Iterable[str] = request.query_params.getlist(key)
    return [name.strip() for part in parts for name in part.split(",") if name.strip()]


def archived_of(request: Request) -> bool:
    """Whether archived things are asked for, and only those."""
    # The official client writes a Python True.
    return request.query_params.get("archived", "").lower() == "true"


def limit_of(request: Request, default: int, most: int) -> int:
    """The page size asked for, or 400 where it is more than HubSpot gives."""
    limit = request.query_params.get("limit", str(default))
    if not limit.isdigit() or not 1 <= int(limit) <= most:
        raise invalid(f"limit must be a number from 1 to {most}")
    return int(limit)


def after_of(request: Request) -> int:
    """Where the page asked for starts, or 400."""
    return whole_number(request.query_params.get("after"), "after", 0)


def answer(body: Json | list[Json], status: int = 200) -> Response:
    """A JSON answer."""
    text = json.dumps(body, separators=(",", ":"))
    return Response(text, status, media_type="application/json;charset=utf-8")


def no_content() -> Response:
    """204."""
    return Response(status_code=204)
