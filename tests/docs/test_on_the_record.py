"""The page for sales, marketing and customer success names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syncworker.metrics.catalog import METRICS
from syncworker.metrics.metric import Metric

PAGE = (Path(__file__).parents[2] / "docs" / "on-the-record.md").read_text("utf-8")
OBJECTS = {"companies": "account", "contacts": "user", "deals": "subscription", "tickets": "ticket"}
BY_PROPERTY = {(metric.entity, metric.property): metric for metric in METRICS.values()}


def rows(table: str) -> list[list[str]]:
    """The rows of the table after a mark, without its head."""
    lines = PAGE.split(f"<!-- {table} -->\n")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def metric(object_name: str, name: str) -> Metric | None:
    return BY_PROPERTY.get((OBJECTS[object_name], name))


@pytest.mark.parametrize("row", rows("lists"), ids=lambda row: row[0])
def test_a_list_filters_by_properties_and_values_that_exist(row: list[str]) -> None:
    _, object_name, filters = row
    found = 0
    for criterion in filters.split("; "):
        name, *values = re.findall(r"`([^`]+)`", criterion) or [""]
        if not name:
            assert criterion.startswith("HubSpot's ")
            continue
        one = metric(object_name, name)
        assert one is not None, criterion
        allowed = {option.value for option in one.options}
        allowed |= {"true", "false"} if one.type == "bool" else set()
        assert set(values) <= allowed, criterion
        found += 1
    assert found


@pytest.mark.parametrize("row", rows("cards"), ids=lambda row: row[0])
def test_a_card_shows_properties_that_exist(row: list[str]) -> None:
    _, object_name, names = row
    properties = re.findall(r"`([^`]+)`", names)
    assert len(properties) > 2
    assert [name for name in properties if metric(object_name, name) is None] == []
