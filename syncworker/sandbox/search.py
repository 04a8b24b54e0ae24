"""Search: filters over one object's records, at most 200 a page and 10,000 in all.

Only a contact's primary e-mail address is searched. A write is found once the index has caught up
(`Portal.search_lag` seconds).
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from datetime import timedelta
from operator import ge, gt, le, lt
from typing import Any

from syncworker.sandbox.answers import Json, Values, invalid, whole_number
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.records import Record, Records
from syncworker.sandbox.rules import ENFORCED
from syncworker.sandbox.values import Property, stamp, to_moment
from syncworker.sandbox.views import view

MAX_PAGE = 200
MAX_RESULTS = 10_000
MAX_GROUPS = 5
MAX_GROUPS_FROM_2026_09 = 6
MAX_FILTERS_IN_GROUP = 6
MAX_FILTERS = 18
MAX_QUERY = 3_000
_DEFAULT_PAGE = 10
_QUERIED = {
    "contacts": ("email", "firstname", "lastname", "phone", "company"),
    "companies": ("name", "domain", "phone"),
    "deals": ("dealname",),
    "tickets": ("subject",),
}
Test = Callable[[Values], bool]


def search(portal: Portal, records: Records, body: Json, version: str = "v3") -> Json:
    """The body of a search's answer.

    Raises:
        ApiError: 400, the search breaks one of HubSpot's bounds or names an unknown property.
    """
    limit = whole_number(body.get("limit"), "limit", _DEFAULT_PAGE)
    start = whole_number(body.get("after"), "after", 0)
    if limit > MAX_PAGE:
        raise invalid(f"limit may not be greater than {MAX_PAGE}")
    if start + limit > MAX_RESULTS:
        raise invalid(f"A search returns at most {MAX_RESULTS} results: after {start} is too far")
    groups = MAX_GROUPS_FROM_2026_09 if version in ENFORCED else MAX_GROUPS
    test = _test(records, body, groups)
    cutoff = stamp(portal.clock() - timedelta(seconds=portal.search_lag))
    lagging = portal.search_lag > 0
    hits: list[tuple[Record, Values]] = []
    # While the index lags behind, what records hold now says little about what it holds.
    candidates = None if lagging else _candidates(records, body)
    for record in records.live.values() if candidates is None else candidates:
        behind = lagging and record.updated > cutoff
        values = record.values_at(cutoff) if behind else record.values
        if values and test(values):
            hits.append((record, values))
    _sort(records, hits, body.get("sorts") or [])
    asked = body.get("properties") or []
    page = hits[start : start + limit]
    answer: Json = {
        "total": len(hits),
        "results": [view(records, record, asked, values=values) for record, values in page],
    }
    if start + limit < len(hits):
        answer["paging"] = {"next": {"after": str(start + limit)}}
    return answer


def _groups(body: Json) -> list[Json]:
    groups = body.get("filterGroups") or []
    if body.get("filters"):
        groups = [*groups, {"filters": body["filters"]}]
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise invalid("Invalid input JSON: a filter group is an object")
    if not all(isinstance(one, dict) for group in groups for one in group.get("filters") or ()):
        raise invalid("Invalid input JSON: a filter is an object")
    return groups


def _candidates(records: Records, body: Json) -> list[Record] | None:
    """The records a search by exact text can find; None where every record has to be looked at."""
    found: dict[str, Record] = {}
    groups = _groups(body)
    for group in groups:
        for one in group.get("filters") or ():
            name, operator = str(one.get("propertyName")), one.get("operator")
            if operator in {"EQ", "IN"} and records.definitions.properties[name].type == "string":
                values = one["values"] if operator == "IN" else [one["value"]]
                found |= {r.id: r for r in records.holding(name, map(str, values))}
                break
        else:
            return None
    return [found[key] for key in sorted(found, key=int)] if groups else None


def _test(records: Records, body: Json, most: int) -> Test:
    groups = _groups(body)
    filters = [group.get("filters") or [] for group in groups]
    if len(groups) > most:
        raise invalid(f"A search has at most {most} filter groups")
    if any(len(group) > MAX_FILTERS_IN_GROUP for group in filters):
        raise invalid(f"A filter group has at most {MAX_FILTERS_IN_GROUP} filters")
    if sum(len(group) for group in filters) > MAX_FILTERS:
        raise invalid(f"A search has at most {MAX_FILTERS} filters")
    query = str(body.get("query") or "").lower()
    if len(query) > MAX_QUERY:
        raise invalid(f"query may have at most {MAX_QUERY} characters")
    queried = _QUERIED.get(records.object_type, ())
    if records.schema:
        queried = tuple(records.schema["searchableProperties"])
    tests = [[_filter(records, one) for one in group] for group in filters]

    def test(values: Values) -> bool:
        if query and not any(query in values.get(name, "").lower() for name in queried):
            return False
        return not tests or any(all(one(values) for one in group) for group in tests)

    return test


def _filter(records: Records, one: Json) -> Test:
    name, operator = str(one.get("propertyName")), one.get("operator")
    prop = records.definitions.properties.get(name)
    if prop is None:
        raise invalid(f'There was a problem with the request: property "{name}" does not exist')
    value, values = one.get("value"), one.get("values") or []
    if operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        wanted = operator == "HAS_PROPERTY"
        return lambda held: bool(held.get(name)) is wanted
    if operator in {"IN", "NOT_IN"}:
        if not values:
            raise invalid(f"operator {operator} needs values")
        return _one_of(prop, values, wanted=operator == "IN")
    if value is None:
        raise invalid(f"operator {operator} needs a value")
    if operator in {"EQ", "NEQ"}:
        return _one_of(prop, [value], wanted=operator == "EQ")
    if operator == "CONTAINS_TOKEN":
        return _contains(name, str(value).lower())
    if operator in _ORDER:
        return _compare(prop, str(operator), str(value))
    raise invalid(f"operator {operator} is not supported")


def _one_of(prop: Property, values: list[object], *, wanted: bool) -> Test:
    name = prop.name
    keys = {_key(prop, str(value)) for value in values}
    if wanted:
        return lambda held: bool(held.get(name)) and _key(prop, held[name]) in keys
    # As in HubSpot, a record without a value is not found by NEQ and NOT_IN.
    return lambda held: bool(held.get(name)) and _key(prop, held[name]) not in keys


def _contains(name: str, pattern: str) -> Test:
    matches = re.compile(fnmatch.translate(pattern)).match

    def test(held: Values) -> bool:
        text = held.get(name, "").lower()
        return bool(matches(text)) or any(matches(token) for token in re.split(r"[^\w]+", text))

    return test


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "GT": gt,
    "GTE": ge,
    "LT": lt,
    "LTE": le,
}


def _compare(prop: Property, order: str, value: str) -> Test:
    compare, bound, name = _ORDER[order], _key(prop, value), prop.name
    return lambda held: bool(held.get(name)) and compare(_key(prop, held[name]), bound)


def _key(prop: Property, text: str) -> float | str:
    """What values are compared by: numbers and moments as numbers, text without case."""
    if prop.type == "number":
        try:
            return float(text)
        except ValueError:
            raise invalid(f"{text} is not a number, as {prop.name} needs") from None
    if prop.type in {"date", "datetime"}:
        moment = to_moment(text)
        if moment is None:
            raise invalid(f"{text} is not a moment, as {prop.name} needs")
        return moment.timestamp()
    return text.lower()


def _sort(records: Records, hits: list[tuple[Record, Values]], sorts: list[Json | str]) -> None:
    if len(sorts) > 1:
        raise invalid("A search has at most 1 sort")
    for sort in sorts:
        if isinstance(sort, dict):
            name, down = str(sort.get("propertyName")), sort.get("direction") == "DESCENDING"
        else:
            name, down = sort.lstrip("-"), sort.startswith("-")
        prop = records.definitions.properties.get(name)
        if prop is None:
            raise invalid(f'There was a problem with the request: property "{name}" does not exist')
        filled = [hit for hit in hits if hit[1].get(name)]
        empty = [hit for hit in hits if not hit[1].get(name)]
        filled.sort(key=lambda hit: _key(prop, hit[1][name]), reverse=down)
        hits[:] = filled + empty
