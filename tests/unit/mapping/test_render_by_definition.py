"""Values are rendered for the portal's own property, and never sent where it cannot take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.loader import Loaded
from syncworker.mapping.render import desired_records
from syncworker.metrics.metric import Metric

Load = Callable[[str], Loaded]
Render = Callable[..., DesiredRecord]
COLUMNS = {
    "mrr": 145050,
    "mrr_currency": "EUR",
    "churned": True,
    "band": "red",
    "drivers": ["seats", "billing"],
    "signed_on": date(2026, 3, 1),
    "seen_at": datetime(2025, 12, 31, 23, 30, tzinfo=UTC),
}
BANDS = (("AT_RISK", "at risk"), ("2", "Healthy"))


@pytest.fixture
def render(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric], portal_property: Any
) -> Render:
    def run(metric: str, type_: str, *options: tuple[str, str], **columns: object) -> DesiredRecord:
        text = mapping_text.replace("saas_mrr: mrr", f"saas_x: {metric}")
        mapping = load_text(text).mapping
        assert mapping is not None
        row = {"account_id": "a1", "domain": "Acme.io", **COLUMNS, **columns}
        definitions = {"saas_x": portal_property(type_, tuple(options))}
        frame = pl.DataFrame([row], schema_overrides={"drivers": pl.List(pl.String)})
        (record,) = desired_records(mapping, "companies", frame, catalog, {}, definitions)
        return record

    return run


@pytest.mark.parametrize(
    ("metric", "type_", "options", "value"),
    [
        ("seen_at", "date", (), "2026-01-01"),
        ("seen_at", "datetime", (), "2025-12-31T23:30:00.000Z"),
        ("signed_on", "datetime", (), "2026-03-01T00:00:00.000Z"),
        ("signed_on", "date", (), "2026-03-01"),
        ("mrr", "string", (), "1450.5"),
        ("churned", "bool", (("true", "Yes"), ("false", "No")), "true"),
        ("churned", "enumeration", (("TRUE", "Y"), ("FALSE", "N")), "TRUE"),
        ("churned", "enumeration", (("1", "Yes"), ("0", "No")), "1"),
        ("churned", "string", (), "true"),
        ("band", "enumeration", (("red", "Red"), ("RED", "Rot")), "red"),
        ("band", "enumeration", (("Red", "Rot"),), "Red"),
        ("band", "enumeration", BANDS, "AT_RISK"),
        ("band", "enumeration", (("7", "RED"),), "7"),
        ("band", "enumeration", (), "red"),
        ("band", "string", (), "red"),
        ("mrr_currency", "enumeration", (("EUR_2", "eur"),), "EUR_2"),
        ("mrr_currency", "enumeration", (), "EUR"),
        ("drivers", "enumeration", (("B", "Bills"), ("S", "Seats")), "S;B"),
        ("drivers", "enumeration", (("both", "Bills"), ("both", "Seats")), "both"),
    ],
)
def test_a_value_is_written_as_the_portals_property_takes_it(
    render: Render, metric: str, type_: str, options: tuple[tuple[str, str], ...], value: str
) -> None:
    record = render(metric, type_, *options)
    assert record.values["saas_x"] == value
    assert record.unknown == {}


@pytest.mark.parametrize(
    ("metric", "options", "reason"),
    [
        ("band", (("2", "Healthy"),), "`saas_x` has no option `red` in the portal"),
        ("drivers", (("S", "Seats"),), "`saas_x` has no option `billing` in the portal"),
        ("drivers", (("x", "X"),), "`saas_x` has no options `seats`, `billing` in the portal"),
        ("churned", (("1", "Ja"),), "`saas_x` has no option `true` in the portal"),
    ],
)
def test_an_option_the_portal_lacks_is_told_and_the_rest_of_the_record_is_written(
    render: Render, metric: str, options: tuple[tuple[str, str], ...], reason: str
) -> None:
    record = render(metric, "enumeration", *options, health_score=7)
    assert record.refused == {"saas_x": reason}
    assert record.values == {"saas_health": "7"}


def test_a_text_is_one_option_whatever_stands_in_it(render: Render) -> None:
    both = ("a;b", "A or B")
    assert render("mrr_currency", "enumeration", both, mrr_currency="a;b").values["saas_x"] == "a;b"
    lacking = render("mrr_currency", "enumeration", ("a", "A"), ("b", "B"), mrr_currency="a;b")
    assert lacking.refused == {"saas_x": "`saas_x` has no option `a;b` in the portal"}


def test_an_empty_value_needs_no_option(render: Render) -> None:
    assert render("band", "enumeration", ("x", "X"), band=None).values["saas_x"] == ""
    assert render("drivers", "enumeration", ("x", "X"), drivers=[]).values["saas_x"] == ""


def test_an_option_the_catalog_does_not_know_is_looked_up_all_the_same(render: Render) -> None:
    assert render("band", "enumeration", ("9", "Amber"), band="amber").values["saas_x"] == "9"


def test_a_type_the_metric_cannot_fill_is_rendered_as_it_would_be_made(render: Render) -> None:
    assert render("mrr", "date").values["saas_x"] == "1450.5"
