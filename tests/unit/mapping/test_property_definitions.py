from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from syncworker.mapping.desired import PropertyRule, PropertyType
from syncworker.mapping.duration import duration
from syncworker.mapping.loader import Loaded
from syncworker.mapping.online import check_online
from syncworker.mapping.portal import PropertyMapping
from syncworker.mapping.properties import (
    definition,
    property_rules,
    wanted,
    wanted_properties,
)
from syncworker.metrics.metric import Metric

Load = Callable[[str], Loaded]


@dataclass(frozen=True)
class Property:
    """A property as a portal has it."""

    type: str
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    unique: bool = False


@pytest.mark.parametrize(
    ("metric", "type_", "field"),
    [
        ("mrr", "number", "number"),
        ("mrr_currency", "string", "text"),
        ("churned", "bool", "booleancheckbox"),
        ("band", "enumeration", "select"),
        ("drivers", "enumeration", "checkbox"),
        ("signed_on", "date", "date"),
        ("seen_at", "datetime", "date"),
    ],
)
def test_a_metric_asks_for_a_property_of_its_type(
    catalog: Mapping[str, Metric], metric: str, type_: PropertyType, field: str
) -> None:
    made = wanted("companies", "saas_x", PropertyMapping(metric=metric), catalog[metric])
    assert (made.type, made.field_type) == (type_, field)
    assert made.description == f"What {metric} means."


def test_options_and_labels_are_those_people_read(catalog: Mapping[str, Metric]) -> None:
    band = wanted("companies", "b", PropertyMapping(metric="band"), catalog["band"])
    assert band.options == (("red", "At risk"), ("green", "Healthy"))
    assert band.label == "Band"
    own = PropertyMapping(metric="churned", label="Gone?")
    made = wanted("companies", "c", own, catalog["churned"])
    assert made.label == "Gone?"
    assert made.options == (("true", "Yes"), ("false", "No"))
    as_text = PropertyMapping(metric="drivers", type="string")
    assert wanted("companies", "d", as_text, catalog["drivers"]).field_type == "text"


def test_a_rule_says_how_a_property_is_written(catalog: Mapping[str, Metric]) -> None:
    mapped = PropertyMapping(metric="computed_at", mode="never_clear", type="date", guard=True)
    assert definition("saas_at", mapped, catalog["computed_at"]) == PropertyRule(
        "saas_at", "date", "never_clear", volatile=True, guard_numbers=True
    )


def test_rules_and_definitions_cover_a_whole_object(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    mapping = load_text(mapping_text).mapping
    assert mapping is not None
    assert list(property_rules(mapping, "companies", catalog)) == ["saas_mrr", "saas_health"]
    names = [each.name for each in wanted_properties(mapping, "companies", catalog)]
    assert names == ["saas_mrr", "saas_health"]
    without = mapping.model_copy(update={"objects": {}})
    assert property_rules(without, "companies", catalog) == {}


@pytest.fixture
def online(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> Callable[..., list[str]]:
    def check(changes: Mapping[str, str] | None = None, **companies: Property | None) -> list[str]:
        text = mapping_text
        for old, new in (changes or {}).items():
            text = text.replace(old, new)
        there: dict[str, Property | None] = {
            "saas_mrr": Property("number"),
            "saas_health": Property("number"),
            "lifecyclestage": Property("enumeration", (("customer", "Customer"), ("77", "VIP"))),
            **companies,
        }
        properties = {
            "companies": {name: each for name, each in there.items() if each is not None},
            "contacts": {"saas_events": Property("number")},
        }
        found = check_online(load_text(text), "acme-eu", properties, catalog)
        return [f"{d.line}:{d.column} {d.code} {d.message} / {d.help}" for d in found]

    return check


def test_a_portal_that_fits_has_no_findings(online: Callable[..., list[str]]) -> None:
    assert online() == []


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (None, "has no companies property `saas_mrr` (number)"),
        (Property("number", read_only=True), "computed by HubSpot"),
        (Property("string"), "is a string property in the portal, not number"),
    ],
)
def test_a_property_that_does_not_fit_names_the_command_that_makes_it(
    online: Callable[..., list[str]], there: Property | None, says: str
) -> None:
    (found,) = online(saas_mrr=there)
    assert found.startswith("18:7 SW109")
    assert says in found
    assert "`syncworker properties create acme-eu`" in found


def test_options_the_portal_lacks_are_named(online: Callable[..., list[str]]) -> None:
    band = {"saas_mrr: mrr": "saas_band: band"}
    (found,) = online(band, saas_band=Property("enumeration", (("red", "Red"),)))
    assert "SW109 `saas_band` lacks the options `green`" in found
    both = (("red", "Red"), ("green", "Green"))
    assert online(band, saas_band=Property("enumeration", both)) == []
    assert online(band, saas_band=Property("enumeration")) == []


def test_a_match_property_must_be_there_and_unique(online: Callable[..., list[str]]) -> None:
    change = {"property: domain": "property: app_id"}
    assert "16:23 SW103" in online(change)[0]
    assert "no such property" in online(change)[0]
    assert "its values are not unique" in online(change, app_id=Property("string"))[0]
    assert online(change, app_id=Property("string", unique=True)) == []


def test_a_stage_is_compared_with_the_portals_own(online: Callable[..., list[str]]) -> None:
    assert online({"stage: customer": "stage: '77'"}) == []
    (by_label,) = online({"stage: customer": "stage: VIP"})
    assert "28:14 SW107" in by_label
    assert "write `77`" in by_label
    (slip,) = online(
        {"stage: customer": "stage: lead"},
    )
    assert "the portal has `customer`, `77`" in slip
    assert online({"stage: customer": "stage: lead"}, lifecyclestage=None) == []


def test_a_comment_silences_online_findings_too(online: Callable[..., list[str]]) -> None:
    comment = "saas_mrr: mrr # syncworker: ignore SW109 -- made tomorrow"
    assert online({"saas_mrr: mrr": comment}, saas_mrr=None) == []


def test_a_mapping_with_errors_is_not_compared(
    load_text: Load, catalog: Mapping[str, Metric]
) -> None:
    assert check_online(load_text("version: 2"), "acme", {}, catalog) == ()


def test_durations_are_time_spans() -> None:
    spans = [duration(text) for text in ("30s", "15m", "6h", "2d")]
    assert spans == [
        timedelta(seconds=30),
        timedelta(minutes=15),
        timedelta(hours=6),
        timedelta(days=2),
    ]
