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
from syncworker.engine.ports import PropertyDefinition
from syncworker.errors import ConfigError, MappingError

WANTED = checked("acme", MAPPING)


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
    assert properties.missing(engine, "acme", WANTED, portal) == {"companies": []}


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
    assert properties.create(engine, "acme", WANTED, portal) == {"companies": ["saas_mrr"]}
    assert portal.types["saas_mrr"] == "number"
    properties.require(engine, "acme", WANTED, portal)
    assert properties.create(engine, "acme", WANTED, portal) == {"companies": []}


def test_created_properties_say_what_they_are_and_lie_in_our_group(
    engine: Engine, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.types.clear()
    made: list[PropertyDefinition] = []
    monkeypatch.setattr(portal, "create_properties", lambda _o, _g, found: made.extend(found))
    properties.create(engine, "acme", WANTED, portal)
    assert [(p.name, p.type, p.group) for p in made] == [
        ("saas_mrr", "number", "saas_metrics"),
        ("saas_subscription_status", "enumeration", "saas_metrics"),
    ]
    assert all(p.label and p.description and p.field_type for p in made)
    assert made[1].options


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        (
            PropertyDefinition("saas_mrr", "string", "text"),
            "companies.saas_mrr is string in the portal and number in the mapping",
        ),
        (
            PropertyDefinition("saas_mrr", "number", "number", read_only=True),
            "companies.saas_mrr is read-only or calculated",
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
    assert error.value.message == f"portal acme cannot take what is mapped: {problem}"
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
    engine = replace(engine, connect=lambda name, _: portal if name == "acme" else other)
    properties.require(engine, "acme", WANTED, portal)
    with pytest.raises(ConfigError, match="portal other lacks"):
        properties.require(engine, "other", WANTED, other)
