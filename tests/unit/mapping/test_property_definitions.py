from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syncworker.mapping.desired import PropertyRule, PropertyType
from syncworker.mapping.duration import duration
from syncworker.mapping.loader import Loaded
from syncworker.mapping.portal import PropertyMapping
from syncworker.mapping.properties import wanted, wanted_properties
from syncworker.mapping.property_rules import left_out, property_rules, rule
from syncworker.metrics.metric import Metric

Load = Callable[[str], Loaded]


@pytest.mark.parametrize(
    ("metric", "type_", "field", "number_format"),
    [
        ("mrr", "number", "number", "currency"),
        ("health_score", "number", "number", "formatted"),
        ("mrr_currency", "string", "text", ""),
        ("churned", "bool", "booleancheckbox", ""),
        ("band", "enumeration", "select", ""),
        ("drivers", "enumeration", "checkbox", ""),
        ("signed_on", "date", "date", ""),
        ("seen_at", "datetime", "date", ""),
    ],
)
def test_a_metric_asks_for_a_property_of_its_type(
    catalog: Mapping[str, Metric],
    metric: str,
    type_: PropertyType,
    field: str,
    number_format: str,
) -> None:
    made = wanted("companies", "saas_x", PropertyMapping(metric=metric), catalog[metric])
    assert (made.type, made.field_type, made.number_format) == (type_, field, number_format)
    assert made.description.startswith(f"What {metric} means.")
    assert not made.unique


def test_a_reader_sees_the_unit_of_a_percentage_and_the_currency_of_an_amount(
    catalog: Mapping[str, Metric],
) -> None:
    percent = replace(catalog["health_score"], unit="percent", label="Usage change")
    made = wanted("companies", "p", PropertyMapping(metric="health_score"), percent)
    assert (made.label, made.number_format) == ("Usage change (%)", "formatted")
    named = PropertyMapping(metric="health_score", label="Change")
    assert wanted("companies", "p", named, percent).label == "Change"
    contact = wanted("contacts", "p", PropertyMapping(metric="mrr"), catalog["mrr"])
    assert contact.description.endswith("of the whole customer, not of this record alone.")
    money = wanted("companies", "m", PropertyMapping(metric="mrr"), catalog["mrr"])
    assert money.description.endswith(
        "In the currency the customer pays in, whatever sign HubSpot shows."
    )


def test_options_and_labels_are_those_people_read(catalog: Mapping[str, Metric]) -> None:
    band = wanted("companies", "b", PropertyMapping(metric="band"), catalog["band"])
    assert band.options == (("red", "At risk"), ("green", "Healthy"))
    assert band.label == "Band"
    own = PropertyMapping(metric="churned", label="Gone?")
    made = wanted("companies", "c", own, catalog["churned"])
    assert made.label == "Gone?"
    assert made.options == (("true", "Yes"), ("false", "No"))
    as_choice = PropertyMapping(metric="churned", type="enumeration")
    made = wanted("companies", "c", as_choice, catalog["churned"])
    assert (made.field_type, made.options) == ("select", (("true", "Yes"), ("false", "No")))
    as_text = PropertyMapping(metric="drivers", type="string")
    made = wanted("companies", "d", as_text, catalog["drivers"])
    assert (made.field_type, made.options) == ("text", ())
    money_as_text = PropertyMapping(metric="mrr", type="string")
    assert wanted("companies", "m", money_as_text, catalog["mrr"]).number_format == ""


def test_a_choice_cannot_be_made_of_text_but_one_that_is_there_is_filled(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric], portal_property: Any
) -> None:
    text = mapping_text.replace(
        "saas_mrr: mrr", "saas_x: {metric: mrr_currency, type: enumeration}"
    )
    (found,) = load_text(text).diagnostics
    assert (found.code, found.help) == ("SW105", "use `type: string`, or map another metric")
    mapped = PropertyMapping(metric="mrr_currency")
    there = portal_property("enumeration")
    assert rule("x", mapped, catalog["mrr_currency"], there).type == "enumeration"


def test_a_rule_says_how_a_property_is_written(
    catalog: Mapping[str, Metric], portal_property: Any
) -> None:
    mapped = PropertyMapping(metric="computed_at", mode="never_clear", type="date", guard=True)
    assert rule("saas_at", mapped, catalog["computed_at"], None) == PropertyRule(
        "saas_at", "date", "never_clear", volatile=True, guard_numbers=True
    )
    there = portal_property("datetime")
    assert rule("saas_at", mapped, catalog["computed_at"], there).type == "datetime"


