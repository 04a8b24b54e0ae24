"""A sandbox with another account's definitions: its properties, pipelines and custom objects."""

from __future__ import annotations

from pathlib import Path

from syncworker.sandbox.answers import Json
from syncworker.sandbox.definitions import Definitions, definition_of
from syncworker.sandbox.disk import BadState, read
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.schemas import Schema
from syncworker.sandbox.values import Property

FORMAT = "definitions of a HubSpot portal"
VERSION = 1
# Of a property that a fresh account has too: how it works stays as the sandbox knows it.
_SHOWN = ("label", "description", "options", "groupName", "displayOrder", "hidden")


def load(path: Path, portal: Portal) -> Portal:
    """Give a fresh account the definitions of a file that `syncworker sandbox clone` wrote.

    Raises:
        BadState: The file holds something else.
        OSError: It cannot be read.
    """
    held = read(path, FORMAT, VERSION, "a file of a portal's definitions")
    try:
        for name, one in held["objects"].items():
            _fill(portal, name, one)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadState(f"it is damaged: {type(error).__name__} {error}") from None
    return portal


def _fill(portal: Portal, name: str, held: Json) -> None:
    if "schema" in held:
        number = int(held["schema"]["objectTypeId"].removeprefix("2-"))
        body = {"associations": [], "archived": False, **held["schema"]}
        schema = Schema(body, Definitions())
        portal.schemas.by_name[name] = schema
        portal.schemas.next_number = max(portal.schemas.next_number, number + 1)
        portal.add_object(schema)
    records = portal.objects[name]
    definitions = records.definitions
    definitions.groups |= {one["name"]: {"archived": False, **one} for one in held["groups"]}
    for one in held["properties"]:
        born = definitions.properties.get(one["name"])
        made = _definition(one, portal.now())
        if born is not None:
            made = {**born.definition, **{key: made[key] for key in _SHOWN}}
        definitions.properties[one["name"]] = Property.of(made)
    records.pipelines = [_pipeline(one, portal.now()) for one in held["pipelines"]] or (
        records.pipelines
    )


def _definition(held: Json, now: str) -> Json:
    made = definition_of(held, now, hubspot_defined=bool(held.get("hubspotDefined")))
    computed = held.get("calculated") is True or str(held["fieldType"]).startswith("calculation")
    metadata = {**made["modificationMetadata"], **held.get("modificationMetadata", {})}
    if computed:
        metadata["readOnlyValue"] = True
    return {**made, "calculated": computed, "modificationMetadata": metadata}


def _pipeline(held: Json, now: str) -> Json:
    times = {"createdAt": now, "updatedAt": now, "archived": False}
    stages = [
        {"metadata": {}, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT", **times, **stage}
        for stage in held["stages"]
    ]
    return {"displayOrder": 0, **times, **held, "stages": stages}
