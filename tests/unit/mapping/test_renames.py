"""A property under another name: declared, wrongly declared, or only suspected."""

from __future__ import annotations

import pytest

from syncworker.mapping.loader import load
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.renames import Suspected, advice, renamed, suspected

TEXT = """\
version: 1
hubspot: {credentials: env:TOKEN}
sources: {app: {kind: sql, url: env:DB, streams: {accounts: {query: x}}}}
objects:
"""


def text(properties: str, object_name: str = "companies") -> str:
    match = "{property: domain, column: domain}"
    if object_name == "contacts":
        match = "{property: email, column: email}"
    return f"{TEXT}  {object_name}: {{match: {match}, properties: {{{properties}}}}}\n"


def mapping(properties: str, object_name: str = "companies") -> PortalMapping:
    found = load(text(properties, object_name), "acme.yaml")
    assert found.mapping is not None, found.diagnostics
    return found.mapping


def test_a_former_name_is_known_by_object() -> None:
    now = mapping("new: {metric: mrr, renamed_from: old}, other: arr")
    assert renamed(now, "companies") == {"old": "new"}
    assert renamed(now, "contacts") == {}


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ("a: {metric: mrr, renamed_from: Old Name}", "SW209"),
        ("a: {metric: mrr, renamed_from: b}, b: arr", "SW209"),
        ("a: {metric: mrr, renamed_from: a}", "SW209"),
        ("a: {metric: mrr, renamed_from: domain}", "SW209"),
        ("a: {metric: mrr, renamed_from: old}, b: {metric: arr, renamed_from: old}", "SW210"),
    ],
)
def test_a_former_name_that_cannot_be_is_an_error(properties: str, code: str) -> None:
    found = [one.code for one in load(text(properties), "acme.yaml").diagnostics]
    assert found == [code]


def test_one_that_went_and_one_of_the_same_metric_that_came_are_suspected() -> None:
    before, now = mapping("old: mrr, stays: arr"), mapping("new: mrr, stays: arr")
    (found,) = suspected(before, now)
    assert found == Suspected("companies", "old", "new", "mrr")
    assert advice(found).endswith("write `new: {metric: mrr, renamed_from: old}` (SW208)")


@pytest.mark.parametrize(
    "now",
    [
        mapping("new: {metric: mrr, renamed_from: old}"),
        mapping("new: arr"),
        mapping("new: mrr, newer: mrr"),
        mapping("x: user_usage_28d", "contacts"),
    ],
)
def test_what_is_declared_or_cannot_be_told_is_not_suspected(now: PortalMapping) -> None:
    assert list(suspected(mapping("old: mrr"), now)) == []
