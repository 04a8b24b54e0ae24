"""Custom objects: what admins define beside contacts, companies, deals and tickets."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncworker.sandbox.answers import Json, conflict, invalid
from syncworker.sandbox.definitions import NAME, Definitions

_FIRST_NUMBER = 40_000_001
_SYSTEM = (
    ("hs_object_id", "number", "number", True),
    ("hs_createdate", "datetime", "date", True),
    ("hs_lastmodifieddate", "datetime", "date", True),
    ("hs_merged_object_ids", "string", "text", True),
)


@dataclass(slots=True)
class Schema:
    """A custom object's definition.

    Attributes:
        body: As the schemas API shows it, without its properties.
        definitions: Its properties.
    """

    body: Json
    definitions: Definitions

    def as_json(self) -> Json:
        """As the schemas API shows it."""
        properties = [prop.definition for prop in self.definitions.properties.values()]
        return {**self.body, "properties": properties}


@dataclass(slots=True)
class Schemas:
    """An account's custom objects.

    Attributes:
        portal_id: Part of their fully qualified names.
        by_name: The definitions by short name.
        next_number: What comes after `2-` in the next one's objectTypeId.
    """

    portal_id: int
    by_name: dict[str, Schema] = field(default_factory=dict)
    next_number: int = _FIRST_NUMBER

    def create(self, body: Json, now: str) -> Schema:
        """Make a custom object from a create request, or refuse it."""
        missing = [key for key in ("name", "labels", "properties") if not body.get(key)]
        missing += [key for key in ("requiredProperties", "associatedObjects") if key not in body]
        if missing:
            raise invalid(f"Invalid input JSON: {', '.join(missing)} is required")
        name = str(body["name"])
        if not NAME.fullmatch(name.lower()):
            raise invalid(f'Object name "{name}" is invalid')
        if name in self.by_name:
            raise conflict(f'An object named "{name}" already exists.', "OBJECT_ALREADY_EXISTS")
        definitions = self._definitions(name, body, now)
        named = {
            key: body.get(key) or []
            for key in ("requiredProperties", "searchableProperties", "secondaryDisplayProperties")
        }
        primary = body.get("primaryDisplayProperty") or body["properties"][0].get("name")
        wanted = [primary, *(each for names in named.values() for each in names)]
        unknown = [each for each in wanted if each not in definitions.properties]
        if unknown:
            raise invalid(f"There is no property {', '.join(map(str, unknown))}")
        type_id = f"2-{self.next_number}"
        associations = [
            {"id": f"{100 + n}", "fromObjectTypeId": type_id, "toObjectTypeId": str(other)}
            for n, other in enumerate(body["associatedObjects"])
        ]
        made = {
            "id": str(self.next_number),
            "name": name,
            "objectTypeId": type_id,
            "fullyQualifiedName": f"p{self.portal_id}_{name}",
            "labels": body["labels"],
            "description": body.get("description", ""),
            "primaryDisplayProperty": primary,
            **named,
            "associations": associations,
            "archived": False,
            "createdAt": now,
            "updatedAt": now,
        }
        self.next_number += 1
        self.by_name[name] = Schema(made, definitions)
        return self.by_name[name]

    def _definitions(self, name: str, body: Json, now: str) -> Definitions:
        definitions = Definitions()
        group = f"{name.lower()}_information"
        definitions.create_group({"name": group, "label": f"{name} information"})
        for system, kind, shown, read_only in _SYSTEM:
            definitions.create(
                {
                    "name": system,
                    "label": system.removeprefix("hs_").replace("_", " ").capitalize(),
                    "type": kind,
                    "fieldType": shown,
                    "groupName": group,
                    "readOnly": read_only,
                },
                now,
                hubspot_defined=True,
            )
        if not isinstance(body["properties"], list):
            raise invalid("Invalid input JSON: properties must be an array")
        for one in body["properties"]:
            if not isinstance(one, dict):
                raise invalid("Invalid input JSON: a property is an object")
            definitions.create({**one, "groupName": one.get("groupName") or group}, now)
        return definitions