@pytest.mark.parametrize(
    ("metric", "there", "type_"),
    [
        ("mrr", "string", "string"),
        ("churned", "enumeration", "enumeration"),
        ("signed_on", "datetime", "datetime"),
        ("seen_at", "date", "date"),
        ("mrr", "date", "number"),
        ("mrr", "phone_number", "number"),
    ],
)
def test_a_property_is_written_in_the_portals_type_where_the_metric_can_fill_it(
    catalog: Mapping[str, Metric],
    portal_property: Any,
    metric: str,
    there: str,
    type_: PropertyType,
) -> None:
    mapped = PropertyMapping(metric=metric)
    assert rule("saas_x", mapped, catalog[metric], portal_property(there)).type == type_


def test_rules_and_definitions_cover_a_whole_object(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    mapping = load_text(mapping_text).mapping
    assert mapping is not None
    assert list(property_rules(mapping, "companies", catalog, {})) == ["saas_mrr", "saas_health"]
    names = [each.name for each in wanted_properties(mapping, "companies", catalog)]
    assert names == ["saas_mrr", "saas_health"]
    without = mapping.model_copy(update={"objects": {}})
    assert property_rules(without, "companies", catalog, {}) == {}
    assert wanted_properties(without, "companies", catalog) == ()


def test_a_key_of_our_own_is_ours_and_made_with_unique_values(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric], portal_property: Any
) -> None:
    mapping = load_text(with_deals).mapping
    assert mapping is not None
    rules = property_rules(mapping, "deals", catalog, {})
    assert rules["saas_sub"] == PropertyRule("saas_sub", "string", "never_clear")
    as_number = property_rules(
        mapping, "deals", catalog, {"saas_sub": portal_property("number", unique=True)}
    )
    assert as_number["saas_sub"].type == "number"
    key = wanted_properties(mapping, "deals", catalog)[0]
    assert (key.name, key.type, key.field_type, key.unique) == ("saas_sub", "string", "text", True)
    assert key.label == "SaaS subscription ID"
    assert "Empty:" in key.description


def test_a_key_by_another_column_is_called_by_its_own_name(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    text = mapping_text.replace(
        "property: domain, column: domain", "property: crm_no, column: name"
    )
    mapping = load_text(text).mapping
    assert mapping is not None
    assert wanted_properties(mapping, "companies", catalog)[0].label == "Crm no"


def test_a_deals_stage_is_written_only_where_a_pipeline_is_named(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric]
) -> None:
    mapping = load_text(with_deals).mapping
    assert mapping is not None
    rules = property_rules(mapping, "deals", catalog, {})
    assert rules["dealstage"] == PropertyRule("dealstage", "enumeration")
    start, end = with_deals.index("    policy: upsert"), with_deals.index("    associate:")
    mapping = load_text(with_deals[:start] + with_deals[end:]).mapping
    assert mapping is not None
    assert "dealstage" not in property_rules(mapping, "deals", catalog, {})


def test_what_only_hubspot_can_make_is_never_made(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric]
) -> None:
    own = "      amount: mrr\n      hs_next_step: band\n      recurring_revenue_amount: mrr\n"
    mapping = load_text(with_deals.replace("      saas_state:", f"{own}      saas_state:")).mapping
    assert mapping is not None
    names = [each.name for each in wanted_properties(mapping, "deals", catalog)]
    assert names == ["saas_sub", "saas_state"]


def test_recurring_revenue_is_left_out_until_the_portal_tracks_it(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric], portal_property: Any
) -> None:
    own = "      recurring_revenue_amount: mrr\n      saas_state:"
    mapping = load_text(with_deals.replace("      saas_state:", own)).mapping
    assert mapping is not None
    assert left_out(mapping, "deals", {}) == ("recurring_revenue_amount",)
    assert "recurring_revenue_amount" not in property_rules(mapping, "deals", catalog, {})
    tracked = {"recurring_revenue_amount": portal_property("number")}
    assert left_out(mapping, "deals", tracked) == ()
    assert "recurring_revenue_amount" in property_rules(mapping, "deals", catalog, tracked)
    assert left_out(mapping, "companies", {}) == ()
    assert left_out(mapping, "tickets", {}) == ()


def test_durations_are_time_spans() -> None:
    spans = [duration(text) for text in ("30s", "15m", "6h", "2d")]
    assert spans == [
        timedelta(seconds=30),
        timedelta(minutes=15),
        timedelta(hours=6),
        timedelta(days=2),
    ]
