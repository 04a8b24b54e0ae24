from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import polars as pl
import pytest

from syncworker.mapping.desired import PropertyType
from syncworker.mapping.values import number_text, rendered
from syncworker.metrics.metric import Metric
from syncworker.model.money import exponent, major

NEW_YEAR_NIGHT = datetime(2025, 12, 31, 23, 30, 15, 123456, tzinfo=UTC)


def one(
    metric: Metric, value: object, type_: PropertyType, dtype: object = None, currency: str = "EUR"
) -> str:
    column = pl.Series([value], dtype=dtype)
    (text,) = rendered(column, metric, type_, timezone="Europe/Berlin", currencies=[currency])
    return text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1450, "1450"),
        (1450.0, "1450"),
        (1450.5, "1450.5"),
        (0.1 + 0.2, "0.3"),
        (1e21, "1000000000000000000000"),
        (1e-9, "0"),
        (-1e-9, "0"),
        (-2.50, "-2.5"),
        (100.0, "100"),
        (float("nan"), ""),
        (float("inf"), ""),
        (float("-inf"), ""),
        (None, ""),
    ],
)
def test_a_number_has_no_exponent_and_no_trailing_zeros(value: float | None, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (145000, "EUR", "1450"),
        (145050, "USD", "1450.5"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0"),
        (1500, "JPY", "1500"),
        (1234, "KWD", "1.234"),
        (12345, "CLF", "1.2345"),
        (9_000_000_000_000_000_001, "EUR", "90000000000000000.01"),
        (None, "EUR", ""),
    ],
)
def test_money_is_in_major_units_by_its_currency(
    catalog: Mapping[str, Metric], minor: int | None, currency: str, text: str
) -> None:
    assert one(catalog["mrr"], minor, "number", pl.Int64, currency) == text


def test_an_unknown_currency_has_hundredths() -> None:
    assert exponent(None) == exponent("XXX") == 2
    assert str(major(1, "BHD")) == "0.001"


@pytest.mark.parametrize(
    ("name", "value", "type_", "text"),
    [
        ("health_score", 81, "number", "81"),
        ("churned", True, "bool", "true"),
        ("churned", False, "bool", "false"),
        ("churned", None, "bool", ""),
        ("band", "red", "enumeration", "red"),
        ("band", None, "enumeration", ""),
        ("drivers", ["billing", "seats"], "enumeration", "seats;billing"),
        ("drivers", ["zz", "billing", "aa", "aa"], "enumeration", "billing;aa;zz"),
        ("drivers", [], "enumeration", ""),
        ("drivers", None, "enumeration", ""),
        ("signed_on", date(2026, 3, 1), "date", "2026-03-01"),
        ("signed_on", None, "date", ""),
        ("seen_at", NEW_YEAR_NIGHT, "datetime", "2025-12-31T23:30:15.123Z"),
        ("seen_at", NEW_YEAR_NIGHT, "string", "2025-12-31T23:30:15.123Z"),
        ("seen_at", NEW_YEAR_NIGHT, "date", "2026-01-01"),
        ("seen_at", None, "datetime", ""),
        ("seen_at", None, "date", ""),
        ("mrr_currency", "EUR", "string", "EUR"),
    ],
)
def test_a_value_is_written_as_its_property_takes_it(
    catalog: Mapping[str, Metric], name: str, value: object, type_: PropertyType, text: str
) -> None:
    dtype = pl.List(pl.String) if name == "drivers" else None
    assert one(catalog[name], value, type_, dtype) == text


@pytest.mark.parametrize("name", ["mrr", "health_score", "churned", "band", "signed_on", "seen_at"])
def test_a_column_of_nothing_is_empty_whatever_its_type(
    catalog: Mapping[str, Metric], name: str
) -> None:
    assert one(catalog[name], None, "string", pl.Null) == ""
