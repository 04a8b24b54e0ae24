"""A portal's property definitions: listing them, and creating what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncworker.engine.ports import PropertyDefinition
from syncworker.errors import PortalError
from syncworker.hubspot.paths import (
    ARCHIVE_PROPERTIES,
    CREATE_GROUP,
    CREATE_PROPERTIES,
    CREATE_PROPERTY,
    LIST_ARCHIVED_PROPERTIES,
    LIST_GROUPS,
    LIST_PROPERTIES,
    Endpoint,
)
from syncworker.hubspot.problems import entries, text
from syncworker.hubspot.transport import Transport

AT_ONCE = 100
YES_NO = (("true", "Yes"), ("false", "No"))
CURRENCY = "currency"
_HINT = "numberDisplayHint"
_EXISTS = "HUBSPOT_409"


def listed(transport: Transport, object_name: str) -> dict[str, PropertyDefinition]:
    """The object's properties by name, without archived ones."""
    answer = transport.send(LIST_PROPERTIES, object_name)
    return {
        definition.name: definition
        for definition in map(_definition, entries(answer, "results"))
        if definition is not None
    }


def archived(transport: Transport, object_name: str) -> frozenset[str]:
    """Names of the object's archived properties, which HubSpot may not give a second time."""
    answer = transport.send(LIST_ARCHIVED_PROPERTIES, object_name)
    return frozenset(text(one.get("name")) for one in entries(answer, "results"))


def create(
    transport: Transport,
    object_name: str,
    group: tuple[str, str],
    definitions: Sequence[PropertyDefinition],
) -> None:
    """Create the group (name, label) and the properties that the portal does not have.

    Somebody else creating one at the same moment is no error.

    Raises:
        PortalError: HubSpot refused one, or has an archived one of that name.
    """
    existing = listed(transport, object_name)
    missing = [one for one in definitions if one.name not in existing]
    if not missing:
        return
    name, label = group
    groups = entries(transport.send(LIST_GROUPS, object_name), "results")
    if name not in [one.get("name") for one in groups]:
        _tolerant(transport, CREATE_GROUP, object_name, {"name": name, "label": label})
    for start in range(0, len(missing), AT_ONCE):
        inputs = [_input(one, name) for one in missing[start : start + AT_ONCE]]
        if not _tolerant(transport, CREATE_PROPERTIES, object_name, {"inputs": inputs}):
            _one_by_one(transport, object_name, inputs)


def archive(transport: Transport, object_name: str, names: Sequence[str]) -> None:
    """Archive properties; one that is archived already is fine.

    Raises:
        PortalError: HubSpot refused, for example a property that a workflow or a list uses.
    """
    for start in range(0, len(names), AT_ONCE):
        inputs = [{"name": name} for name in names[start : start + AT_ONCE]]
        transport.send(ARCHIVE_PROPERTIES, object_name, {"inputs": inputs})


def _one_by_one(
    transport: Transport, object_name: str, inputs: Sequence[Mapping[str, Any]]
) -> None:
    """After a batch that was not made whole: each refusal is then raised by itself."""
    for one in inputs:
        _tolerant(transport, CREATE_PROPERTY, object_name, one)
    now = listed(transport, object_name)
    absent = ", ".join(one["name"] for one in inputs if one["name"] not in now)
    if absent:
        raise PortalError(
            f"HubSpot has an archived property of the name {absent} on {object_name}",
            help="restore it in HubSpot, or give the property another name in the mapping",
        )


def _tolerant(
    transport: Transport, endpoint: Endpoint, object_name: str, body: Mapping[str, Any]
) -> bool:
    """Send; False where something of it exists already, or was not made for another reason."""
    try:
        answer = transport.send(endpoint, object_name, body)
    except PortalError as error:
        if error.code != _EXISTS:
            raise
        return False
    return not entries(answer, "errors")


def _definition(found: Mapping[str, Any]) -> PropertyDefinition | None:
    name = text(found.get("name"))
    if not name or found.get("archived") is True:
        return None
    options = [] if found.get("externalOptions") is True else entries(found, "options")
    return PropertyDefinition(
        name=name,
        type=text(found.get("type")),
        field_type=text(found.get("fieldType")),
        label=text(found.get("label")),
        description=text(found.get("description")),
        group=text(found.get("groupName")),
        options=tuple(
            (text(option.get("value")), text(option.get("label")))
            for option in sorted(options, key=_order)
        ),
        read_only=_is_read_only(found),
        unique=found.get("hasUniqueValue") is True,
        number_format=_number_format(found),
    )


def _is_read_only(found: Mapping[str, Any]) -> bool:
    metadata = found.get("modificationMetadata")
    locked = isinstance(metadata, dict) and metadata.get("readOnlyValue") is True
    # Of a custom property only the field says that HubSpot computes it.
    computed = text(found.get("fieldType")).startswith("calculation")
    return locked or computed or found.get("calculated") is True


def _number_format(found: Mapping[str, Any]) -> str:
    """The display hint; an older property shows its currency by a switch of its own."""
    return CURRENCY if found.get("showCurrencySymbol") is True else text(found.get(_HINT))


def _order(option: Mapping[str, Any]) -> tuple[bool, int]:
    """HubSpot's display order; -1 means after all others."""
    place = option.get("displayOrder")
    number = place if isinstance(place, int) else -1
    return number < 0, number


def _input(definition: PropertyDefinition, group: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": definition.name,
        "label": definition.label or definition.name,
        "description": definition.description,
        "groupName": definition.group or group,
        "type": definition.type,
        "fieldType": definition.field_type,
    }
    # HubSpot shows a bool by two options and wants them named.
    options = definition.options or (YES_NO if definition.type == "bool" else ())
    if options:
        body["options"] = [
            {"value": value, "label": label, "displayOrder": place, "hidden": False}
            for place, (value, label) in enumerate(options)
        ]
    if definition.unique:
        body["hasUniqueValue"] = True
    if definition.number_format:
        body[_HINT] = definition.number_format
    if definition.number_format == CURRENCY:
        body["showCurrencySymbol"] = True
    return body
