"""Which rows are linked: each row once, in the state the portal's last run left it in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from support.fake_engine import FakePortal, FakeSource, make_engine

from syncworker.engine import inline, linkage, sync
from syncworker.engine.engine import Engine
from syncworker.engine.linkage import LinkState
from syncworker.errors import ConfigError


@pytest.fixture
def portal() -> FakePortal:
    return FakePortal(5)


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(5)


@pytest.fixture
def engine(tmp_path: Path, portal: FakePortal, source: FakeSource) -> Engine:
    return make_engine(tmp_path, portal, source)


def run(engine: Engine) -> None:
    inline.carry_out(engine, sync.start(engine, "acme"), "me")


def states(
    engine: Engine, wanted: Sequence[LinkState] = linkage.STATES
) -> list[tuple[str, LinkState]]:
    return [(row.key, row.state) for row in linkage.rows(engine, "acme", states=wanted)]


def test_each_row_has_one_state_and_its_reason(
    engine: Engine, portal: FakePortal, source: FakeSource
) -> None:
    del portal.companies["3"]
    source.streams["accounts"][4]["domain"] = None
    portal.companies["9"] = {"domain": "c0.example"}
    run(engine)

    rows = {row.key: row for row in linkage.rows(engine, "acme")}
    assert states(engine) == [
        ("a0", "conflict"), ("a3", "unlinked"), ("a4", "unlinked"), ("a1", "linked"),
        ("a2", "linked"),
    ]  # fmt: skip
    assert rows["a0"].reason == "HubSpot has 2 companies with domain c0.example (ids 0, 9)"
    assert rows["a0"].help.startswith("merge them in HubSpot")
    assert (rows["a3"].name, rows["a3"].reason) == (
        "c3.example",
        "HubSpot has none with this domain",
    )
    assert rows["a4"].reason == "its domain is empty"
    assert (rows["a1"].hubspot_id, rows["a1"].linked_by) == ("1", "domain")


def test_states_and_object_narrow_the_rows(engine: Engine, portal: FakePortal) -> None:
    del portal.companies["3"]
    run(engine)
    assert states(engine, ["unlinked"]) == [("a3", "unlinked")]
    assert states(engine, ["conflict"]) == []
    assert len(states(engine, ["linked"])) == 4
    assert list(linkage.rows(engine, "acme", object_name="contacts")) == []


def test_a_row_that_became_a_conflict_is_no_longer_listed_as_linked(
    engine: Engine, source: FakeSource
) -> None:
    run(engine)
    source.streams["accounts"][0]["domain"] = "c1.example"
    engine.ledger.doubt("acme", "companies", ["a0", "a1"])
    run(engine)
    keys = [row.key for row in linkage.rows(engine, "acme")]
    assert sorted(keys) == [f"a{n}" for n in range(5)]


def test_a_row_that_was_mended_is_linked_after_the_next_run(
    engine: Engine, portal: FakePortal
) -> None:
    gone = portal.companies.pop("3")
    portal.companies["9"] = {"domain": "c0.example"}
    run(engine)
    portal.companies["3"] = gone
    del portal.companies["9"]
    run(engine)
    assert states(engine) == [(f"a{n}", "linked") for n in range(5)]


def test_before_the_first_run_people_are_told_what_to_type(engine: Engine) -> None:
    with pytest.raises(ConfigError, match="has not been planned or synced yet") as error:
        linkage.require_runs(engine, "acme")
    assert error.value.help == "syncworker plan acme"


def test_an_object_without_rows_is_answered_with_those_that_have_some(engine: Engine) -> None:
    run(engine)
    linkage.require_runs(engine, "acme")
    linkage.require_object(engine, "acme", "companies")
    with pytest.raises(ConfigError, match="had no rows of deals") as error:
        linkage.require_object(engine, "acme", "deals")
    assert error.value.help == "it had: companies"
