"""/crm/associations and /crm/objects/…/associations: which records belong together (v4 shapes)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import ApiError, Json, invalid
from syncworker.sandbox.http import answer, body_of, portal_of, records_of
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.records import Record, Records

MAX_CREATE = 2_000
MAX_READ = 1_000


def link(left: Records, one: Record, right: Records, other: Record) -> None:
    """Associate two records, seen from both sides."""
    one.linked.setdefault(right.object_type, {})[other.id] = None
    other.linked.setdefault(left.object_type, {})[one.id] = None


def link_new(portal: Portal, records: Records, record: Record, wanted: list[Json]) -> None:
    """Associate a new record with those its create request names, whatever their object."""
    for association in wanted:
        target = str((association.get("to") or {}).get("id"))
        for others in portal.objects.values():
            other = others.find(target)
            if other is not None and other is not record:
                link(records, record, others, other)


async def create(request: Request) -> Response:
    """POST batch/create or batch/associate/default."""
    portal, left = portal_of(request), records_of(request)
    right = portal.records(request.path_params["to"])
    results, missing = [], []
    for row in _inputs(await body_of(request), MAX_CREATE):
        one, other = left.find(str(row["from"]["id"])), right.find(str(row["to"]["id"]))
        if one is None or other is None:
            missing.append(str(row["from"]["id"] if one is None else row["to"]["id"]))
            continue
        link(left, one, right, other)
        results.append(
            {
                "fromObjectTypeId": left.type_id,
                "fromObjectId": one.id,
                "toObjectTypeId": right.type_id,
                "toObjectId": other.id,
                "labels": [],
            }
        )
    return _answer(portal, results, missing, 201)


async def read_batch(request: Request) -> Response:
    """POST batch/read."""
    portal, left = portal_of(request), records_of(request)
    right = portal.records(request.path_params["to"])
    results, missing = [], []
    for row in _inputs(await body_of(request), MAX_READ):
        one = left.find(str(row["id"]))
        linked = _linked(portal, one, right) if one else []
        if linked:
            results.append({"from": {"id": str(row["id"])}, "to": linked})
        else:
            missing.append(str(row["id"]))
    return _answer(portal, results, missing, 200)


async def read(request: Request) -> Response:
    """GET one record's associations."""
    portal = portal_of(request)
    record = records_of(request).get(request.path_params["id"])
    return answer({"results": _linked(portal, record, portal.records(request.path_params["to"]))})


def _inputs(body: Json, most: int) -> list[Json]:
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= most:
        raise invalid(f"Invalid input JSON: inputs must have 1 to {most} entries")
    return inputs


def _linked(portal: Portal, record: Record, right: Records) -> list[Json]:
    kind = {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": None}
    found = {
        other.id: None
        for old in record.linked.get(right.object_type, {})
        if (other := portal.objects[right.object_type].find(old))
    }
    return [{"toObjectId": other, "associationTypes": [kind]} for other in found]


def _answer(portal: Portal, results: list[Json], missing: list[str], status: int) -> Response:
    now = portal.now()
    body: Json = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if missing:
        message = "No associations found, or a record does not exist"
        error = ApiError(404, "OBJECT_NOT_FOUND", message).row(ids=missing)
        body |= {"numErrors": 1, "errors": [error]}
        status = 207
    return answer(body, status)


ROUTES = [
    Route("/crm/associations/{version}/{type}/{to}/batch/create", create, methods=["POST"]),
    Route(
        "/crm/associations/{version}/{type}/{to}/batch/associate/default", create, methods=["POST"]
    ),
    Route("/crm/associations/{version}/{type}/{to}/batch/read", read_batch, methods=["POST"]),
    Route("/crm/objects/{version}/{type}/{id}/associations/{to}", read, methods=["GET"]),
]
