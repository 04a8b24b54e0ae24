"""/crm/pipelines: an object's pipelines and their stages, to read and to add to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox import pipelines
from syncworker.sandbox.answers import Json
from syncworker.sandbox.http import answer, body_of, portal_of, records_of


async def list_all(request: Request) -> Response:
    """GET an object's pipelines with their stages."""
    return answer({"results": records_of(request).pipelines})


async def create(request: Request) -> Response:
    """POST a pipeline with its stages."""
    portal, records, body = portal_of(request), records_of(request), await body_of(request)
    new_id = portal.next_id()
    return answer(pipelines.create_pipeline(records.pipelines, body, new_id, portal.now()), 201)


async def read(request: Request) -> Response:
    """GET one pipeline."""
    return answer(_pipeline(request))


async def list_stages(request: Request) -> Response:
    """GET a pipeline's stages."""
    return answer({"results": _pipeline(request)["stages"]})


async def create_stage(request: Request) -> Response:
    """POST a stage."""
    portal, body = portal_of(request), await body_of(request)
    new_id = portal.next_id()
    return answer(pipelines.create_stage(_pipeline(request), body, new_id, portal.now()), 201)


async def read_stage(request: Request) -> Response:
    """GET one stage."""
    return answer(pipelines.find(_pipeline(request)["stages"], request.path_params["stage"]))


def _pipeline(request: Request) -> Json:
    return pipelines.find(records_of(request).pipelines, request.path_params["id"])


_TYPE = "/crm/pipelines/{version}/{type}"
ROUTES = [
    Route(_TYPE, list_all, methods=["GET"]),
    Route(_TYPE, create, methods=["POST"]),
    Route(f"{_TYPE}/{{id}}", read, methods=["GET"]),
    Route(f"{_TYPE}/{{id}}/stages", list_stages, methods=["GET"]),
    Route(f"{_TYPE}/{{id}}/stages", create_stage, methods=["POST"]),
    Route(f"{_TYPE}/{{id}}/stages/{{stage}}", read_stage, methods=["GET"]),
]
