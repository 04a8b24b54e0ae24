"""Search: operators, bounds, paging, and an index that lags behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncworker.sandbox.answers import ApiError, Json
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.search import search

ROWS = [
    {"name": "Alder & Finch", "domain": "alder.example", "numberofemployees": "34"},
    {"name": "Bluefjord", "domain": "blue.example", "numberofemployees": "9", "city": "Bergen"},
    {"name": "Copperline", "domain": "alder.example", "closedate": "2026-05-01T10:00:00Z"},
]


@pytest.fixture(scope="module")
def portal() -> Portal:
    made = Portal()
    for row in ROWS:
        made.put("companies", row)
    return made


def _names(portal: Portal, **body: object) -> list[str]:
    answer = search(portal, portal.records("companies"), {"properties": ["name"], **body})
    return [r["properties"]["name"] for r in answer["results"]]


def _one(name: str, operator: str, value: str | None = None, **more: list[str]) -> list[Json]:
    one = {"propertyName": name, "operator": operator, **more}
    return [{"filters": [one if value is None else {**one, "value": value}]}]


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        (_one("domain", "EQ", "Alder.example"), "AC"),
        (_one("domain", "NEQ", "alder.example"), "B"),
        (_one("city", "NEQ", "Oslo"), "B"),
        (_one("domain", "IN", values=["blue.example", "x.example"]), "B"),
        (_one("domain", "NOT_IN", values=["blue.example"]), "AC"),
        (_one("city", "HAS_PROPERTY"), "B"),
        (_one("city", "NOT_HAS_PROPERTY"), "AC"),
        (_one("numberofemployees", "GT", "9"), "A"),
        (_one("numberofemployees", "GTE", "9"), "AB"),
        (_one("numberofemployees", "LT", "34"), "B"),
        (_one("numberofemployees", "LTE", "34"), "AB"),
        (_one("numberofemployees", "EQ", "34.0"), "A"),
        (_one("closedate", "GTE", "1777629600000"), "C"),
        (_one("closedate", "LT", "2026-05-01"), ""),
        (_one("name", "CONTAINS_TOKEN", "finch"), "A"),
        (_one("name", "CONTAINS_TOKEN", "copper*"), "C"),
        (_one("domain", "CONTAINS_TOKEN", "*.example"), "ABC"),
        (_one("city", "EQ", "Bergen") + _one("name", "EQ", "Copperline"), "BC"),
    ],
)
def test_an_operator_finds_what_it_should(portal: Portal, groups: list[Json], found: str) -> None:
    assert "".join(name[0] for name in _names(portal, filterGroups=groups)) == found


def test_filters_of_a_group_must_all_hold(portal: Portal) -> None:
    filters = [*_one("domain", "EQ", "alder.example"), *_one("numberofemployees", "GT", "1")]
    group = [{"filters": [group["filters"][0] for group in filters]}]
    assert _names(portal, filterGroups=group) == ["Alder & Finch"]
    assert _names(portal, filters=group[0]["filters"]) == ["Alder & Finch"]


def test_words_are_looked_for_in_the_usual_places(portal: Portal) -> None:
    assert _names(portal, query="FJORD") == ["Bluefjord"]
    assert _names(portal, query="bergen") == []


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ({"propertyName": "numberofemployees", "direction": "DESCENDING"}, "ABC"),
        ({"propertyName": "numberofemployees", "direction": "ASCENDING"}, "BAC"),
        ("-name", "CBA"),
        ("name", "ABC"),
    ],
)
def test_a_sort_puts_what_has_no_value_last(portal: Portal, sort: Json | str, order: str) -> None:
    assert "".join(name[0] for name in _names(portal, sorts=[sort])) == order


FILTER = {"propertyName": "name", "operator": "HAS_PROPERTY"}


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "next"},
        {"limit": 200, "after": "9801"},
        {"filterGroups": [{"filters": [FILTER]}] * 6},
        {"filterGroups": [{"filters": [FILTER] * 7}]},
        {"filterGroups": [{"filters": [FILTER] * 5}] * 4},
        {"sorts": ["name", "domain"]},
        {"sorts": ["unheard_of"]},
        {"query": "x" * 3001},
        {"filterGroups": _one("unheard_of", "HAS_PROPERTY")},
        {"filterGroups": _one("name", "IN")},
        {"filterGroups": _one("name", "EQ")},
        {"filterGroups": _one("name", "LIKES", "x")},
        {"filterGroups": _one("numberofemployees", "GT", "many")},
        {"filterGroups": _one("closedate", "GT", "soon")},
    ],
)
def test_a_search_out_of_bounds_is_refused(portal: Portal, body: Json) -> None:
    with pytest.raises(ApiError) as refused:
        _names(portal, **body)
    assert refused.value.status == 400


def test_pages_follow_each_other_up_to_the_ten_thousandth_result() -> None:
    portal = Portal()
    for n in range(450):
        portal.put("companies", {"name": f"{n:04d}"})
    records = portal.records("companies")
    seen, after = [], None
    while True:
        body = {"limit": 200, "sorts": ["name"], "properties": ["name"]}
        answer = search(portal, records, {**body, "after": after} if after else body)
        assert answer["total"] == 450
        seen += [r["properties"]["name"] for r in answer["results"]]
        if "paging" not in answer:
            break
        after = answer["paging"]["next"]["after"]
    assert seen == [f"{n:04d}" for n in range(450)]
    last = search(portal, records, {"limit": 200, "after": "9800"})
    assert last["results"] == []


def test_a_lagging_index_shows_what_was_there_some_seconds_ago() -> None:
    clock = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    portal = Portal(search_lag=5, clock=lambda: clock[0])
    made = portal.put("companies", {"name": "old"})
    assert _names(portal) == []
    clock[0] += timedelta(seconds=6)
    assert _names(portal) == ["old"]
    portal.put("companies", {"name": "new"}, made.id)
    assert _names(portal) == ["old"]
    assert _names(portal, filterGroups=_one("name", "EQ", "new")) == []
    clock[0] += timedelta(seconds=6)
    assert _names(portal) == ["new"]
