"""/crm/associations and /crm/objects/…/associations: which records belong together (v4 shapes)."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import ApiError, Json, invalid, whole_number
from syncworker.sandbox.associations import Label
from syncworker.sandbox.http import (
    after_of,
    answer,
    body_of,
    limit_of,
    no_content,
    portal_of,
    records_of,
)
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.records import Record, Records

MAX_CREATE = 2_000
MAX_READ = 1_000
MAX_PAGE = 500


class _Sides:
    """The two objects a request is about.

    Attributes:
        portal: The account.
        left: The records associations start from.
        right: The records they lead to.
    """

    def __init__(self, request: Request) -> None:
        self.portal: Portal = portal_of(request)
        self.left: Records = records_of(request)
        self.right: Records = self.portal.records(request.path_params["to"])
        self.pair = (self.left.object_type, self.right.object_type)

    def labels(self, specs: object) -> list[Label]:
        """The types a request names, or 400."""
        if not isinstance(specs, list) or not specs:
            raise invalid("Invalid input JSON: types must name at least one association type")
        return [self.portal.associations.find(self.pair, spec) for spec in specs]

    def link(self, one: Record, other: Record, labels: list[Label]) -> Json:
        """Associate two records; the row of an answer."""
        self.portal.link(self.left, one, self.right, other, labels)
        return {
            "fromObjectTypeId": self.left.type_id,
            "fromObjectId": one.id,
            "toObjectTypeId": self.right.type_id,
            "toObjectId": other.id,
            "labels": [label.text for label in labels if label.text],
        }

    def linked(self, record: Record) -> list[Json]:
        """A record's associations; those to merged records lead to what they are now."""
        found: Json = {}
        for held, kinds in record.linked.get(self.right.object_type, {}).items():
            other = self.right.find(held)
            if other is not None:
                found[other.id] = {**found.get(other.id, {}), **kinds}
        shown = self.portal.associations.shown
        return [
            {"toObjectId": held, "associationTypes": shown(self.pair, kinds)}
            for held, kinds in found.items()
        ]


async def create(request: Request) -> Response:
    """POST batch/create: each input with its types."""
    sides, results, missing = _Sides(request), [], []
    inputs = _inputs(await body_of(request), MAX_CREATE)
    # Checked first, all of them: a malformed input refuses the whole request.
    ready = [(_id(row, "from"), _id(row, "to"), sides.labels(row.get("types"))) for row in inputs]
    for source, target, labels in ready:
        one, other = sides.left.find(source), sides.right.find(target)
        if one is None or other is None:
            missing.append(source if one is None else target)
        else:
            results.append(sides.link(one, other, labels))
    return _answer(sides.portal, results, missing, 201)


async def create_default(request: Request) -> Response:
    """POST batch/associate/default: the unlabelled type, shown from both sides."""
    sides, results, missing = _Sides(request), [], []
    inputs = _inputs(await body_of(request), MAX_CREATE)
    for source, target in [(_id(row, "from"), _id(row, "to")) for row in inputs]:
        one, other = sides.left.find(source), sides.right.find(target)
        if one is None or other is None:
            missing.append(source if one is None else target)
            continue
        sides.link(one, other, [])
        results += _both_ways(sides, one, other)
    return _answer(sides.portal, results, missing, 200)


async def archive(request: Request) -> Response:
    """POST batch/archive: takes every association between the records away."""
    sides = _Sides(request)
    for row in _inputs(await body_of(request), MAX_CREATE):
        one, targets = sides.left.find(_id(row, "from")), row.get("to")
        if not isinstance(targets, list):
            raise invalid("Invalid input JSON: to must be an array of objects with an id")
        for target in targets:
            other = sides.right.find(_id({"to": target}, "to"))
            if one and other:
                sides.portal.unlink(sides.left, one, sides.right, other)
    return no_content()


async def archive_labels(request: Request) -> Response:
    """POST batch/labels/archive: takes labels away; the records stay associated."""
    sides = _Sides(request)
    for row in _inputs(await body_of(request), MAX_CREATE):
        labels = sides.labels(row.get("types"))
        one, other = sides.left.find(_id(row, "from")), sides.right.find(_id(row, "to"))
        if one and other:
            sides.portal.associations.unlabel(sides.left, one, sides.right, other, labels)
    return no_content()


async def read_batch(request: Request) -> Response:
    """POST batch/read: up to 500 of each record's associations, from `after` on."""
    sides, results, missing = _Sides(request), [], []
    for row in _inputs(await body_of(request), MAX_READ):
        wanted, start = _id({"": row}, ""), whole_number(row.get("after"), "after", 0)
        # An id from before a merge has no associations, as in HubSpot.
        one = sides.left.live.get(wanted)
        linked = sides.linked(one) if one else []
        if linked:
            results.append({"from": {"id": wanted}, "to": linked[start : start + MAX_PAGE]})
            if start + MAX_PAGE < len(linked):
                results[-1]["paging"] = {"next": {"after": str(start + MAX_PAGE)}}
        else:
            missing.append(wanted)
    return _answer(sides.portal, results, missing, 200)


