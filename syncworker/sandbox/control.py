"""/_sandbox: what HubSpot does not have, for the demo and for tests. It needs no token.

GET stats, POST reset-stats, GET and POST state, GET, POST and DELETE faults, PATCH limits,
POST forms/{guid}.
"""

from __future__ import annotations

from dataclasses import asdict, fields

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import invalid
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.http import answer, body_of, no_content, portal_of
from syncworker.sandbox.records import Record

PREFIX = "/_sandbox"
_LIMITS = ("enabled", "burst", "daily", "search", "used_today")


async def stats(request: Request) -> Response:
    """GET the counts and the last requests."""
    return answer(portal_of(request).stats.as_json())


async def reset_stats(request: Request) -> Response:
    """POST: count from zero."""
    portal_of(request).stats.reset()
    return no_content()


async def read_state(request: Request) -> Response:
    """GET every record with every value; `?object=companies` for one object."""
    wanted = request.query_params.get("object")
    objects = {
        name: [_dump(record) for record in list(records.live.values())]
        for name, records in portal_of(request).objects.items()
        if wanted in {None, name}
    }
    return answer(objects)


async def write_state(request: Request) -> Response:
    """POST `{"companies": [{...properties}]}`: a person creates records, or by `id` edits them."""
    portal, ids = portal_of(request), []
    for name, rows in (await body_of(request)).items():
        for row in rows:
            values = {key: str(value) for key, value in row.items() if key != "id"}
            ids.append(portal.put(name, values, str(row.get("id", ""))).id)
    return answer({"ids": ids})


async def read_faults(request: Request) -> Response:
    """GET the faults still waiting for a request."""
    return answer({"waiting": [asdict(fault) for fault in portal_of(request).faults.waiting]})


async def add_fault(request: Request) -> Response:
    """POST a fault; its keys are those of `Fault`."""
    body = await body_of(request)
    unknown = set(body) - {field.name for field in fields(Fault)}
    if unknown:
        raise invalid(f"A fault has no {', '.join(sorted(unknown))}")
    portal_of(request).faults.add(Fault(**body))
    return no_content()


async def clear_faults(request: Request) -> Response:
    """DELETE every fault."""
    portal_of(request).faults.clear()
    return no_content()


async def change_limits(request: Request) -> Response:
    """PATCH `enabled`, `burst`, `daily`, `search` or `used_today`."""
    limits, body = portal_of(request).limits, await body_of(request)
    unknown = set(body) - set(_LIMITS)
    if unknown:
        raise invalid(f"Limits have no {', '.join(sorted(unknown))}")
    for key, value in body.items():
        setattr(limits, key, value)
    return answer({key: getattr(limits, key) for key in _LIMITS})


async def submit_form(request: Request) -> Response:
    """POST a submission: `submittedAt` in ms and `values`, a list of name and value."""
    portal, body = portal_of(request), await body_of(request)
    form = portal.forms.setdefault(request.path_params["guid"], [])
    form.append({"conversionId": f"conversion-{len(form) + 1}", "pageUrl": "", **body})
    return no_content()


def _dump(record: Record) -> dict[str, object]:
    return {"id": record.id, "properties": record.values, "updatedAt": record.updated}


ROUTES = [
    Route(f"{PREFIX}/stats", stats, methods=["GET"]),
    Route(f"{PREFIX}/reset-stats", reset_stats, methods=["POST"]),
    Route(f"{PREFIX}/state", read_state, methods=["GET"]),
    Route(f"{PREFIX}/state", write_state, methods=["POST"]),
    Route(f"{PREFIX}/faults", read_faults, methods=["GET"]),
    Route(f"{PREFIX}/faults", add_fault, methods=["POST"]),
    Route(f"{PREFIX}/faults", clear_faults, methods=["DELETE"]),
    Route(f"{PREFIX}/limits", change_limits, methods=["PATCH"]),
    Route(f"{PREFIX}/forms/{{guid}}", submit_form, methods=["POST"]),
]
