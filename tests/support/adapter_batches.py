"""Batches, properties and records that tests of the HubSpot adapter share."""

from __future__ import annotations

from syncworker.engine.ports import PropertyDefinition
from syncworker.planning.records import Batch, BatchInput, RecordOutcome
from syncworker.sandbox.server import SandboxServer

GROUP = ("syncworker", "SaaS numbers")
SCORE = PropertyDefinition("saas_score", "number", "number", "Score", "0 to 100.")
BAND = PropertyDefinition(
    "saas_band",
    "enumeration",
    "select",
    "Band",
    options=(("red", "Red"), ("green", "Green")),
)
APP_ID = PropertyDefinition("app_id", "string", "text", "App id", unique=True)


def update(object_name: str, values: dict[str, dict[str, str]]) -> Batch:
    inputs = [BatchInput(f"t-{id_}", id_, id_, "", sent) for id_, sent in values.items()]
    return Batch(object_name, "update", "", tuple(inputs))


def create(object_name: str, by: str, values: dict[str, dict[str, str]]) -> Batch:
    inputs = [BatchInput(f"t-{match}", match, None, match, sent) for match, sent in values.items()]
    return Batch(object_name, "create", by, tuple(inputs))


def causes(outcomes: tuple[RecordOutcome, ...]) -> dict[str, str]:
    return {one.key: one.cause or one.status for one in outcomes}


def companies(sandbox: SandboxServer, count: int) -> list[str]:
    return [
        sandbox.portal.put("companies", {"name": f"C{n}", "domain": f"c{n}.example"}).id
        for n in range(count)
    ]