async def read(request: Request) -> Response:
    """GET a page of one record's associations."""
    sides, wanted = _Sides(request), request.path_params["id"]
    sides.left.get(wanted)
    limit, start = limit_of(request, MAX_PAGE, MAX_PAGE), after_of(request)
    one = sides.left.live.get(wanted)
    linked = sides.linked(one) if one else []
    body: Json = {"results": linked[start : start + limit]}
    if start + limit < len(linked):
        body["paging"] = {"next": {"after": str(start + limit)}}
    return answer(body)


async def put(request: Request) -> Response:
    """PUT one association with its types, which the body lists."""
    sides = _Sides(request)
    one = sides.left.get(request.path_params["id"])
    other = sides.right.get(request.path_params["other"])
    return answer(sides.link(one, other, sides.labels(await _list_of(request))), 201)


async def put_default(request: Request) -> Response:
    """PUT one association of the unlabelled type."""
    sides = _Sides(request)
    one = sides.left.get(request.path_params["id"])
    other = sides.right.get(request.path_params["other"])
    sides.link(one, other, [])
    return _answer(sides.portal, _both_ways(sides, one, other), [], 200)


async def delete(request: Request) -> Response:
    """DELETE every association between two records."""
    sides = _Sides(request)
    one, other = request.path_params["id"], request.path_params["other"]
    sides.portal.unlink(sides.left, sides.left.get(one), sides.right, sides.right.get(other))
    return no_content()


async def labels(request: Request) -> Response:
    """GET the association types from one object to another."""
    sides = _Sides(request)
    return answer({"results": _shown(sides.portal.associations.between(sides.pair))})


async def create_label(request: Request) -> Response:
    """POST a labelled type."""
    sides, body = _Sides(request), await body_of(request)
    label = body.get("label")
    if not label or not body.get("name"):
        raise invalid("Invalid input JSON: name and label are required")
    inverse = str(body.get("inverseLabel") or label)
    made = sides.portal.associations.create(sides.pair, str(label), inverse)
    return answer({"results": _shown(made)})


def _shown(labels: Iterable[Label]) -> list[Json]:
    return [label.as_json() for label in labels]


def _both_ways(sides: _Sides, one: Record, other: Record) -> list[Json]:
    label = sides.portal.associations.between(sides.pair)[0]
    return [
        {
            "from": {"id": source.id},
            "to": {"id": target.id},
            "associationSpec": {
                "associationCategory": label.category,
                "associationTypeId": type_id,
            },
        }
        for source, target, type_id in (
            (one, other, label.type_id),
            (other, one, label.inverse),
        )
    ]


def _inputs(body: Json, most: int) -> list[Json]:
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= most:
        raise invalid(f"Invalid input JSON: inputs must have 1 to {most} entries")
    if not all(isinstance(row, dict) for row in inputs):
        raise invalid("Invalid input JSON: inputs must be an array of objects")
    return inputs


def _id(row: Json, key: str) -> str:
    """The id of the object a row holds under a key, or 400."""
    held = row.get(key)
    if not isinstance(held, dict) or not isinstance(held.get("id"), str | int):
        raise invalid(f"Invalid input JSON: {key or 'an input'} must be an object with an id")
    return str(held["id"])


async def _list_of(request: Request) -> object:
    """The request's JSON, which is a list here."""
    try:
        return await request.json()
    except ValueError:
        raise invalid("Invalid input JSON on line 1, column 1: Unable to parse value") from None


def _answer(portal: Portal, results: list[Json], missing: list[str], status: int) -> Response:
    now = portal.now()
    body: Json = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if missing:
        message = "No associations found, or a record does not exist"
        error = ApiError(404, "OBJECT_NOT_FOUND", message).row(ids=missing)
        body |= {"numErrors": 1, "errors": [error]}
        status = 207
    return answer(body, status)


_PAIR = "/crm/associations/{version}/{type}/{to}"
_ONE = "/crm/objects/{version}/{type}/{id}/associations"
ROUTES = [
    Route(f"{_PAIR}/batch/create", create, methods=["POST"]),
    Route(f"{_PAIR}/batch/associate/default", create_default, methods=["POST"]),
    Route(f"{_PAIR}/batch/archive", archive, methods=["POST"]),
    Route(f"{_PAIR}/batch/labels/archive", archive_labels, methods=["POST"]),
    Route(f"{_PAIR}/batch/read", read_batch, methods=["POST"]),
    Route(f"{_PAIR}/labels", labels, methods=["GET"]),
    Route(f"{_PAIR}/labels", create_label, methods=["POST"]),
    Route(f"{_ONE}/{{to}}", read, methods=["GET"]),
    Route(f"{_ONE}/default/{{to}}/{{other}}", put_default, methods=["PUT"]),
    Route(f"{_ONE}/{{to}}/{{other}}", put, methods=["PUT"]),
    Route(f"{_ONE}/{{to}}/{{other}}", delete, methods=["DELETE"]),
]
