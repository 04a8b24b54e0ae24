"""The property definitions and groups of one object, and the rules for making new ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from syncworker.sandbox.answers import Json, conflict, invalid, not_found
from syncworker.sandbox.values import Property

# Which fields show which type; a mismatch is refused since 1 Feb 2021.
FIELD_TYPES: dict[str, frozenset[str]] = {
    "string": frozenset(
        {"file", "text", "textarea", "calculation_equation", "html", "phonenumber"}
    ),
    "number": frozenset({"number", "calculation_equation"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"date"}),
    "enumeration": frozenset(
        {"booleancheckbox", "checkbox", "radio", "select", "calculation_equation"}
    ),
    "bool": frozenset({"booleancheckbox", "calculation_equation"}),
}
MAX_UNIQUE = 10
MAX_CUSTOM = 1_000
NAME = re.compile(r"[a-z][a-z0-9_]*")
_UPDATABLE = (
    "label",
    "description",
    "groupName",
    "type",
    "fieldType",
    "options",
    "displayOrder",
    "hidden",
    "formField",
    "numberDisplayHint",
    "showCurrencySymbol",
)
_SHOWN = ("numberDisplayHint", "showCurrencySymbol")


@dataclass(slots=True)
class Definitions:
    """The properties and groups of one object.

    Attributes:
        properties: By name.
        archived: Those that were archived, by name; a name may be taken again.
        groups: By name.
        limit: How many properties may be made besides HubSpot's own.
    """

    properties: dict[str, Property] = field(default_factory=dict)
    archived: dict[str, Property] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    limit: int = MAX_CUSTOM

    @property
    def custom(self) -> int:
        """How many properties were made besides HubSpot's own."""
        return sum(not prop.definition["hubspotDefined"] for prop in self.properties.values())

    def get(self, name: str, *, archived: bool = False) -> Property:
        """The property of that name, or 404."""
        found = (self.archived if archived else self.properties).get(name)
        if found is None:
            raise not_found(f'Property "{name}" does not exist')
        return found

    def create(self, body: Json, now: str, *, hubspot_defined: bool = False) -> Property:
        """Make a property from a create request, or refuse it."""
        missing = [
            key for key in ("name", "label", "type", "fieldType", "groupName") if not body.get(key)
        ]
        if missing:
            raise invalid(f"Invalid input JSON: {', '.join(missing)} is required")
        name = body["name"]
        if not hubspot_defined:
            if not isinstance(name, str) or not NAME.fullmatch(name) or name.startswith("hs_"):
                raise invalid(
                    f'Property name "{name}" is invalid: lower-case letters, digits and '
                    "underscores, starting with a letter and not with hs_"
                )
            if name in self.properties:
                message = f'A property named "{name}" already exists.'
                raise conflict(message, "OBJECT_ALREADY_EXISTS")
            if self.custom >= self.limit:
                raise invalid(f"There can be at most {self.limit} custom properties")
            unique = sum(
                p.unique and not p.definition["hubspotDefined"] for p in self.properties.values()
            )
            if body.get("hasUniqueValue") and unique >= MAX_UNIQUE:
                raise invalid(f"There can be at most {MAX_UNIQUE} unique properties")
        definition = definition_of(body, now, hubspot_defined=hubspot_defined)
        self._check(definition)
        made = Property.of(definition)
        self.properties[name] = made
        self.archived.pop(name, None)
        return made

    def update(self, name: str, body: Json, now: str) -> Property:
        """Change a definition. Its name and whether it is unique can never change."""
        old = self.get(name)
        if old.definition["modificationMetadata"]["readOnlyDefinition"] and set(body) - {"options"}:
            raise invalid(f'The definition of "{name}" is read only')
        changes = {key: body[key] for key in _UPDATABLE if key in body}
        if "options" in changes:
            changes["options"] = _options(changes["options"])
        definition = {**old.definition, **changes, "updatedAt": now}
        self._check(definition)
        self.properties[name] = Property.of(definition)
        return self.properties[name]

    def archive(self, name: str, now: str) -> None:
        """Take a property away; its values are no longer reachable."""
        prop = self.get(name)
        if not prop.definition["modificationMetadata"]["archivable"]:
            raise invalid(f'The property "{name}" cannot be archived')
        del self.properties[name]
        self.archived[name] = Property.of({**prop.definition, "archived": True, "archivedAt": now})

    def group(self, name: str) -> Json:
        """The group of that name, or 404."""
        if name not in self.groups:
            raise not_found(f'Property group "{name}" does not exist')
        return self.groups[name]

    def create_group(self, body: Json) -> Json:
        """Make a group from a create request."""
        if not body.get("name") or not body.get("label"):
            raise invalid("Invalid input JSON: name and label are required")
        if body["name"] in self.groups:
            message = f'A property group named "{body["name"]}" already exists.'
            raise conflict(message, "OBJECT_ALREADY_EXISTS")
        made = {
            "name": body["name"],
            "label": body["label"],
            "displayOrder": body.get("displayOrder", -1),
            "archived": False,
        }
        self.groups[body["name"]] = made
        return made

    def _check(self, definition: Json) -> None:
        kind, shown, group = (str(definition[key]) for key in ("type", "fieldType", "groupName"))
        if kind not in FIELD_TYPES:
            raise invalid(f'Invalid type "{kind}", one of {sorted(FIELD_TYPES)}')
        if shown not in FIELD_TYPES[kind]:
            raise invalid(f'Field type "{shown}" is invalid for property type "{kind}"')
        if group not in self.groups:
            raise invalid(f'Property group "{group}" does not exist')
        values = [str(option["value"]) for option in definition["options"]]
        if len(set(values)) != len(values):
            raise invalid("Property option values must be unique")
        # Whether HubSpot fills these in by itself is not known; refusing keeps the client exact.
        if kind == "bool" and set(values) != {"true", "false"}:
            raise invalid('A bool property needs the options "true" and "false"')


def definition_of(body: Json, now: str, *, hubspot_defined: bool) -> Json:
    """A definition as the properties API shows it, from a create request."""
    read_only = bool(body.get("readOnly"))
    return {
        "name": body["name"],
        "label": body["label"],
        "type": body["type"],
        "fieldType": body["fieldType"],
        "groupName": body["groupName"],
        "description": body.get("description", ""),
        "options": _options(body.get("options", [])),
        "displayOrder": body.get("displayOrder", -1),
        "hidden": body.get("hidden", False),
        "formField": body.get("formField", False),
        **{name: body[name] for name in _SHOWN if name in body},
        "hasUniqueValue": bool(body.get("hasUniqueValue")),
        "externalOptions": bool(body.get("externalOptions")),
        "calculated": False,
        "hubspotDefined": hubspot_defined,
        "archived": False,
        "createdAt": now,
        "updatedAt": now,
        "modificationMetadata": {
            "archivable": not hubspot_defined,
            "readOnlyDefinition": hubspot_defined,
            "readOnlyValue": read_only,
        },
    }


def _options(options: object) -> list[Json]:
    if not isinstance(options, list):
        raise invalid("Invalid input JSON: options must be an array")
    for option in options:
        if not isinstance(option, dict) or not {"label", "value"} <= set(option):
            raise invalid("Invalid input JSON: an option needs label and value")
    return [
        {
            "label": option["label"],
            "value": option["value"],
            "description": option.get("description", ""),
            "displayOrder": option.get("displayOrder", place),
            "hidden": option.get("hidden", False),
        }
        for place, option in enumerate(options)
    ]
