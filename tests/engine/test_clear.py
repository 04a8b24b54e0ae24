"""What syncworker wrote is taken back; what is another value now stays, and so do stages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine
from support.trust_world import World

from syncworker.cli import show_clear
from syncworker.engine import clear, inline, properties, ready_plan, rollback, sync, whose
from syncworker.engine.engine import Limits
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.ports import PropertyDefinition
from syncworker.errors import ConfigError
from syncworker.planning.records import Change
from syncworker.planning.selection import Selection

MRR, STATUS = "saas_mrr", "saas_subscription_status"
STAGES = "lifecycle: {companies: [{stage: customer, when: [{metric: mrr, gt: 0}]}]}\n"


def test_values_go_others_and_stages_stay_and_an_unmapped_property_can_go_too(
    tmp_path: Path,
) -> None:
    portal, source = FakePortal(3), FakeSource(3)
    limits = Limits(push_records=9, shard_accounts=9)
    engine = make_engine(tmp_path, portal, source, mapping=MAPPING + STAGES, limits=limits)
    inline.carry_out(engine, sync.start(engine, "acme", as_of=AS_OF), "me")
    portal.companies["1"][MRR] = "77"
    del portal.companies["2"]

    text = MAPPING.replace("saas_mrr: mrr, ", "")
    engine = make_engine(tmp_path, portal, source, mapping=text, limits=limits)
    mapping = checked("acme", text)
    with pytest.raises(ConfigError, match="saas_other was never written in portal acme"):
        clear.find(engine, "acme", mapping, portal, ["saas_other"])
    found = clear.find(engine, "acme", mapping, portal)
    assert dict(found.cleared) == {("companies", MRR): 1, ("companies", STATUS): 2}
    assert dict(found.stays) == {("companies", MRR): 1}
    assert (found.stages["companies"], found.gone["companies"]) == (3, 1)

    del portal.types[STATUS]  # a property that is missing does not keep anybody from leaving
    engine.definitions.forget("acme")
    found = clear.find(engine, "acme", mapping, portal)
    run = ready_plan.start(engine, "acme", found.plans, kind="apply", options={"clear": True})
    run = inline.carry_out(engine, run, "me")
    assert (run.status, run.summary["outcomes"]) == ("done", {"sent": 1})
    assert [portal.companies[n][MRR] for n in "01"] == ["", "77"]
    assert portal.companies["0"]["lifecyclestage"] == "customer"
    assert engine.ledger.get("acme", "companies", ["a0"])["a0"].values[MRR] == ""
    assert clear.find(engine, "acme", mapping, portal, [MRR]).plans == []


def test_only_what_stands_in_our_group_and_is_nobody_elses_is_archived(tmp_path: Path) -> None:
    portal = FakePortal(2)
    engine = make_engine(tmp_path, portal, FakeSource(2))
    mine = properties.GROUP[0]
    there = portal.properties("companies")
    definitions = {
        name: replace(there[name], group=group)
        for name, group in ((MRR, mine), (STATUS, "companyinformation"))
    }
    engine.definitions.put("acme", "companies", definitions, engine.clock())
    found = clear.Found(written={"companies": {MRR, STATUS, "saas_gone"}})
    assert clear.archivable(engine, "acme", portal, found) == {"companies": [MRR]}
    assert clear.archivable(engine, "acme", portal, found, [STATUS]) == {}
    found.stays["companies", MRR] += 1
    assert clear.archivable(engine, "acme", portal, found) == {}
    clear.archive(engine, "acme", portal, {"companies": [MRR]})
    assert portal.archived == {MRR}


def found_in(world: World) -> clear.Found:
    return clear.find(world.engine, "acme", checked("acme", MAPPING), world.portal)


def back(world: World, target: Run) -> Run:
    run, _ = rollback.start(world.engine, target, Selection(), force=False)
    return world.sent(run)


def test_what_stood_there_before_us_and_was_put_back_is_left_alone_and_listed(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, 3)
    first = world.write(a0="20", a1="20", a2="20")
    world.write(a1="30")
    back(world, first)  # a1 was written again since and stays
    found = found_in(world)
    assert world.held() == ["10", "30", "10"]
    assert (found.cleared, found.put_back) == ({("companies", MRR): 1}, {("companies", MRR): 2})
    assert [plan.key for plan in found.plans] == ["a1"]
    assert f"  {MRR}  1 value to clear, 2 values of others that a rollback put back: stays" in [
        *show_clear.lines(found, {})
    ]
    assert clear.archivable(world.engine, "acme", world.portal, found) == {}


def test_what_is_ours_and_was_put_back_is_cleared(tmp_path: Path) -> None:
    world = World(tmp_path, 2)
    world.write(a0="20", a1="20")
    wrong = world.write(a0="30", a1="30")
    undone = back(world, wrong)
    assert (world.held(), found_in(world).cleared) == (["20", "20"], {("companies", MRR): 2})
    back(world, undone)  # and a rollback that is rolled back gives ours again
    assert (world.held(), found_in(world).put_back) == (["30", "30"], {})


PERSONS, OURS = Change("x", "10", "20"), Change("x", "20", "30")


@pytest.mark.parametrize(
    ("history", "ours"),
    [
        ([("r1", PERSONS)], True),
        ([("r1", PERSONS), ("b1", Change("x", "20", "10"))], False),
        ([("r1", PERSONS), ("r2", OURS), ("b2", Change("x", "30", "20.0"))], True),
        # Between the two runs a person has set 25.
        (
            [("r1", PERSONS), ("r2", Change("x", "25", "30")), ("b2", Change("x", "30", "25"))],
            False,
        ),
        ([("r1", PERSONS), ("b1", Change("x", "20", "10")), ("bb", PERSONS)], True),
        ([("b1", Change("x", "20", "10"))], False),
    ],
)
def test_a_value_is_whose_it_was_before_the_run_that_was_rolled_back(
    history: list[whose.Written], *, ours: bool
) -> None:
    rolled_back = {"b1": "r1", "b2": "r2", "bb": "b1"}
    assert whose.ours("number", history, rolled_back) is ours


def test_options_that_a_rollback_put_back_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, 1)
    back(world, world.write(a0="20"))
    several = PropertyDefinition(MRR, "enumeration", "checkbox")
    monkeypatch.setattr(properties, "known", lambda *_: {MRR: several})
    found = found_in(world)
    assert (found.plans, found.stays) == ([], {("companies", MRR): 1})


def test_of_several_options_only_those_go_that_were_added() -> None:
    several = PropertyDefinition("x", "enumeration", "checkbox")
    history = [Change("x", "a", "a;b"), Change("x", "a;b", "a;b;c")]
    assert clear.rest(several, history, "d;a;c;b") == "d;a"
