from __future__ import annotations

import pytest
from support.scripted_hubspot import Answer, Script

from syncworker.engine.ports import PropertyDefinition
from syncworker.errors import PortalError
from syncworker.hubspot.portal import HubSpotPortal

GROUP = ("syncworker", "SaaS numbers")
MRR = PropertyDefinition("saas_mrr", "number", "number", "MRR", "Per month.")
BAND = PropertyDefinition(
    "saas_band", "enumeration", "select", "Band", options=(("red", "Red"), ("green", "Green"))
)
EXISTS = Answer(409, {"message": "exists", "category": "OBJECT_ALREADY_EXISTS"})


def listing(*names: str) -> Answer:
    return Answer(200, {"results": [{"name": name} for name in names]})


def test_a_definition_is_read_with_its_options_in_the_order_people_see(
    portal: HubSpotPortal, script: Script
) -> None:
    options = [
        {"value": "z", "label": "Last", "displayOrder": -1},
        {"value": "b", "label": "Second", "displayOrder": 1},
        {"value": "a", "label": "First", "displayOrder": 0},
        {"value": "y", "label": "Nowhere"},
    ]
    results = [
        {
            "name": "band",
            "label": "Band",
            "description": "How well.",
            "type": "enumeration",
            "fieldType": "select",
            "groupName": "g",
            "options": options,
            "hasUniqueValue": True,
            "modificationMetadata": {"readOnlyValue": False},
        },
        {"name": "days", "calculated": True},
        {"name": "created", "modificationMetadata": {"readOnlyValue": True}, "options": None},
        {"name": "old", "archived": True},
        {"label": "nameless"},
    ]
    script.add(Answer(200, {"results": results}))
    properties = portal.properties("contacts")
    assert list(properties) == ["band", "days", "created"]
    assert properties["band"] == PropertyDefinition(
        "band",
        "enumeration",
        "select",
        "Band",
        "How well.",
        "g",
        (("a", "First"), ("b", "Second"), ("z", "Last"), ("y", "Nowhere")),
        unique=True,
    )
    assert properties["days"].read_only
    assert properties["created"].read_only


def test_the_stages_are_those_of_the_portal_in_its_order(
    portal: HubSpotPortal, script: Script
) -> None:
    options = [
        {"value": "customer", "label": "Kunde", "displayOrder": 2},
        {"value": "123456", "label": "Trial", "displayOrder": 1},
    ]
    script.add(Answer(200, {"results": [{"name": "lifecyclestage", "options": options}]}))
    stages = portal.properties("contacts")["lifecyclestage"].options
    assert stages == (("123456", "Trial"), ("customer", "Kunde"))


def test_the_group_and_what_is_missing_are_created(portal: HubSpotPortal, script: Script) -> None:
    script.add(listing("saas_mrr"), listing("companyinformation"), Answer(201), Answer(201))
    portal.create_properties("companies", GROUP, [MRR, BAND])
    group, properties = (one.body for one in script.received[2:])
    assert group == {"name": "syncworker", "label": "SaaS numbers"}
    assert properties["inputs"] == [
        {
            "name": "saas_band",
            "label": "Band",
            "description": "",
            "groupName": "syncworker",
            "type": "enumeration",
            "fieldType": "select",
            "options": [
                {"value": "red", "label": "Red", "displayOrder": 0, "hidden": False},
                {"value": "green", "label": "Green", "displayOrder": 1, "hidden": False},
            ],
        }
    ]
    assert (portal.requests, portal.writes) == (4, 2)


def test_where_nothing_is_missing_nothing_is_written(portal: HubSpotPortal, script: Script) -> None:
    script.add(listing("saas_mrr", "saas_band"))
    portal.create_properties("companies", GROUP, [MRR, BAND])
    assert (portal.requests, portal.writes) == (1, 0)


@pytest.mark.parametrize(
    "batch", [EXISTS, Answer(207, {"errors": [{"category": "OBJECT_ALREADY_EXISTS"}]})]
)
def test_somebody_else_creating_the_same_at_the_same_time_is_no_error(
    portal: HubSpotPortal, script: Script, batch: Answer
) -> None:
    script.add(listing(), listing(), EXISTS, batch, EXISTS, Answer(201))
    script.add(listing("saas_mrr", "saas_band"))
    portal.create_properties("companies", GROUP, [MRR, BAND])
    assert script.asked[-3:-1] == ["POST /crm/properties/2026-09/companies"] * 2


