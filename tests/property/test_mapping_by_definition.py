"""Whatever a portal's property is like, a value is sent as it takes it, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.mapping.desired import PropertyType
from syncworker.mapping.loader import load
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.property_types import FILLS
from syncworker.mapping.render import desired_records
from syncworker.metrics.metric import Metric, MetricType, Option
from syncworker.planning.values import same

ZONE = ZoneInfo("America/St_Johns")
MAPPING = """\
version: 1
hubspot: {credentials: env:X}
reporting: {timezone: America/St_Johns, currency: EUR}
sources: {app: {kind: files, path: x, streams: {accounts: {path: a.csv}}}}
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_x: value}
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OPTIONS = (Option("red", "At risk"), Option("green", "Healthy"), Option("grey", "Unknown"))
WORDS = st.sampled_from(
    ["red", "RED", "At risk", "green", "healthy", "Grey", "7", "x", "true", "Yes", "no", "FALSE"]
)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
VALUES: dict[MetricType, st.SearchStrategy[object]] = {
    "number": st.floats(-1e15, 1e15) | st.none(),
    "money": st.integers(-(10**15), 10**15) | st.none(),
    "bool": st.booleans() | st.none(),
    "enum": st.sampled_from(["red", "green", "grey", None]),
    "multi": st.lists(st.sampled_from(["red", "green", "grey"]), max_size=3),
    "date": st.dates(date(1990, 1, 1), date(2100, 1, 1)) | st.none(),
    "datetime": MOMENTS | st.none(),
    "string": st.text("aäß ;", max_size=5),
}
COLUMNS: dict[MetricType, pl.DataType] = {
    "number": pl.Float64(),
    "money": pl.Int64(),
    "bool": pl.Boolean(),
    "enum": pl.String(),
    "multi": pl.List(pl.String()),
    "date": pl.Date(),
    "datetime": pl.Datetime("us", "UTC"),
    "string": pl.String(),
}


@dataclass(frozen=True)
class Property:
    type: str
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    unique: bool = False
    field_type: str = "checkbox"


def metric(type_: MetricType) -> Metric:
    return Metric(
        name="value",
        entity="account",
        type=type_,
        unit="",
        label="Value",
        description="",
        formula="",
        inputs=(),
        property="saas_value",
        options=OPTIONS if type_ in {"enum", "multi"} else (),
    )


def sent(type_: MetricType, there: Property, value: object) -> tuple[str | None, str]:
    """What is sent for a value, and why nothing is."""
    catalog = {"value": metric(type_)}
    mapping = load(MAPPING, "m.yaml", catalog).mapping
    assert isinstance(mapping, PortalMapping)
    frame = pl.DataFrame(
        {"account_id": ["a1"], "value": [value]},
        schema={"account_id": pl.String(), "value": COLUMNS[type_]},
    )
    (record,) = desired_records(mapping, "companies", frame, catalog, {}, {"saas_x": there})
    return record.values.get("saas_x"), (record.unknown | record.refused).get("saas_x", "")


def respelled(type_: PropertyType, value: str) -> str:
    """The value as HubSpot may give it back."""
    match type_:
        case "number":
            return f"{Decimal(value):.9f}"
        case "date" | "datetime":
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return str(round((moment - EPOCH).total_seconds() * 1000))
        case "bool":
            return value.upper()
        case "enumeration":
            return ";".join(reversed(value.split(";")))
    return value


@settings(deadline=None)
@given(st.data())
def test_what_is_sent_means_the_same_when_hubspot_spells_it_its_own_way(
    data: st.DataObject,
) -> None:
    type_ = data.draw(st.sampled_from(sorted(FILLS)))
    there = data.draw(st.sampled_from(FILLS[type_]))
    value, why = sent(type_, Property(there), data.draw(VALUES[type_]))
    assert value is not None
    assert why == ""
    assert value == "" or same(there, value, respelled(there, value))


@settings(deadline=None)
@given(
    st.sampled_from(["bool", "enum", "multi"]),
    st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5, unique_by=lambda each: each[0]),
    st.data(),
)
def test_an_enumeration_is_only_ever_sent_options_the_portal_has(
    type_: MetricType, options: list[tuple[str, str]], data: st.DataObject
) -> None:
    there = Property("enumeration", tuple(options))
    value, why = sent(type_, there, data.draw(VALUES[type_]))
    assert (value is None) == bool(why)
    assert set((value or "").split(";")) <= {"", *(internal for internal, _ in options)}


@settings(deadline=None)
@given(MOMENTS)
def test_a_moment_in_a_date_property_is_its_day_in_the_reporting_timezone(
    moment: datetime,
) -> None:
    day, _ = sent("datetime", Property("date"), moment)
    assert day == moment.astimezone(ZONE).date().isoformat()


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_in_a_datetime_property_is_its_midnight_in_utc(day: date) -> None:
    moment, _ = sent("date", Property("datetime"), day)
    assert moment is not None
    assert datetime.fromisoformat(moment) == datetime(day.year, day.month, day.day, tzinfo=UTC)
