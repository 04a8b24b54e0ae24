"""/crm/objects: single records, lists, batches, search and merge."""

from __future__ import annotations

from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox import batch
from syncworker.sandbox.answers import Json, invalid, not_found
from syncworker.sandbox.creating import linked_to
from syncworker.sandbox.http import (
    after_of,
    answer,
    archived_of,
    call_of,
    limit_of,
    names_of,
    no_content,
    portal_of,
    records_of,
)
from syncworker.sandbox.records import Record, Records
from syncworker.sandbox.rules import ENFORCED
from syncworker.sandbox.search import search
from syncworker.sandbox.views import view, written

MAX_PAGE = 100
MAX_HISTORY_PAGE = 50


async def create(request: Request) -> Response:
    """POST one."""
    call = await call_of(request)
    portal, records, properties = call.portal, call.records, _properties(call.body)
    links = linked_to(portal, records, call.body.get("associations"))
    rules = portal.rules if call.version in ENFORCED else None
    record = portal.commit(records, records.prepare(None, properties, {}, rules))
    for others, companion, labels in links:
        portal.link(records, record, others, companion, labels)
    return answer(written(records, record, properties), 201)


async def read(request: Request) -> Response:
    """GET one by id, an id from before a merge, or a unique property."""
    records = records_of(request)
    value, by = request.path_params["id"], request.query_params.get("idProperty")
    records.check_unique(by, "read")
    record: Record | None
    if archived_of(request):
        record = records.archived.get(value)
        if record is None:
            raise not_found()
    else:
        record = records.get(value, by)
    history = names_of(request, "propertiesWithHistory")
    return answer(view(records, record, names_of(request, "properties"), history))


async def update(request: Request) -> Response:
    """PATCH one by id or a unique property, e-mail included."""
    call = await call_of(request)
    portal, records, properties = call.portal, call.records, _properties(call.body)
    by = request.query_params.get("idProperty")
    records.check_unique(by, "patch")
    record = records.get(request.path_params["id"], by)
    rules = portal.rules if call.version in ENFORCED else None
    portal.commit(records, records.prepare(record, properties, {}, rules))
    return answer(written(records, record, properties))


async def archive(request: Request) -> Response:
    """DELETE one."""
    records = records_of(request)
    records.archive(records.get(request.path_params["id"]), portal_of(request).now())
    return no_content()


async def list_all(request: Request) -> Response:
    """GET a page of all records, oldest first."""
    records = records_of(request)
    history = names_of(request, "propertiesWithHistory")
    limit = limit_of(request, 10, MAX_HISTORY_PAGE if history else MAX_PAGE)
    everyone = records.page(after_of(request), archived=archived_of(request))
    page = list(islice(everyone, limit + 1))
    asked = names_of(request, "properties")
    body: Json = {"results": [view(records, r, asked, history) for r in page[:limit]]}
    if len(page) > limit:
        following = page[limit].id
        link = f"{request.url.replace_query_params(limit=limit, after=following)}"
        body["paging"] = {"next": {"after": following, "link": link}}
    return answer(body)


async def batch_create(request: Request) -> Response:
    """POST batch/create."""
    status, body = batch.create(await call_of(request))
    return answer(body, status)


async def batch_read(request: Request) -> Response:
    """POST batch/read."""
    status, body = batch.read(await call_of(request), archived=archived_of(request))
    return answer(body, status)


async def batch_update(request: Request) -> Response:
    """POST batch/update."""
    status, body = batch.update(await call_of(request))
    return answer(body, status)


async def batch_upsert(request: Request) -> Response:
    """POST batch/upsert."""
    status, body = batch.upsert(await call_of(request))
    return answer(body, status)


async def batch_archive(request: Request) -> Response:
    """POST batch/archive."""
    batch.archive(await call_of(request))
    return no_content()


async def search_records(request: Request) -> Response:
    """POST search."""
    call = await call_of(request)
    return answer(search(call.portal, call.records, call.body, call.version))


async def merge(request: Request) -> Response:
    """POST merge: both records become a new one."""
    call = await call_of(request)
    records = call.records
    primary = _named(records, call.body, "primaryObjectId")
    other = _named(records, call.body, "objectIdToMerge")
    if primary is other:
        raise invalid("A record cannot be merged with itself")
    return answer(view(records, records.merge(primary, other, call.portal.now())))


def _named(records: Records, body: Json, key: str) -> Record:
    if key not in body:
        raise invalid(f"Invalid input JSON: {key} is required")
    return records.get(str(body[key]))


def _properties(body: Json) -> dict[str, object]:
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise invalid("Invalid input JSON: properties is required")
    return properties


_TYPE = "/crm/objects/{version}/{type}"
ROUTES = [
    Route(f"{_TYPE}/batch/create", batch_create, methods=["POST"]),
    Route(f"{_TYPE}/batch/read", batch_read, methods=["POST"]),
    Route(f"{_TYPE}/batch/update", batch_update, methods=["POST"]),
    Route(f"{_TYPE}/batch/upsert", batch_upsert, methods=["POST"]),
    Route(f"{_TYPE}/batch/archive", batch_archive, methods=["POST"]),
    Route(f"{_TYPE}/search", search_records, methods=["POST"]),
    Route(f"{_TYPE}/merge", merge, methods=["POST"]),
    Route(_TYPE, list_all, methods=["GET"]),
    Route(_TYPE, create, methods=["POST"]),
    Route(f"{_TYPE}/{{id}}", read, methods=["GET"]),
    Route(f"{_TYPE}/{{id}}", update, methods=["PATCH"]),
    Route(f"{_TYPE}/{{id}}", archive, methods=["DELETE"]),
]
