"""HubSpot's error bodies."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Values = dict[str, str]


class ApiError(Exception):
    """A request, or one row of it, that HubSpot refuses.

    Args:
        status: HTTP status.
        category: HubSpot's category, or "" where its body has none (429).
        message: HubSpot's words.
        more: Further keys of the body: `errors`, `context`, `policyName`...

    Attributes:
        headers: Headers of the answer besides the usual ones.
    """

    def __init__(self, status: int, category: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.more = more
        self.headers: dict[str, str] = {}

    def body(self) -> Json:
        """The body of the answer when the whole request is refused."""
        body: Json = {"status": "error", "message": self.message, "correlationId": correlation_id()}
        if self.category:
            body["category"] = self.category
        return {**body, **self.more}

    def row(self, **context: list[str]) -> Json:
        """The entry in a multi-status answer's `errors` when only some rows are refused."""
        return {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": context,
            "links": {},
            "errors": self.more.get("errors", []),
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """One value that does not fit its property: HubSpot's code and words."""

    property: str
    code: str
    message: str


def correlation_id() -> str:
    """A fresh id, as every answer carries one."""
    return str(uuid.uuid4())


def invalid(message: str, **more: object) -> ApiError:
    """400: the request breaks a rule."""
    return ApiError(400, "VALIDATION_ERROR", message, **more)


def whole_number(value: object, name: str, default: int) -> int:
    """A number a request holds as text or number, or 400; nothing is the default."""
    text = str(value) if value else str(default)
    if not text.isdecimal():
        raise invalid(f"{name} must be a whole number")
    return int(text)


def not_found(message: str = "resource not found") -> ApiError:
    """404: there is no such thing."""
    return ApiError(404, "OBJECT_NOT_FOUND", message)


def conflict(message: str, category: str = "CONFLICT") -> ApiError:
    """409: it exists already."""
    return ApiError(409, category, message)


def invalid_values(problems: list[Problem], portal_id: int) -> ApiError:
    """400 for values that do not fit their properties.

    HubSpot names every problem twice: as JSON inside the message, and in `errors`.
    """
    embedded = [
        {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": problem.property,
            "localizedErrorMessage": problem.message,
            "portalId": portal_id,
        }
        for problem in problems
    ]
    errors = [
        {
            "message": problem.message,
            "code": problem.code,
            "context": {"propertyName": [problem.property]},
        }
        for problem in problems
    ]
    return invalid(f"Property values were not valid: {json.dumps(embedded)}", errors=errors)