def test_a_name_that_an_archived_property_holds_is_told(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(listing(), listing("syncworker"), EXISTS, EXISTS, listing())
    with pytest.raises(PortalError, match="archived property of the name saas_mrr") as archived:
        portal.create_properties("companies", GROUP, [MRR])
    assert "restore" in archived.value.help


def test_a_property_that_hubspot_refuses_is_told_in_its_words(
    portal: HubSpotPortal, script: Script
) -> None:
    refused = {"category": "VALIDATION_ERROR", "message": "saas_mrr has no type"}
    script.add(listing(), listing("syncworker"), Answer(207, {"errors": [refused]}))
    script.add(Answer(400, refused))
    with pytest.raises(PortalError, match="saas_mrr has no type"):
        portal.create_properties("companies", GROUP, [MRR])


def test_a_missing_scope_is_not_taken_for_a_property_that_is_there(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(listing(), listing("syncworker"), Answer(403, {"message": "scope"}))
    with pytest.raises(PortalError, match="403"):
        portal.create_properties("companies", GROUP, [MRR])


def test_more_than_a_hundred_go_in_several_requests(portal: HubSpotPortal, script: Script) -> None:
    many = [PropertyDefinition(f"p{n}", "string", "text", unique=n == 0) for n in range(120)]
    script.add(listing(), listing("syncworker"))
    portal.create_properties("companies", GROUP, many)
    sent = [one.body["inputs"] for one in script.received[2:]]
    assert [len(some) for some in sent] == [100, 20]
    assert sent[0][0]["hasUniqueValue"] is True
    assert sent[0][0]["label"] == "p0"
    assert "hasUniqueValue" not in sent[0][1]


@pytest.mark.parametrize(
    ("told", "number_format"),
    [
        ({"numberDisplayHint": "percentage"}, "percentage"),
        ({"numberDisplayHint": "formatted", "showCurrencySymbol": False}, "formatted"),
        ({"numberDisplayHint": "currency"}, "currency"),
        ({"numberDisplayHint": "formatted", "showCurrencySymbol": True}, "currency"),
        ({"showCurrencySymbol": True}, "currency"),
        ({"numberDisplayHint": None}, ""),
        ({}, ""),
    ],
)
def test_a_numbers_format_is_read(
    portal: HubSpotPortal, script: Script, told: dict[str, object], number_format: str
) -> None:
    script.add(Answer(200, {"results": [{"name": "n", "type": "number", **told}]}))
    assert portal.properties("deals")["n"].number_format == number_format


def test_a_numbers_format_is_set_when_it_is_created(portal: HubSpotPortal, script: Script) -> None:
    formats = {"mrr": "currency", "rate": "percentage", "seats": ""}
    made = [
        PropertyDefinition(name, "number", "number", number_format=number_format)
        for name, number_format in formats.items()
    ]
    script.add(listing(), listing("syncworker"))
    portal.create_properties("companies", GROUP, made)
    mrr, rate, seats = script.received[2].body["inputs"]
    assert (mrr["numberDisplayHint"], mrr["showCurrencySymbol"]) == ("currency", True)
    assert rate["numberDisplayHint"] == "percentage"
    assert "showCurrencySymbol" not in rate
    assert "numberDisplayHint" not in seats


def test_options_that_are_kept_elsewhere_are_not_taken_for_the_properties_own(
    portal: HubSpotPortal, script: Script
) -> None:
    owner = {"name": "owner", "externalOptions": True, "options": [{"value": "1", "label": "Ann"}]}
    script.add(Answer(200, {"results": [owner]}))
    assert portal.properties("deals")["owner"].options == ()


@pytest.mark.parametrize("field", ["calculation_equation", "calculation_rollup"])
def test_a_custom_property_that_hubspot_computes_is_read_only(
    portal: HubSpotPortal, script: Script, field: str
) -> None:
    computed = {"name": "sum", "type": "number", "fieldType": field, "calculated": False}
    script.add(Answer(200, {"results": [computed]}))
    assert portal.properties("deals")["sum"].read_only
