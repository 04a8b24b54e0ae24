"""What does not fit between a mapping and its portal, and where it stands in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from syncworker.mapping.conflicts import Conflict, conflicts
from syncworker.mapping.loader import Loaded
from syncworker.mapping.online import check_online
from syncworker.metrics.metric import Metric

Load = Callable[[str], Loaded]
Online = Callable[..., list[str]]
Deals = Callable[..., tuple[Conflict, ...]]


@pytest.fixture
def online(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric], portal_property: Any
) -> Online:
    def check(changes: Mapping[str, str] | None = None, **companies: Any) -> list[str]:
        text = mapping_text
        for old, new in (changes or {}).items():
            text = text.replace(old, new)
        stages = (("customer", "Customer"), ("77", "VIP"))
        there = {
            "saas_mrr": portal_property("number"),
            "saas_health": portal_property("number"),
            "lifecyclestage": portal_property("enumeration", stages),
            **companies,
        }
        properties = {
            "companies": {name: each for name, each in there.items() if each is not None},
            "contacts": {"saas_events": portal_property("number")},
        }
        found = check_online(load_text(text), "acme-eu", properties, (), catalog)
        return [f"{d.line}:{d.column} {d.code} {d.message} / {d.help}" for d in found]

    return check


def test_a_portal_that_fits_has_no_findings(online: Online, portal_property: Any) -> None:
    assert online() == []
    assert online(saas_mrr=portal_property("string")) == []


@pytest.mark.parametrize(
    ("type_", "read_only", "says"),
    [
        (None, False, "has no companies property `saas_mrr` (number)"),
        ("number", True, "computed by HubSpot"),
        ("date", False, "has the type date in the portal, which `mrr` (money) cannot fill"),
        ("enumeration", False, "has the type enumeration in the portal"),
    ],
)
def test_a_property_that_does_not_fit_names_the_command_that_makes_one(
    online: Online, portal_property: Any, type_: str | None, read_only: bool, says: str
) -> None:
    there = portal_property(type_, read_only=read_only) if type_ else None
    (found,) = online(saas_mrr=there)
    assert found.startswith("18:7 SW109")
    assert says in found
    assert "`syncworker properties create acme-eu`" in found


def test_a_property_only_hubspot_can_make_is_not_promised(online: Online) -> None:
    (found,) = online({"saas_mrr: mrr": "annualrevenue: mrr"})
    assert "only HubSpot makes properties of that name" in found
    assert "properties create" not in found


def test_options_the_portal_lacks_are_named_by_value_and_label(
    online: Online, portal_property: Any
) -> None:
    band = {"saas_mrr: mrr": "saas_band: band"}
    (found,) = online(band, saas_band=portal_property("enumeration", (("red", "Red"),)))
    assert "SW109 `saas_band` lacks the option `green (Healthy)` in the portal" in found
    (found,) = online(band, saas_band=portal_property("enumeration", (("x", "X"),)))
    assert "lacks the options `red (At risk)`, `green (Healthy)`" in found
    by_label = (("1", "at risk"), ("2", "healthy"))
    assert online(band, saas_band=portal_property("enumeration", by_label)) == []
    assert online(band, saas_band=portal_property("enumeration")) == []
    gone = {"saas_mrr: mrr": "saas_gone: churned"}
    yes = portal_property("enumeration", (("1", "yes"),))
    assert "lacks the option `false (No)`" in online(gone, saas_gone=yes)[0]


def test_several_options_need_a_property_of_several_checkboxes(
    online: Online, portal_property: Any
) -> None:
    drivers = {"saas_mrr: mrr": "saas_drivers: drivers"}
    options = (("seats", "Seats"), ("billing", "Bills"))
    single = portal_property("enumeration", options, field_type="select")
    assert "takes one option in the portal" in online(drivers, saas_drivers=single)[0]
    several = portal_property("enumeration", options, field_type="checkbox")
    assert online(drivers, saas_drivers=several) == []


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (None, "SW109 the portal has no companies property `app_id` to find records by"),
        (("string", {}), "SW103 `app_id` is not a match key for companies: its values are not"),
        (("date", {}), "SW109 `app_id` has the type date in the portal; a key is text"),
        (("string", {"read_only": True}), "SW109 `app_id` is computed by HubSpot"),
        (("string", {"unique": True}), ""),
        (("number", {"unique": True}), ""),
    ],
)
@pytest.mark.parametrize(
    ("new", "place"),
    [
        ("match: {property: app_id, column: account_id}", "16:23"),
        ("match: [{property: domain, column: name}, {property: app_id, column: name}]", "16:58"),
    ],
)
def test_a_key_of_our_own_must_be_there_and_unique(
    online: Online,
    portal_property: Any,
    there: tuple[str, dict[str, bool]] | None,
    says: str,
    new: str,
    place: str,
) -> None:
    app_id = portal_property(there[0], **there[1]) if there else None
    found = online({"match: {property: domain, column: domain}": new}, app_id=app_id)
    assert [line[: len(place) + len(says) + 1] for line in found] == (
        [f"{place} {says}"] if says else []
    )


def test_a_stage_is_compared_with_the_portals_own_by_name_and_label(online: Online) -> None:
    assert online({"stage: customer": "stage: '77'"}) == []
    assert online({"stage: customer": "stage: vip # syncworker: ignore SW107 -- ours"}) == []
    (slip,) = online({"stage: customer": "stage: lead"})
    assert slip.startswith("28:14 SW107 the portal has no lifecycle stage `lead`")
    assert "the portal has `Customer (customer)`, `VIP (77)`" in slip
    assert online({"stage: customer": "stage: lead"}, lifecyclestage=None) == []


def test_a_churned_account_needs_the_stage_it_goes_to(online: Online) -> None:
    long = {
        "lifecycle:\n  companies:\n": "lifecycle:\n  companies:\n   churned_to_other: true\n"
        "   rules:\n"
    }
    (found,) = online(long)
    assert found.startswith("28:22 SW107 the portal has no lifecycle stage `other`")
    lead = online({**long, "stage: customer": "stage: lead"})
    assert [line.split(" ")[0] for line in lead] == ["28:22", "30:14"]


def test_a_comment_silences_online_findings_too(online: Online) -> None:
    comment = "saas_mrr: mrr # syncworker: ignore SW109 -- made tomorrow"
    assert online({"saas_mrr: mrr": comment}, saas_mrr=None) == []


def test_a_mapping_with_errors_is_not_compared(
    load_text: Load, catalog: Mapping[str, Metric]
) -> None:
    assert check_online(load_text("version: 2"), "acme", {}, (), catalog) == ()


@pytest.fixture
def deals(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric], portal_property: Any
) -> Deals:
    def run(*pipelines: Any, changes: tuple[str, str] = ("", "")) -> tuple[Conflict, ...]:
        mapping = load_text(with_deals.replace(*changes)).mapping
        assert mapping is not None
        state = (("active", "A"), ("canceled", "C"))
        there = {
            "saas_sub": portal_property("string", unique=True),
            "saas_state": portal_property("enumeration", state),
        }
        return conflicts(mapping, "deals", catalog, there, pipelines)

    return run


def test_a_pipeline_and_its_stages_are_found_by_id_and_label(deals: Deals, sales: Any) -> None:
    assert deals(sales) == ()
    assert deals(sales, changes=("pipeline: subscriptions", 'pipeline: "71"')) == ()


def test_a_pipeline_or_stage_the_portal_lacks_is_named(deals: Deals, sales: Any) -> None:
    (found,) = deals(sales, changes=("pipeline: subscriptions", "pipeline: Subscription"))
    assert (found.kind, found.property) == ("pipeline", "pipeline")
    assert "did you mean `Subscriptions`?" in found.help
    (found,) = deals(sales, changes=("active: live", "active: won"))
    assert (found.kind, found.property) == ("stage", "dealstage")
    assert found.message == "the pipeline `Subscriptions` has no stage `won`"
    assert "`Live (901)`, `Ended (902)`" in found.help
    (found,) = deals()
    assert "the portal has none" in found.help


def test_pipelines_and_recurring_revenue_have_their_place_in_the_file(
    load_text: Load,
    with_deals: str,
    catalog: Mapping[str, Metric],
    portal_property: Any,
    sales: Any,
) -> None:
    text = with_deals.replace("active: live", "active: won").replace(
        "      saas_state: subscription_state", "      recurring_revenue_amount: mrr"
    )
    properties = {
        "companies": {
            "saas_mrr": portal_property("number"),
            "saas_health": portal_property("number"),
        },
        "contacts": {"saas_events": portal_property("number")},
        "deals": {"saas_sub": portal_property("string", unique=True)},
    }
    found = check_online(load_text(text), "acme", properties, (sales,), catalog)
    assert [(d.line, d.column, d.code, d.severity) for d in found] == [
        (31, 24, "SW135", "error"),
        (34, 7, "SW136", "warning"),
    ]
    none = check_online(load_text(text), "acme", properties, (), catalog)
    assert next((d.line, d.column, d.code) for d in none) == (30, 17, "SW135")


def test_an_object_that_is_not_mapped_conflicts_with_nothing(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    mapping = load_text(mapping_text).mapping
    assert mapping is not None
    assert conflicts(mapping, "deals", catalog, {}, ()) == ()


def test_an_object_that_the_token_may_not_read_is_told_by_its_scope(
    load_text: Callable[[str], Loaded], mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    scopes = {"companies": ("crm.schemas.companies.read",), "contacts": ("crm.objects.x.read",)}
    found = check_online(load_text(mapping_text), "acme", {}, (), catalog, refused=scopes)

    assert [(one.code, one.line, one.column) for one in found] == [
        ("SW227", 15, 3),
        ("SW227", 22, 3),
    ]
    assert "it lacks `crm.schemas.companies.read`" in found[0].message
