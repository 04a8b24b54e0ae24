"""Finding records by a property's value, and reading them by id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from syncworker.engine.ports import PortalRecord
from syncworker.errors import PortalError
from syncworker.hubspot.outcomes import values as values_of
from syncworker.hubspot.paths import BATCH_READ, SEARCH
from syncworker.hubspot.problems import entries, problem, text
from syncworker.hubspot.transport import Transport

AT_ONCE = 100
# HubSpot refuses a search of more than 3,000 characters: leave room for what is around the values.
SEARCH_CHARACTERS = 2_400
# HubSpot does not have the record, or the value asked for can belong to none.
ABSENT = ("OBJECT_NOT_FOUND", "VALIDATION_ERROR")
EMAILS = ("email", "hs_additional_emails")
MERGED = ("hs_merged_object_ids", "hs_calculated_merged_vids")

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read(
    transport: Transport, object_name: str, ids: Sequence[str], properties: Sequence[str]
) -> dict[str, PortalRecord]:
    """Records by the id asked for, 100 per request.

    A record that is gone is absent, and so is an id that is no number. A record that was merged
    into another one comes with the other one's id.
    """
    asked = [one for one in dict.fromkeys(ids) if one.isascii() and one.isdecimal()]
    found: dict[str, PortalRecord] = {}
    for some in _chunks(asked):
        found |= _read_ids(transport, object_name, some, properties)
    return found


def _read_ids(
    transport: Transport, object_name: str, ids: Sequence[str], properties: Sequence[str]
) -> dict[str, PortalRecord]:
    results = _read(transport, object_name, ids, None, (*properties, *MERGED))
    if len(ids) == 1:
        return dict(zip(ids, (_record(result, properties) for result in results), strict=False))
    found: dict[str, PortalRecord] = {}
    unclaimed = False
    for result in results:
        record = _record(result, properties)
        names = set(ids) & {record.id, *_merged(values_of(result))}
        found |= dict.fromkeys(names, record)
        unclaimed = unclaimed or not names
    if unclaimed:
        # A merged record that does not list the ids it had: asked for alone, it is plain.
        for one in [one for one in ids if one not in found]:
            found |= _read_ids(transport, object_name, [one], properties)
    return found


def find_by_email(
    transport: Transport, values: Sequence[str], properties: Sequence[str]
) -> dict[str, tuple[PortalRecord, ...]]:
    """Contacts by any of their e-mail addresses, secondary ones included."""
    # What is no address HubSpot cannot have, and asking for it might refuse the other 99.
    asked = [value for value in values if _ADDRESS.fullmatch(value.strip())]
    found = []
    for some in _chunks(_folded(asked)):
        for result in _read(transport, "contacts", some, "email", (*properties, *EMAILS)):
            held = values_of(result)
            addresses = [address for name in EMAILS for address in held.get(name, "").split(";")]
            found.append((_record(result, properties), addresses))
    return _by_value(asked, found)


def find_by_unique(
    transport: Transport,
    object_name: str,
    match_property: str,
    values: Sequence[str],
    properties: Sequence[str],
) -> dict[str, tuple[PortalRecord, ...]]:
    """Records by a property whose values are unique in the portal."""
    found = []
    asked = [value.strip() for value in values if value.strip()]
    for some in _chunks(list(dict.fromkeys(asked))):
        wanted = (*properties, match_property)
        for result in _read(transport, object_name, some, match_property, wanted):
            value = values_of(result).get(match_property, "")
            found.append((_record(result, properties), [value]))
    return _by_value(values, found)


def find_by_search(
    transport: Transport,
    object_name: str,
    match_property: str,
    values: Sequence[str],
    properties: Sequence[str],
) -> dict[str, tuple[PortalRecord, ...]]:
    """Records by any other property; several records may have one value.

    Search only tells the ids: its index lags behind, so the values are read.
    """
    ids = [
        one
        for some in _chunks(_folded(values), SEARCH_CHARACTERS)
        for one in _search(transport, object_name, match_property, some)
    ]
    records = read(transport, object_name, ids, (*properties, match_property))
    by_id = {record.id: record for record in records.values()}
    return _by_value(
        values,
        [
            (
                PortalRecord(one.id, {name: one.values[name] for name in properties}),
                [one.values[match_property]],
            )
            for one in by_id.values()
        ],
    )


def _search(
    transport: Transport, object_name: str, match_property: str, values: Sequence[str]
) -> Iterator[str]:
    """The ids, page by page, each page beginning after the last id.

    HubSpot's own paging ends after 10,000 records; this one does not.
    """
    last = 0
    while True:
        body = {
            "filterGroups": [
                {
                    "filters": [
                        {"propertyName": match_property, "operator": "IN", "values": values},
                        {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)},
                    ]
                }
            ],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": [match_property],
            "limit": AT_ONCE,
        }
        results = entries(transport.send(SEARCH, object_name, body), "results")
        ids = [int(result["id"]) for result in results]
        yield from map(str, ids)
        if len(ids) < AT_ONCE:
            return
        if max(ids) <= last:
            message = f"HubSpot's search of {object_name} by {match_property} does not move on"
            raise PortalError(message)
        last = max(ids)


def _read(
    transport: Transport,
    object_name: str,
    ids: Sequence[str],
    id_property: str | None,
    properties: Iterable[str],
) -> list[Mapping[str, Any]]:
    body: dict[str, Any] = {
        "inputs": [{"id": one} for one in ids],
        "properties": list(dict.fromkeys(properties)),
    }
    if id_property is not None:
        body["idProperty"] = id_property
    answer = transport.send(BATCH_READ, object_name, body)
    for error in entries(answer, "errors"):
        if text(error.get("category")) not in ABSENT:
            # A record that could not be read must not look like one that is not there.
            message = f"HubSpot could not read some {object_name}: {problem(error).message}"
            raise PortalError(message, help="run again")
    return entries(answer, "results")


def _record(result: Mapping[str, Any], properties: Iterable[str]) -> PortalRecord:
    held = values_of(result)
    return PortalRecord(text(result.get("id")), {name: held.get(name, "") for name in properties})


def _merged(held: Mapping[str, str]) -> set[str]:
    """The ids of the records merged into this one; contacts list them as `id:time`."""
    return {one.split(":")[0].strip() for name in MERGED for one in held.get(name, "").split(";")}


def _folded(values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(v.strip().lower() for v in values) if value]


def _by_value(
    asked: Iterable[str], found: Iterable[tuple[PortalRecord, Iterable[str]]]
) -> dict[str, tuple[PortalRecord, ...]]:
    """Records by the value asked for, as it was written there."""
    by_value: dict[str, list[PortalRecord]] = {}
    for record, values in found:
        for value in set(_folded(values)):
            by_value.setdefault(value, []).append(record)
    return {
        value: tuple(by_value[folded])
        for value in asked
        if (folded := value.strip().lower()) in by_value
    }


def _chunks(values: Sequence[str], characters: int | None = None) -> Iterator[list[str]]:
    """The values in lists of at most 100, and of at most so many characters as JSON."""
    some: list[str] = []
    size = 0
    for value in values:
        length = len(json.dumps(value)) + 2
        if some and (len(some) == AT_ONCE or (characters and size + length > characters)):
            yield some
            some, size = [], 0
        some.append(value)
        size += length
    if some:
        yield some
