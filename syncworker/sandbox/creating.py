"""The associations a create request names."""

from __future__ import annotations

from syncworker.sandbox.answers import invalid, not_found
from syncworker.sandbox.associations import Label
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.records import Record, Records

Link = tuple[Records, Record, list[Label]]
"""What a new record is to be associated with, and as what."""


def linked_to(portal: Portal, records: Records, wanted: object) -> list[Link]:
    """What a new record's `associations` name; their types say which object is meant.

    Raises:
        ApiError: 400 or 404, an association names no record or no type between the two objects.
    """
    links: list[Link] = []
    if not wanted:
        return links
    if not isinstance(wanted, list):
        raise invalid("Invalid input JSON: associations must be an array")
    for one in wanted:
        target = one.get("to") if isinstance(one, dict) else None
        if not isinstance(target, dict) or "id" not in target:
            raise invalid("Invalid input JSON: an association needs to: {id}")
        types = one.get("types")
        if not isinstance(types, list) or not types:
            raise invalid("Invalid input JSON: an association needs types")
        others, labels = _object_of(portal, records, types)
        companion = others.find(str(target["id"]))
        if companion is None:
            raise not_found(f"No {others.object_type} record with the id {target['id']}")
        links.append((others, companion, labels))
    return links


def _object_of(
    portal: Portal, records: Records, types: list[object]
) -> tuple[Records, list[Label]]:
    for others in portal.objects.values():
        pair = (records.object_type, others.object_type)
        kinds = {label.kind for label in portal.associations.between(pair)}
        first = types[0] if isinstance(types[0], dict) else {}
        if (first.get("associationCategory"), first.get("associationTypeId")) in kinds:
            return others, [portal.associations.find(pair, spec) for spec in types]
    raise invalid(f"Invalid association type {types[0]} from {records.object_type}")
