"""A mapping's properties against the portal's, as people and programs read it."""

from __future__ import annotations

import json

import pytest

from syncworker.cli.console import json_text
from syncworker.cli.show_properties import diff_document, diff_lines, list_document, list_lines
from syncworker.engine.ports import PropertyDefinition, PropertyLimit
from syncworker.engine.properties import Compared, Obstacles
from syncworker.mapping.conflicts import Conflict

THERE = PropertyDefinition("saas_mrr", "number", "number", "MRR", "Per month.", "g")
TIER = PropertyDefinition(
    "saas_tier",
    "enumeration",
    "select",
    "Tier",
    "What is paid for.",
    "saas_metrics",
    options=(("a", "Small"), ("b", "Large")),
)
KEY = PropertyDefinition(
    "saas_id", "string", "text", "SaaS ID", "Ours.", "saas_metrics", unique=True
)
SEATS = PropertyDefinition(
    "saas_seats",
    "number",
    "number",
    "Seats",
    "Paid for.",
    "saas_metrics",
    number_format="formatted",
)
LEFT_OUT = (
    "recurring_revenue_amount is left out: "
    "HubSpot has it once a person switches recurring revenue tracking on there"
)
CONFLICT = Conflict(
    "deals", "hs_mrr", "reserved", "the portal has no `hs_mrr`", "map `syncworker plan PORTAL`"
)
DEALS = Compared(
    object="deals",
    names=("saas_id", "saas_mrr", "saas_tier", "saas_seats", "recurring_revenue_amount", "hs_mrr"),
    there={"saas_mrr": THERE},
    missing=(KEY, TIER, SEATS),
    conflicts=(CONFLICT,),
    left_out=("recurring_revenue_amount",),
)
FINE = Compared("tickets", ("saas_mrr",), {"saas_mrr": THERE}, (), (), ())


def test_the_list_shows_each_property_with_what_it_is_or_would_be() -> None:
    assert [" ".join(line.split()) for line in list_lines([DEALS, FINE])] == [
        "deals",
        "property state type field group unique format label",
        "saas_id to create string text saas_metrics yes - SaaS ID",
        "saas_mrr there number number g - - MRR",
        "saas_tier to create enumeration select saas_metrics - - Tier",
        "saas_seats to create number number saas_metrics - formatted Seats",
        "recurring_revenue_amount left out - - - - - -",
        "hs_mrr conflict - - - - - -",
        "tickets",
        "property state type field group unique format label",
        "saas_mrr there number number g - - MRR",
    ]


def test_the_list_as_json_holds_the_whole_definitions() -> None:
    found = json.loads(json_text(list_document("acme", [DEALS])))
    assert (found["schema_version"], found["portal"]) == (1, "acme")
    states = [(p["name"], p["state"]) for p in found["objects"]["deals"]]
    assert states[-1] == ("hs_mrr", "conflict")
    assert found["objects"]["deals"][2]["options"] == [["a", "Small"], ["b", "Large"]]
    assert found["objects"]["deals"][2]["description"] == "What is paid for."


def test_the_difference_says_what_is_made_what_does_not_fit_and_what_is_left_out() -> None:
    assert list(diff_lines("acme", DEALS, Obstacles(archived=("saas_seats",)))) == [
        "deals: 3 to create, 1 conflict",
        "  + saas_id: SaaS ID",
        "      string (text), unique, in group saas_metrics",
        "      Ours.",
        "  + saas_tier: Tier",
        "      enumeration (select), in group saas_metrics",
        "      options: a (Small), b (Large)",
        "      What is paid for.",
        "  + saas_seats: Seats",
        "      number (number), formatted, in group saas_metrics",
        "      Paid for.",
        "      HubSpot has an archived property of this name and may not give it twice",
        "      = help: restore that one in HubSpot, or map another name",
        "  ! the portal has no `hs_mrr`",
        "      = help: map `syncworker plan acme`",
        f"  = {LEFT_OUT}",
    ]
    assert list(diff_lines("acme", FINE, Obstacles())) == ["tickets: 0 to create, 0 conflicts"]


@pytest.mark.parametrize(
    ("limit", "line"),
    [
        (1_000, "  = recurring_revenue_amount is left out"),
        (
            100,
            "  ! warning: the portal has 95 of 100 custom properties of deals; creating makes it",
        ),
        (97, "  ! the portal has 95 of 97 custom properties of deals: 3 more do not fit"),
    ],
)
def test_an_object_near_its_limit_is_warned_about(limit: int, line: str) -> None:
    found = Obstacles(limit=PropertyLimit(limit, 95), after=98)
    lines = [one for one in diff_lines("acme", DEALS, found) if "= help: delete" not in one]
    assert lines[-1].startswith(line)


def test_the_difference_as_json_says_whether_a_sync_could_begin() -> None:
    found = {
        "deals": Obstacles(("saas_seats",), PropertyLimit(100, 95), 98),
        "tickets": Obstacles(),
    }
    document = json.loads(json_text(diff_document("acme", [DEALS, FINE], found, fits=False)))
    deals = document["objects"]["deals"]
    assert document["fits"] is False
    assert [(p["name"], p["archived"]) for p in deals["create"]] == [
        ("saas_id", False),
        ("saas_tier", False),
        ("saas_seats", True),
    ]
    assert deals["conflicts"] == [
        {
            "property": "hs_mrr",
            "kind": "reserved",
            "message": "the portal has no `hs_mrr`",
            "help": "map `syncworker plan acme`",
        }
    ]
    assert deals["left_out"] == ["recurring_revenue_amount"]
    assert deals["limit"] == {"limit": 100, "used": 95, "after": 98}
    assert document["objects"]["tickets"]["limit"] is None
