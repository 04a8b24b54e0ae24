"""The definitions of a whole account as HubSpot tells them: no record, and nothing about people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncworker.errors import PortalError
from syncworker.hubspot.paths import (
    LIST_GROUPS,
    LIST_PIPELINES,
    LIST_PROPERTIES,
    LIST_SCHEMAS,
    Endpoint,
)
from syncworker.hubspot.problems import entries, text
from syncworker.hubspot.transport import Transport

STANDARD = ("companies", "contacts", "deals", "tickets")
_WITH_PIPELINES = frozenset({"deals", "tickets"})
# What tells who made or changed something is left behind.
_PROPERTY = (
    *("name", "label", "type", "fieldType", "groupName", "description", "displayOrder", "hidden"),
    *("formField", "hasUniqueValue", "externalOptions", "calculated", "hubspotDefined"),
    *("numberDisplayHint", "showCurrencySymbol", "modificationMetadata"),
)
_OPTION = ("value", "label", "description", "displayOrder", "hidden")
_GROUP = ("name", "label", "displayOrder")
_STAGE = ("id", "label", "displayOrder", "metadata")
_SCHEMA = (
    *("id", "objectTypeId", "name", "fullyQualifiedName", "labels", "description"),
    *("primaryDisplayProperty", "requiredProperties", "searchableProperties"),
    *("secondaryDisplayProperties", "associations"),
)


def definitions(transport: Transport) -> dict[str, Any]:
    """Properties with options, groups, pipelines and custom objects of an account.

    Returns:
        `objects`: by name, `properties`, `groups`, `pipelines` and, of a custom object, `schema`;
        `left_out`: by what the token may not read, HubSpot's words.

    Raises:
        PortalError: HubSpot cannot be asked, or the token may read nothing.
    """
    left_out: dict[str, str] = {}
    objects: dict[str, Any] = {}
    for name in STANDARD:
        found = _object(transport, name, left_out)
        if found is not None:
            objects[name] = found
    schemas = _listed(transport, LIST_SCHEMAS, "", left_out, "custom objects") or []
    for schema in schemas:
        name, type_id = text(schema.get("name")), text(schema.get("objectTypeId"))
        found = _object(transport, type_id, left_out) if name and type_id else None
        if found is not None:
            objects[name] = {**found, "schema": _kept(schema, _SCHEMA)}
    return {"objects": objects, "left_out": left_out}


def _object(
    transport: Transport, name: str, left_out: dict[str, str]
) -> dict[str, list[dict[str, Any]]] | None:
    properties = _listed(transport, LIST_PROPERTIES, name, left_out, name)
    if properties is None:
        return None
    groups = _listed(transport, LIST_GROUPS, name, left_out, f"{name}: groups") or []
    pipelines: list[Mapping[str, Any]] = []
    if name in _WITH_PIPELINES:
        told = f"{name}: pipelines"
        pipelines = _listed(transport, LIST_PIPELINES, name, left_out, told) or []
    return {
        "properties": [
            {
                **_kept(one, _PROPERTY),
                "options": [_kept(option, _OPTION) for option in entries(one, "options")],
            }
            for one in properties
        ],
        "groups": [_kept(one, _GROUP) for one in groups],
        "pipelines": [
            {
                **_kept(one, ("id", "label", "displayOrder")),
                "stages": [_kept(stage, _STAGE) for stage in entries(one, "stages")],
            }
            for one in pipelines
        ],
    }


def _listed(
    transport: Transport, endpoint: Endpoint, name: str, left_out: dict[str, str], told: str
) -> list[Mapping[str, Any]] | None:
    """What is there and not archived; None where the token may not read it."""
    try:
        answer = transport.send(endpoint, name)
    except PortalError as error:
        if error.code not in {"HUBSPOT_403", "HUBSPOT_404"}:
            raise
        left_out[told] = error.message
        return None
    return [one for one in entries(answer, "results") if one.get("archived") is not True]


def _kept(one: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: one[name] for name in names if name in one}
