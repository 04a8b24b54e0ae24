"""/crm/properties: definitions and groups, one by one and in batches."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import ApiError, Json, invalid
from syncworker.sandbox.batch import answer as batch_answer
from syncworker.sandbox.batch import inputs_of
from syncworker.sandbox.http import answer, archived_of, body_of, no_content, portal_of, records_of


async def list_all(request: Request) -> Response:
    """GET all definitions."""
    definitions = records_of(request).definitions
    archived = archived_of(request)
    found = definitions.archived if archived else definitions.properties
    return answer({"results": [prop.definition for prop in found.values()]})


async def create(request: Request) -> Response:
    """POST a definition."""
    definitions, body = records_of(request).definitions, await body_of(request)
    return answer(definitions.create(body, portal_of(request).now()).definition, 201)


async def read(request: Request) -> Response:
    """GET a definition."""
    archived = archived_of(request)
    definitions = records_of(request).definitions
    return answer(definitions.get(request.path_params["name"], archived=archived).definition)


async def update(request: Request) -> Response:
    """PATCH a definition."""
    definitions, body = records_of(request).definitions, await body_of(request)
    name, now = request.path_params["name"], portal_of(request).now()
    return answer(definitions.update(name, body, now).definition)


async def archive(request: Request) -> Response:
    """DELETE a definition."""
    now = portal_of(request).now()
    records_of(request).definitions.archive(request.path_params["name"], now)
    return no_content()


async def batch_create(request: Request) -> Response:
    """POST batch/create: the good ones are made, the others are named."""
    definitions, now = records_of(request).definitions, portal_of(request).now()
    results, errors = [], []
    for row in inputs_of(await body_of(request)):
        try:
            results.append(definitions.create(row, now).definition)
        except ApiError as refused:
            errors.append(refused.row(name=[str(row.get("name"))]))
    status, body = batch_answer(results, errors, now, 201)
    return answer(body, status)


async def batch_read(request: Request) -> Response:
    """POST batch/read."""
    definitions, body = records_of(request).definitions, await body_of(request)
    archived = bool(body.get("archived"))
    results, errors = [], []
    for name in _names(body):
        try:
            results.append(definitions.get(name, archived=archived).definition)
        except ApiError as refused:
            errors.append(refused.row(name=[name]))
    status, answered = batch_answer(results, errors, portal_of(request).now())
    return answer(answered, status)


async def batch_archive(request: Request) -> Response:
    """POST batch/archive."""
    definitions, now = records_of(request).definitions, portal_of(request).now()
    for name in _names(await body_of(request)):
        if name in definitions.properties:
            definitions.archive(name, now)
    return no_content()


async def list_groups(request: Request) -> Response:
    """GET all groups."""
    return answer({"results": list(records_of(request).definitions.groups.values())})


async def create_group(request: Request) -> Response:
    """POST a group."""
    return answer(records_of(request).definitions.create_group(await body_of(request)), 201)


async def read_group(request: Request) -> Response:
    """GET a group."""
    return answer(records_of(request).definitions.group(request.path_params["name"]))


async def update_group(request: Request) -> Response:
    """PATCH a group's label or place."""
    group = records_of(request).definitions.group(request.path_params["name"])
    body = await body_of(request)
    group.update({key: body[key] for key in ("label", "displayOrder") if key in body})
    return answer(group)


async def archive_group(request: Request) -> Response:
    """DELETE a group that no property is in."""
    definitions, name = records_of(request).definitions, request.path_params["name"]
    definitions.group(name)
    if any(prop.definition["groupName"] == name for prop in definitions.properties.values()):
        raise invalid(f'The property group "{name}" still has properties')
    del definitions.groups[name]
    return no_content()


def _names(body: Json) -> list[str]:
    return [str(row.get("name")) for row in inputs_of(body)]


_TYPE = "/crm/properties/{version}/{type}"
ROUTES = [
    Route(f"{_TYPE}/groups", list_groups, methods=["GET"]),
    Route(f"{_TYPE}/groups", create_group, methods=["POST"]),
    Route(f"{_TYPE}/groups/{{name}}", read_group, methods=["GET"]),
    Route(f"{_TYPE}/groups/{{name}}", update_group, methods=["PATCH"]),
    Route(f"{_TYPE}/groups/{{name}}", archive_group, methods=["DELETE"]),
    Route(f"{_TYPE}/batch/create", batch_create, methods=["POST"]),
    Route(f"{_TYPE}/batch/read", batch_read, methods=["POST"]),
    Route(f"{_TYPE}/batch/archive", batch_archive, methods=["POST"]),
    Route(_TYPE, list_all, methods=["GET"]),
    Route(_TYPE, create, methods=["POST"]),
    Route(f"{_TYPE}/{{name}}", read, methods=["GET"]),
    Route(f"{_TYPE}/{{name}}", update, methods=["PATCH"]),
    Route(f"{_TYPE}/{{name}}", archive, methods=["DELETE"]),
]
