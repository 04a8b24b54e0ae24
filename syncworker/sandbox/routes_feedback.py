"""/crm/objects/…/feedback_submissions: answers to surveys, which can only be read.

Source: HubSpot's guide to feedback submissions ("the API does not support creating"). With which
status it refuses is not published; 405 is used here.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import ApiError

_NAMES = ("feedback_submissions", "feedback_submission", "0-19")
_WRITES = (
    ("", "POST"),
    ("/batch/create", "POST"),
    ("/batch/update", "POST"),
    ("/batch/upsert", "POST"),
    ("/batch/archive", "POST"),
    ("/merge", "POST"),
    ("/{id}", "PATCH"),
    ("/{id}", "DELETE"),
)


async def refuse(_request: Request) -> Response:
    """Whatever would change one."""
    raise ApiError(405, "METHOD_NOT_ALLOWED", "Feedback submissions are read only")


ROUTES = [
    Route(f"/crm/objects/{{version}}/{name}{rest}", refuse, methods=[method])
    for name in _NAMES
    for rest, method in _WRITES
]
