"""The webhook endpoint as an ASGI application: `POST /{portal}/{source}` and `GET /health`."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncworker.sources.webhook_receiver import LATER, UNKNOWN, Answer, Receiver

MOST_BYTES = 1024 * 1024
READ_SECONDS = 10.0
_RETRY_SECONDS = "30"
_TOO_LARGE = Answer(413, "the body is larger than 1 MiB")
_NO_JSON = Answer(415, "the content type is not application/json")
_TOO_SLOW = Answer(408, "the body did not come in time")


def endpoint(receiver: Receiver, *, read_seconds: float = READ_SECONDS) -> Starlette:
    """The application.

    Args:
        receiver: What checks and stores requests.
        read_seconds: How long a body may take to come.
    """

    async def receive(request: Request) -> Response:
        if not _is_json(request.headers.get("content-type", "")):
            return _answer(_NO_JSON)
        try:
            async with asyncio.timeout(read_seconds):
                body = await _body(request)
        except TimeoutError:
            return _answer(_TOO_SLOW)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        if body is None:
            return _answer(_TOO_LARGE)
        portal, source = request.path_params["portal"], request.path_params["source"]
        # Storing waits for the database: meanwhile others are served.
        return _answer(
            await run_in_threadpool(receiver.receive, portal, source, request.headers, body)
        )

    async def health(_request: Request) -> Response:
        healthy = await run_in_threadpool(receiver.healthy)
        return _answer(Answer(200, "ok") if healthy else LATER)

    return Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/{portal}/{source}", receive, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _refused, Exception: _defect},
    )


async def _body(request: Request) -> bytes | None:
    """The whole body, or None where it is too large; no more than that is ever held."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _answer(answer: Answer) -> Response:
    headers = {"Retry-After": _RETRY_SECONDS} if answer is LATER else None
    return JSONResponse({"result": answer.word}, answer.status, headers)


async def _refused(_request: Request, error: Exception) -> Response:
    """A path or a method that there is not."""
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return JSONResponse({"result": "this takes POST only"}, 405, error.headers)
    return _answer(UNKNOWN)


async def _defect(_request: Request, _error: Exception) -> Response:
    """What must not happen: the sender tries again; the server logs the traceback."""
    return _answer(LATER)
