"""Finding records by a property's value, and reading them by id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from syncworker.engine.ports import PortalRecord
from syncworker.engine.touched import LastChange, Touched
from syncworker.errors import PortalError
from syncworker.hubspot.outcomes import values as values_of
from syncworker.hubspot.paths import BATCH_READ, SEARCH
from syncworker.hubspot.problems import context, entries, problem, text
from syncworker.hubspot.transport import Transport

AT_ONCE = 100
HISTORY_AT_ONCE = 50
# HubSpot refuses a search of more than 3,000 characters: leave room for what is around the values.
SEARCH_CHARACTERS = 2_400
# HubSpot does not have the record, or the value asked for can belong to none.
ABSENT = ("OBJECT_NOT_FOUND", "VALIDATION_ERROR")
EMAILS = ("email", "hs_additional_emails")
MERGED = ("hs_merged_object_ids", "hs_calculated_merged_vids")

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

_NEVER = datetime.min.replace(tzinfo=UTC)


def read(
    transport: Transport, object_name: str, ids: Sequence[str], properties: Sequence[str]
) -> dict[str, PortalRecord]:
    """Records by the id asked for, 100 per request.

    A record that is gone is absent, and so is an id that is no number. A record that was merged
    into another one comes with the other one's id.
    """
    found: dict[str, PortalRecord] = {}
    for some in _chunks(_ids(ids)):
        results = _results_by_id(transport, object_name, some, properties)
        found |= {asked: _record(result, properties) for asked, result in results.items()}
    return found


def last_changes(
    transport: Transport, object_name: str, ids: Sequence[str], properties: Sequence[str]
) -> dict[str, Touched]:
    """By id asked for, the newest version of each property; 50 records per request.

    A record that is gone is absent, and so is a property that never had a value. Of a merged
    record they are the other one's.
    """
    found: dict[str, Touched] = {}
    for some in _chunks(_ids(ids), count=HISTORY_AT_ONCE):
        results = _results_by_id(transport, object_name, some, (), history=properties)
        for asked, result in results.items():
            by_property = result.get("propertiesWithHistory")
            past = by_property if isinstance(by_property, dict) else {}
            newest = {
                name: _newest(versions) for name in properties if (versions := entries(past, name))
            }
            found[asked] = Touched(text(result.get("id")), newest)
    return found


def _newest(versions: Sequence[Mapping[str, Any]]) -> LastChange:
    # HubSpot writes the newest first; `max` takes the first of equals.
    newest = max(versions, key=lambda version: _moment(text(version.get("timestamp"))) or _NEVER)
    user = newest.get("updatedByUserId")
    return LastChange(
        value=text(newest.get("value")),
        at=_moment(text(newest.get("timestamp"))),
        source=text(newest.get("sourceType")),
        source_id=text(newest.get("sourceId")),
        user="" if user is None else str(user),
    )


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _ids(asked: Sequence[str]) -> list[str]:
    return [one for one in dict.fromkeys(asked) if one.isascii() and one.isdecimal()]


def _results_by_id(
    transport: Transport,
    object_name: str,
    ids: Sequence[str],
    properties: Sequence[str],
    history: Sequence[str] = (),
    *,
    again: bool = False,
) -> dict[str, Mapping[str, Any]]:
    """By id asked for, HubSpot's result; a merged record's under the id it had."""
    wanted = (*properties, *MERGED)
    results, missing = _read(transport, object_name, ids, None, wanted, history)
    if len(ids) == 1:
        return dict(zip(ids, results, strict=False))
    found: dict[str, Mapping[str, Any]] = {}
    unclaimed = False
    for result in results:
        names = set(ids) & {text(result.get("id")), *_merged(values_of(result))}
        found |= dict.fromkeys(names, result)
        unclaimed = unclaimed or not names
    left = [one for one in ids if one not in found and one not in missing]
    if unclaimed:
        # A merged record that does not list the ids it had: asked for alone, it is plain.
        for one in left:
            found |= _results_by_id(transport, object_name, [one], properties, history)
    elif left and not again:
        # Neither there nor missing: only what is asked for twice in vain is taken for gone.
        found |= _results_by_id(transport, object_name, left, properties, history, again=True)
    return found


def find_by_email(
    transport: Transport, values: Sequence[str], properties: Sequence[str]
) -> dict[str, tuple[PortalRecord, ...]]:
    """Contacts by any of their e-mail addresses, secondary ones included."""
    # What is no address HubSpot cannot have, and asking for it might refuse the other 99.
    asked = [value for value in values if _ADDRESS.fullmatch(value.strip())]
    found = []
    for some in _chunks(_folded(asked)):
        for result in _read(transport, "contacts", some, "email", (*properties, *EMAILS))[0]:
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
        for result in _read(transport, object_name, some, match_property, wanted)[0]:
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
        ids = [int(one) for one in _ids([text(result.get("id")) for result in results])]
        yield from map(str, ids)
        if len(results) < AT_ONCE:
            return
        if max(ids, default=0) <= last:
            message = f"HubSpot's search of {object_name} by {match_property} does not move on"
            raise PortalError(message)
        last = max(ids)


def _read(
    transport: Transport,
    object_name: str,
    ids: Sequence[str],
    id_property: str | None,
    properties: Iterable[str],
    history: Sequence[str] = (),
) -> tuple[list[Mapping[str, Any]], set[str]]:
    """The results that are records, and the ids HubSpot says it does not have."""
    body: dict[str, Any] = {
        "inputs": [{"id": one} for one in ids],
        "properties": list(dict.fromkeys(properties)),
    }
    if history:
        body["propertiesWithHistory"] = list(history)
    if id_property is not None:
        body["idProperty"] = id_property
    answer = transport.send(BATCH_READ, object_name, body)
    missing: set[str] = set()
    for error in entries(answer, "errors"):
        if text(error.get("category")) not in ABSENT:
            # A record that could not be read must not look like one that is not there.
            message = f"HubSpot could not read some {object_name}: {problem(error).message}"
            raise PortalError(message, help="run again")
        missing.update(context(error, "ids"))
    return [one for one in entries(answer, "results") if text(one.get("id"))], missing


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


def _chunks(
    values: Sequence[str], characters: int | None = None, count: int = AT_ONCE
) -> Iterator[list[str]]:
    """The values in lists of at most `count`, and of at most so many characters as JSON."""
    some: list[str] = []
    size = 0
    for value in values:
        length = len(json.dumps(value)) + 2
        if some and (len(some) == count or (characters and size + length > characters)):
            yield some
            some, size = [], 0
        some.append(value)
        size += length
    if some:
        yield some
