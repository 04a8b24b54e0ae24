"""Records as HubSpot's answers show them."""

from __future__ import annotations

from collections.abc import Iterable

from syncworker.sandbox.answers import Json
from syncworker.sandbox.records import PERSON, Record, Records, Write

_DEFAULTS = {
    "contacts": ("email", "firstname", "lastname"),
    "companies": ("domain", "name"),
    "deals": ("amount", "closedate", "dealname", "dealstage", "pipeline"),
    "tickets": ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "subject"),
    "feedback_submissions": (),
}


def view(
    records: Records,
    record: Record,
    asked: Iterable[str] = (),
    history: Iterable[str] = (),
    values: dict[str, str] | None = None,
) -> Json:
    """A record with the properties asked for.

    A property nobody ever filled is null, an emptied one is "", an unknown one is left out.

    Args:
        records: The records it is one of.
        record: The record.
        asked: Names of properties; none: HubSpot's few defaults.
        history: Names of properties to show with all their past values.
        values: What its properties are taken to be, where a search index lags behind.
    """
    held = record.values if values is None else values
    known = records.definitions.properties
    names = [name for name in asked if name in known]
    shown: dict[str, str | None] = {name: held.get(name) for name in names or _usual(records)}
    shown[records.created] = held.get(records.created)
    shown[records.modified] = held.get(records.modified)
    shown["hs_object_id"] = record.id
    body: Json = {
        "id": record.id,
        "properties": shown,
        "createdAt": record.created,
        "updatedAt": record.updated,
        "archived": bool(record.archived_at),
    }
    if record.archived_at:
        body["archivedAt"] = record.archived_at
    past = [name for name in history if name in known]
    if past:
        body["propertiesWithHistory"] = {name: _history(record, name) for name in past}
    return body


def written(records: Records, record: Record, asked: Iterable[str]) -> Json:
    """A record after a write: what was sent, as it is now, and the system's properties."""
    values = record.values
    shown = {name: values.get(name, "") for name in asked}
    shown[records.created] = values[records.created]
    shown[records.modified] = values[records.modified]
    shown["hs_object_id"] = record.id
    return {
        "id": record.id,
        "properties": shown,
        "createdAt": record.created,
        "updatedAt": record.updated,
        "archived": False,
    }


def address(records: Records, record: Record) -> str:
    """Where people see the record."""
    host = "https://app.hubspot.com/contacts"
    return f"{host}/{records.portal_id}/record/{records.type_id}/{record.id}"


def _usual(records: Records) -> Iterable[str]:
    """The properties shown where none are asked for."""
    if records.schema is None:
        return _DEFAULTS[records.object_type]
    return (
        records.schema["primaryDisplayProperty"],
        *records.schema["requiredProperties"],
        *records.schema["secondaryDisplayProperties"],
    )


def _history(record: Record, name: str) -> list[Json]:
    return [
        _version(write, write.values[name])
        for write in reversed(record.writes)
        if name in write.values
    ]


def _version(write: Write, value: str) -> Json:
    version: Json = {"value": value, "timestamp": write.at}
    version |= {"sourceType": write.source, "sourceId": "1"}
    if write.source == PERSON:
        version |= {"sourceId": "userId:1001", "updatedByUserId": 1001}
    return version
