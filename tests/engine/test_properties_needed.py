"""The portal's properties against what the mapping needs, with as few requests as possible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import properties
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked, digest
from syncworker.engine.ports import PropertyDefinition, PropertyLimit
from syncworker.errors import ConfigError, Forbidden, MappingError

WANTED = checked("acme", MAPPING)
KEYED = checked(
    "acme",
    MAPPING.replace(
        "match: {property: domain, column: domain}",
        "match: {property: saas_account_id, column: account_id}",
    ),
)
DEALS = checked(
    "acme",
    MAPPING[: MAPPING.index("objects:")]
    + """\
objects:
  deals:
    match: {property: hs_object_id, column: hubspot_deal_id}
    pipeline: {pipeline: Renewals, stages: {active: Won}}
    properties: {recurring_revenue_amount: subscription_mrr}
""",
)


@pytest.fixture
def portal() -> FakePortal:
    return FakePortal(1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path: Path, portal: FakePortal, clock: Clock) -> Engine:
    return make_engine(tmp_path, portal, FakeSource(1), clock=clock)


def test_definitions_are_read_once_until_they_are_too_old(
    engine: Engine, portal: FakePortal, clock: Clock
) -> None:
    first = properties.known(engine, "acme", "companies", portal)
    clock.now += engine.limits.schema_age - timedelta(seconds=1)
    assert properties.known(engine, "acme", "companies", portal) == first
    assert portal.requests == 1
    clock.now += timedelta(seconds=1)
    properties.known(engine, "acme", "companies", portal)
    assert portal.requests == 2


def test_a_portal_that_has_everything_is_fine(engine: Engine, portal: FakePortal) -> None:
    properties.require(engine, "acme", WANTED, portal)
    (compared,) = properties.compare(engine, "acme", WANTED, portal)
    assert (compared.missing, compared.conflicts, compared.left_out) == ((), (), ())
    assert compared.names == ("saas_mrr", "saas_subscription_status")


def test_missing_properties_are_named_with_the_command_that_makes_them(
    engine: Engine, portal: FakePortal
) -> None:
    portal.types.clear()
    with pytest.raises(ConfigError) as error:
        properties.require(engine, "acme", WANTED, portal)
    assert error.value.message == (
        "portal acme lacks 2 mapped properties: "
        "companies.saas_mrr, companies.saas_subscription_status"
    )
    assert error.value.help == "syncworker properties create acme"
    assert error.value.code == "PROPERTY_MISSING"


def test_after_a_refusal_the_portal_is_asked_anew(engine: Engine, portal: FakePortal) -> None:
    mrr = portal.types.pop("saas_mrr")
    with pytest.raises(ConfigError, match=r"lacks 1 mapped property: companies\.saas_mrr"):
        properties.require(engine, "acme", WANTED, portal)
    portal.types["saas_mrr"] = mrr
    properties.require(engine, "acme", WANTED, portal)


def test_what_is_missing_is_created_and_known_at_once(engine: Engine, portal: FakePortal) -> None:
    del portal.types["saas_mrr"]
    (compared,) = properties.compare(engine, "acme", WANTED, portal)
    assert [p.name for p in compared.missing] == ["saas_mrr"]
    properties.create(engine, "acme", portal, compared)
    assert portal.types["saas_mrr"] == "number"
    properties.require(engine, "acme", WANTED, portal)
    (compared,) = properties.compare(engine, "acme", WANTED, portal)
    assert compared.missing == ()


def test_where_nothing_is_missing_nothing_is_sent(
    engine: Engine, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(FakePortal, "create_properties")
    (compared,) = properties.compare(engine, "acme", WANTED, portal)
    properties.create(engine, "acme", portal, compared)
    assert properties.obstacles(portal, compared) == properties.Obstacles()


def test_created_properties_say_what_they_are_and_lie_in_our_group(
    engine: Engine, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.types.clear()
    made: list[PropertyDefinition] = []
    monkeypatch.setattr(portal, "create_properties", lambda _o, _g, found: made.extend(found))
    (compared,) = properties.compare(engine, "acme", KEYED, portal)
    properties.create(engine, "acme", portal, compared)
    assert [(p.name, p.type, p.group, p.unique, p.number_format) for p in made] == [
        ("saas_account_id", "string", "saas_metrics", True, ""),
        ("saas_mrr", "number", "saas_metrics", False, "currency"),
        ("saas_subscription_status", "enumeration", "saas_metrics", False, ""),
    ]
    assert all(p.label and p.description and p.field_type for p in made)
    assert made[2].options


def test_definitions_are_read_anew_after_a_creation_that_failed(
    engine: Engine, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    del portal.types["saas_mrr"]
    (compared,) = properties.compare(engine, "acme", WANTED, portal)

    def refuse(*_: object) -> None:
        portal.types["saas_mrr"] = "number"  # made all the same
        raise Forbidden("no", scope="crm.schemas.companies.write")

    monkeypatch.setattr(portal, "create_properties", refuse)
    with pytest.raises(Forbidden):
        properties.create(engine, "acme", portal, compared)
    properties.require(engine, "acme", WANTED, portal)


@pytest.mark.parametrize(
    ("limit", "nearly_full", "too_many"),
    [(1_000, False, False), (100, True, False), (92, True, False), (91, True, True)],
)
def test_a_limit_is_near_from_nine_tenths_on_and_never_exceeded(
    engine: Engine, portal: FakePortal, limit: int, *, nearly_full: bool, too_many: bool
) -> None:
    portal.types.clear()
    portal.limit = PropertyLimit(limit, 90)
    (compared,) = properties.compare(engine, "acme", WANTED, portal)
    found = properties.obstacles(portal, compared)
    assert found.after == 92
    assert (found.nearly_full, found.too_many) == (nearly_full, too_many)
    if not too_many:
        properties.require_room("acme", {"companies": found})
        return
    with pytest.raises(ConfigError) as error:
        properties.require_room("acme", {"companies": found})
    assert error.value.message == (
        "portal acme has 90 of at most 91 custom properties of companies: 2 more do not fit"
    )
    assert error.value.code == "PROPERTY_LIMIT"


def test_a_portal_that_does_not_tell_its_limit_is_trusted(
    engine: Engine, portal: FakePortal
) -> None:
    portal.types.clear()
    (compared,) = properties.compare(engine, "acme", WANTED, portal)
    found = properties.obstacles(portal, compared)
    assert (found.nearly_full, found.too_many) == (False, False)
    properties.require_room("acme", {"companies": found})


def test_missing_properties_that_are_archived_are_named(engine: Engine, portal: FakePortal) -> None:
    portal.types.clear()
    portal.archived = frozenset({"saas_mrr", "of_somebody"})
    (compared,) = properties.compare(engine, "acme", WANTED, portal)
    assert properties.obstacles(portal, compared).archived == ("saas_mrr",)


def test_recurring_revenue_that_the_portal_does_not_track_is_left_out_and_no_fault(
    engine: Engine, portal: FakePortal
) -> None:
    (deals,) = properties.compare(engine, "acme", DEALS, portal)
    assert deals.left_out == ("recurring_revenue_amount",)
    assert (deals.missing, deals.conflicts) == ((), ())
    left_out = properties.require(engine, "acme", DEALS, portal)
    assert left_out == {"deals": ("recurring_revenue_amount",)}
    portal.types["recurring_revenue_amount"] = "number"
    engine.definitions.forget("acme")
    (deals,) = properties.compare(engine, "acme", DEALS, portal)
    assert deals.left_out == ()


def test_a_pipeline_that_the_portal_does_not_have_is_a_conflict(
    engine: Engine, portal: FakePortal
) -> None:
    portal.lines = ()
    with pytest.raises(ConfigError, match="has no pipeline of deals `Renewals`") as error:
        properties.require(engine, "acme", DEALS, portal)
    assert error.value.help == "what to do about each: syncworker properties diff acme"


def test_what_does_not_fit_is_said_before_what_is_missing(
    engine: Engine, portal: FakePortal
) -> None:
    portal.types = {"saas_mrr": "bool"}
    with pytest.raises(ConfigError) as error:
        properties.require(engine, "acme", WANTED, portal)
    assert error.value.code == "PROPERTY_CONFLICT"


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        (
            PropertyDefinition("saas_mrr", "bool", "booleancheckbox"),
            "`saas_mrr` has the type bool in the portal, which `mrr` (money) cannot fill",
        ),
        (
            PropertyDefinition("saas_mrr", "number", "number", read_only=True),
            "`saas_mrr` is computed by HubSpot and cannot be written",
        ),
    ],
)
def test_a_property_that_cannot_take_the_values_is_named(
    engine: Engine,
    portal: FakePortal,
    monkeypatch: pytest.MonkeyPatch,
    there: PropertyDefinition,
    problem: str,
) -> None:
    others = portal.properties("companies")
    monkeypatch.setattr(portal, "properties", lambda _object: {**others, there.name: there})
    with pytest.raises(ConfigError) as error:
        properties.require(engine, "acme", WANTED, portal)
    assert error.value.message == f"portal acme cannot take what is mapped: companies: {problem}"
    assert error.value.code == "PROPERTY_CONFLICT"


def test_a_mapping_with_errors_is_refused_with_its_diagnostics_and_the_command() -> None:
    with pytest.raises(MappingError, match=r"acme\.yaml has \d+ errors?$") as error:
        checked("acme", "version: 2\n")
    assert error.value.diagnostics
    assert error.value.help == "syncworker validate acme"
    assert error.value.code.startswith("SW")


def test_a_digest_names_a_text() -> None:
    assert digest("a") == digest("a") != digest("b")
    assert len(digest("")) == 64


def test_each_portal_has_definitions_of_its_own(engine: Engine, portal: FakePortal) -> None:
    other = FakePortal(1)
    other.types.clear()
    engine = replace(engine, connect=lambda name, *_: portal if name == "acme" else other)
    properties.require(engine, "acme", WANTED, portal)
    with pytest.raises(ConfigError, match="portal other lacks"):
        properties.require(engine, "other", WANTED, other)
