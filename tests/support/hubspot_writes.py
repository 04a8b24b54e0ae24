"""Batches and answers for tests of writing to HubSpot."""

from __future__ import annotations

import json
from typing import Any

from support.scripted_hubspot import Answer

from syncworker.planning.records import Batch, BatchInput


def inputs(count: int, **properties: str) -> tuple[BatchInput, ...]:
    """Inputs t1, t2... of accounts acct-1... with the HubSpot ids 1..."""
    return tuple(
        BatchInput(f"t{n}", f"acct-{n}", str(n), f"{n}.example", properties or {"a": "x"})
        for n in range(1, count + 1)
    )


def updates(count: int, **properties: str) -> Batch:
    """That many updates."""
    return Batch("companies", "update", "domain", inputs(count, **properties))


def creations(*emails: str) -> Batch:
    """Contacts to be created, each with a=x."""
    made = [
        BatchInput(f"t{n}", email, None, email, {"email": email, "a": "x"})
        for n, email in enumerate(emails, 1)
    ]
    return Batch("contacts", "create", "email", tuple(made))


def licences(*keys: str) -> Batch:
    """Records of a custom object to be created by a unique property of our own."""
    made = [BatchInput(f"t{n}", key, None, key, {"a": "x"}) for n, key in enumerate(keys, 1)]
    return Batch("2-123", "create", "app_id", tuple(made))


def result(n: int, **more: object) -> dict[str, Any]:
    """A result of a write that set a=x."""
    return {"id": str(n), "properties": {"a": "x", "hs_object_id": str(n)}, **more}


def results(*found: dict[str, Any], errors: list[dict[str, Any]] | None = None) -> Answer:
    """A success with these results."""
    return Answer(200, {"results": list(found), "errors": errors or []})


def contact(id_: str, email: str, **values: str) -> dict[str, Any]:
    """A result with an e-mail address and a=x."""
    return {"id": id_, "properties": {"email": email, "a": "x", **values}}


def bad_option(**context: list[str]) -> dict[str, Any]:
    """An error about property `a`, that names whom the context says."""
    told = [{"isValid": False, "message": "not an option", "error": "INVALID_OPTION", "name": "a"}]
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "message": "Property values were not valid: " + json.dumps(told),
        "context": context,
    }


def gone(*ids: str) -> dict[str, Any]:
    """The error for records HubSpot does not have."""
    return {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": list(ids)}}
