"""/crm/objects: single records, lists, batches, search and merge."""

from __future__ import annotations

from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox import batch
from syncworker.sandbox.answers import Json, invalid, not_found
from syncworker.sandbox.associations import link_new
from syncworker.sandbox.http import (
    after_of,
    answer,
    archived_of,
    body_of,
    limit_of,
    names_of,
    no_content,
    portal_of,
    records_of,
)
from syncworker.sandbox.records import Record, Records
from syncworker.sandbox.search import search
from syncworker.sandbox.views import view, written

MAX_PAGE = 100
MAX_HISTORY_PAGE = 50


async def create(request: Request) -> Response:
    """POST one."""
    portal, records, body = portal_of(request), records_of(request), await body_of(request)
    properties = _properties(body)
    record = records.commit(records.prepare(None, properties, {}), portal.now())
    link_new(portal, records, record, body.get("associations") or [])
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
    portal, records, body = portal_of(request), records_of(request), await body_of(request)
    by = request.query_params.get("idProperty")
    records.check_unique(by, "patch")
    record = records.get(request.path_params["id"], by)
    properties = _properties(body)
    records.commit(records.prepare(record, properties, {}), portal.now())
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
    archived = archived_of(request)
    everyone = records.archived if archived else records.live
    after = after_of(request)
    page = list(islice((r for r in everyone.values() if int(r.id) >= after), limit + 1))
    asked = names_of(request, "properties")
    body: Json = {"results": [view(records, r, asked, history) for r in page[:limit]]}
    if len(page) > limit:
        following = page[limit].id
        link = f"{request.url.replace_query_params(limit=limit, after=following)}"
        body["paging"] = {"next": {"after": following, "link": link}}
    return answer(body)


async def batch_create(request: Request) -> Response:
    """POST batch/create."""
    status, body = batch.create(portal_of(request), records_of(request), await body_of(request))
    return answer(body, status)


async def batch_read(request: Request) -> Response:
    """POST batch/read."""
    archived = archived_of(request)
    portal, records = portal_of(request), records_of(request)
    status, body = batch.read(portal, records, await body_of(request), archived=archived)
    return answer(body, status)


async def batch_update(request: Request) -> Response:
    """POST batch/update."""
    status, body = batch.update(portal_of(request), records_of(request), await body_of(request))
    return answer(body, status)


async def batch_upsert(request: Request) -> Response:
    """POST batch/upsert."""
    status, body = batch.upsert(portal_of(request), records_of(request), await body_of(request))
    return answer(body, status)


async def batch_archive(request: Request) -> Response:
    """POST batch/archive."""
    batch.archive(portal_of(request), records_of(request), await body_of(request))
    return no_content()


async def search_records(request: Request) -> Response:
    """POST search."""
    return answer(search(portal_of(request), records_of(request), await body_of(request)))


async def merge(request: Request) -> Response:
    """POST merge: both records become a new one."""
    portal, records, body = portal_of(request), records_of(request), await body_of(request)
    primary = _named(records, body, "primaryObjectId")
    other = _named(records, body, "objectIdToMerge")
    if primary is other:
        raise invalid("A record cannot be merged with itself")
    return answer(view(records, records.merge(primary, other, portal.now())))


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
