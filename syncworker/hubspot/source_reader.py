"""Reading a portal's records and forms as a source: `syncworker.engine.hubspot_reader`.

Sources of the limits: HubSpot's guides to the objects, search and forms APIs
(https://developers.hubspot.com/docs/api-reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from syncworker.engine.hubspot_reader import (
    CrmRecord,
    Listed,
    PastValue,
    Submission,
    Submissions,
)
from syncworker.errors import PortalError
from syncworker.hubspot.paths import (
    ACCOUNT,
    BATCH_READ,
    LIST_PROPERTIES,
    READ_ASSOCIATIONS,
    SEARCH,
    asking,
)
from syncworker.hubspot.problems import entries, problem, text
from syncworker.hubspot.reading import ABSENT, AT_ONCE, HISTORY_AT_ONCE
from syncworker.hubspot.transport import Transport

SEARCH_AT_ONCE = 200
ASSOCIATIONS_AT_ONCE = 1_000
SUBMISSIONS_AT_ONCE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PERSON = ("", "0-1")
_PRIMARY = "Primary"


class SourceReader:
    """Reads a portal.

    Args:
        transport: The portal's connection.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def listed(
        self,
        object_name: str,
        properties: Sequence[str],
        history: Sequence[str] = (),
        *,
        after: str = "",
        most: int = AT_ONCE,
        archived: bool = False,
    ) -> Listed:
        """See `HubSpotReader.listed`."""
        endpoint = asking(
            "objects",
            limit=min(most, HISTORY_AT_ONCE if history else AT_ONCE),
            after=after,
            properties=",".join(properties),
            propertiesWithHistory=",".join(history),
            archived="true" if archived else "",
        )
        answer = self._transport.send(endpoint, object_name)
        return Listed(tuple(map(_record, _results(answer))), _after(answer))

    def changed(
        self,
        object_name: str,
        properties: Sequence[str],
        changed: str,
        *,
        since: datetime,
        until: datetime,
        after: str = "",
        most: int = SEARCH_AT_ONCE,
    ) -> Listed:
        """See `HubSpotReader.changed`.

        Sorted by id, each page begins after the last id: HubSpot's own paging of a search ends
        after 10,000 records, and thousands may have changed in one moment.
        """
        last, limit = int(after or 0), min(most, SEARCH_AT_ONCE)
        filters = [
            {"propertyName": changed, "operator": "GTE", "value": _milliseconds(since)},
            {"propertyName": changed, "operator": "LTE", "value": _milliseconds(until)},
            {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)},
        ]
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": list(properties),
            "limit": limit,
        }
        answer = self._transport.send(SEARCH, object_name, body)
        records = tuple(map(_record, _results(answer)))
        if len(records) < limit and not _after(answer):
            return Listed(records, "")
        newest = max((int(one.id) for one in records if one.id.isdecimal()), default=0)
        if newest <= last:
            message = f"HubSpot's search of {object_name} by {changed} does not move on"
            raise PortalError(message, help="run again; if it stays so, please report it")
        return Listed(records, str(newest))

    def read(
        self,
        object_name: str,
        ids: Sequence[str],
        properties: Sequence[str],
        history: Sequence[str] = (),
    ) -> dict[str, CrmRecord]:
        """See `HubSpotReader.read`; a record that was merged away is absent under its old id."""
        found: dict[str, CrmRecord] = {}
        for some in _chunks(ids, HISTORY_AT_ONCE if history else AT_ONCE):
            body: dict[str, Any] = {
                "inputs": [{"id": one} for one in some],
                "properties": list(properties),
            }
            if history:
                body["propertiesWithHistory"] = list(history)
            answer = self._transport.send(BATCH_READ, object_name, body)
            for error in entries(answer, "errors"):
                if text(error.get("category")) not in ABSENT:
                    # What could not be read must not look like something that is gone.
                    message = f"HubSpot could not read some {object_name}: {problem(error).message}"
                    raise PortalError(message, help="run again")
            found |= {one.id: one for one in map(_record, _results(answer))}
        return found

    def associated(
        self, from_object: str, to_object: str, ids: Sequence[str]
    ) -> dict[str, tuple[str, ...]]:
        """See `HubSpotReader.associated`; of more than 500 the first 500."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(ids, ())
        for some in _chunks(ids, ASSOCIATIONS_AT_ONCE):
            body = {"inputs": [{"id": one} for one in some]}
            answer = self._transport.send(READ_ASSOCIATIONS, f"{from_object}/{to_object}", body)
            for error in entries(answer, "errors"):
                if text(error.get("category")) not in ABSENT:
                    message = (
                        f"HubSpot could not read which {to_object} some {from_object} belong to: "
                        f"{problem(error).message}"
                    )
                    raise PortalError(message, help="run again")
            for result in entries(answer, "results"):
                whose = result.get("from")
                record = str(whose.get("id")) if isinstance(whose, dict) else ""
                if record in found:
                    others = sorted(entries(result, "to"), key=_rank)
                    found[record] = tuple(str(other.get("toObjectId")) for other in others)
        return found

    def number(self, object_name: str, property_name: str = "", values: Sequence[str] = ()) -> int:
        """See `HubSpotReader.number`."""
        groups = [
            {"filters": [{"propertyName": property_name, "operator": "EQ", "value": value}]}
            for value in values
        ]
        body = {"filterGroups": groups, "properties": ["hs_object_id"], "limit": 1}
        return int(self._transport.send(SEARCH, object_name, body).get("total") or 0)

    def properties(self, object_name: str) -> dict[str, dict[str, str]]:
        """See `HubSpotReader.properties`."""
        answer = self._transport.send(LIST_PROPERTIES, object_name)
        return {
            text(one.get("name")): {
                text(option.get("value")): text(option.get("label"))
                for option in entries(one, "options")
            }
            for one in entries(answer, "results")
        }

    def currency(self) -> str:
        """See `HubSpotReader.currency`."""
        return text(self._transport.send(ACCOUNT).get("companyCurrency"))

    def submissions(
        self, form: str, *, after: str = "", most: int = SUBMISSIONS_AT_ONCE
    ) -> Submissions:
        """See `HubSpotReader.submissions`."""
        endpoint = asking("submissions", limit=min(most, SUBMISSIONS_AT_ONCE), after=after)
        answer = self._transport.send(endpoint, form)
        return Submissions(tuple(map(_submission, entries(answer, "results"))), _after(answer))


def _results(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in entries(answer, "results") if text(one.get("id"))]


def _record(result: Mapping[str, Any]) -> CrmRecord:
    values, past = result.get("properties"), result.get("propertiesWithHistory")
    by_property: Mapping[str, Any] = past if isinstance(past, dict) else {}
    return CrmRecord(
        id=text(result.get("id")),
        created=_moment(result.get("createdAt")),
        archived=_moment(result.get("archivedAt")),
        values={
            name: None if value is None else str(value)
            for name, value in (values if isinstance(values, dict) else {}).items()
        },
        history={
            name: _newest_first(map(_past, entries(by_property, name))) for name in by_property
        },
    )


def _past(version: Mapping[str, Any]) -> PastValue:
    return PastValue(
        text(version.get("value")),
        _moment(version.get("timestamp")),
        text(version.get("sourceType")),
    )


def _newest_first(versions: Iterable[PastValue]) -> tuple[PastValue, ...]:
    # HubSpot writes the newest first; sorting keeps the order of equals.
    long_ago = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(versions, key=lambda one: one.at or long_ago, reverse=True))


def _submission(result: Mapping[str, Any]) -> Submission:
    page = result.get("pageUrl")
    return Submission(
        id=text(result.get("conversionId")),
        at=_moment(result.get("submittedAt")),
        page=page if isinstance(page, str) else None,
        fields=tuple(
            (text(one.get("name")), text(one.get("value")))
            for one in entries(result, "values")
            if text(one.get("objectTypeId")) in _PERSON
        ),
    )


def _rank(other: Mapping[str, Any]) -> tuple[bool, int, str]:
    """Sorts the primary record first, then by id."""
    types = entries(other, "associationTypes")
    primary = any(one.get("label") == _PRIMARY for one in types)
    record = str(other.get("toObjectId"))
    return not primary, len(record), record


def _moment(value: object) -> datetime | None:
    """A time as HubSpot writes it: ISO 8601 or milliseconds since 1970."""
    try:
        if isinstance(value, int):
            return _EPOCH + timedelta(milliseconds=value)
        moment = datetime.fromisoformat(text(value))
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _milliseconds(moment: datetime) -> str:
    return str((moment - _EPOCH) // timedelta(milliseconds=1))


def _after(answer: Mapping[str, Any]) -> str:
    paging = answer.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return str(after) if after else ""


def _chunks(ids: Sequence[str], size: int) -> Iterator[list[str]]:
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), size):
        yield unique[start : start + size]
