"""A rollback puts back what a run wrote, and nothing that anybody else has set since."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import MAPPING
from support.trust_world import OWN, World

from syncworker.engine import control, rollback, sync
from syncworker.engine.memory import Run
from syncworker.engine.rollback import Rollback
from syncworker.errors import ConfigError, Unavailable
from syncworker.planning.plan import from_json
from syncworker.planning.records import RecordPlan
from syncworker.planning.selection import Selection

STATUS = "saas_subscription_status"
ALL = Selection()


def rolled_back(
    world: World, target: Run, selection: Selection = ALL, *, force: bool = False
) -> tuple[Run, Rollback]:
    run, found = rollback.start(world.engine, target, selection, force=force)
    return world.sent(run), found


def plans(world: World, run: Run) -> dict[str, RecordPlan]:
    return {one.key: from_json(one.body) for one in world.engine.plans.show(run.id, 99)}


def why(world: World, run: Run) -> dict[str, str]:
    return {
        key: held.reason.removeprefix("kept: ")
        for key, plan in plans(world, run).items()
        for held in plan.held
    }


def test_every_value_is_as_before_the_run(tmp_path: Path) -> None:
    world = World(tmp_path, 3)
    world.write(a0="15")
    wrong = world.write(a0="99", a1="99")
    run, _ = rolled_back(world, wrong)
    assert (run.status, run.summary["outcomes"]) == ("done", {"sent": 2})
    assert world.held() == ["15", "10", "10"]
    assert [world.ledger(key).values[OWN] for key in ("a0", "a1")] == ["15", "10"]
    assert plans(world, run)["a0"].changes[0].because == f"before apply {wrong.id}"


def test_what_others_have_set_since_stays_with_the_reason(tmp_path: Path) -> None:
    world = World(tmp_path, 7)
    wrong = world.write(**world.all("99", 6))
    later = world.write(a0="50")
    world.portal.edit("1", OWN, "77")
    world.portal.edit("2", OWN, "99")  # a person has set what we had: it is the person's now
    world.portal.edit("3", OWN, "78", "AUTOMATION_PLATFORM")
    del world.portal.companies["4"]
    world.portal.merged = {"5": "6"}
    run, found = rolled_back(world, wrong)
    at = "on 2026-11-21 12:00 UTC"
    assert why(world, run) == {
        "a0": f"written again by run {later.id}: syncworker rollback {later.id}",
        "a1": f"a person set it {at}",
        "a2": f"a person set it {at}",
        "a3": f"AUTOMATION_PLATFORM user 7 set it {at}",
        "a4": "HubSpot does not have it any more",
        "a5": "it was merged into 6 in HubSpot",
    }
    assert found.kept.counts == {"later": 1, "person": 2, "app": 1, "gone": 2}
    assert run.summary["outcomes"] == {"held": 6}
    assert world.held()[:4] == ["50", "77", "99", "78"]


def test_a_later_run_is_rolled_back_first_and_then_this_one(tmp_path: Path) -> None:
    world = World(tmp_path, 1)
    wrong = world.write(a0="99")
    later = world.write(a0="50")
    rolled_back(world, later)
    assert world.held() == ["99"]
    rolled_back(world, wrong)
    assert world.held() == ["10"]


def test_a_rollback_is_rolled_back_and_a_second_one_finds_nothing_to_do(tmp_path: Path) -> None:
    world = World(tmp_path, 2)
    wrong = world.write(a0="99", a1="98")
    back, _ = rolled_back(world, wrong)
    again, found = rolled_back(world, wrong)
    assert (again.summary["outcomes"], found.kept.back, found.kept.counts) == ({}, 2, {})
    redone, _ = rolled_back(world, back)
    assert (redone.status, world.held()) == ("done", ["99", "98"])


def test_only_what_is_selected_goes_back(tmp_path: Path) -> None:
    world = World(tmp_path, 2)
    wrong = world.write(a0="99", a1="99")
    rolled_back(world, wrong, Selection(keys={"companies": frozenset({"a1"})}))
    assert world.held() == ["99", "10"]
    assert rolled_back(world, wrong, Selection(objects=frozenset({"contacts"})))[1].looked_at == 0
    assert rolled_back(world, wrong, Selection(properties=frozenset({"x"})))[1].looked_at == 0


def test_a_property_that_is_mapped_no_longer_goes_back_too(tmp_path: Path) -> None:
    world = World(tmp_path, 1)
    wrong = world.write(a0="99")
    world.remap(MAPPING.replace("saas_mrr: mrr, ", ""))
    run, _ = rolled_back(world, wrong)
    assert (run.status, world.held()) == ("done", ["10"])


def test_a_property_or_an_object_that_is_gone_is_left_alone_and_said_so(tmp_path: Path) -> None:
    world = World(tmp_path, 1)
    wrong = world.write(a0="99")
    del world.portal.types[OWN]
    world.remap(MAPPING.replace("saas_mrr: mrr, ", ""))
    run, _ = rolled_back(world, wrong)
    assert why(world, run) == {"a0": "HubSpot has no such property any more"}
    contacts = "  contacts: {match: {property: email, column: email}}\n"
    world.remap(MAPPING[: MAPPING.index("  companies:")] + contacts)
    run, _ = rolled_back(world, wrong)
    assert why(world, run) == {"a0": "the mapping no longer has companies"}
    assert run.summary["outcomes"] == {"held": 1}


def test_what_people_set_while_a_rollback_waited_stays(tmp_path: Path) -> None:
    world = World(tmp_path, 4)
    wrong = world.write(**world.all("99", 4))
    world.remap(MAPPING.replace("saas_mrr: mrr, ", ""))
    run, _ = rollback.start(world.engine, wrong, ALL, force=False)
    world.clock.now += timedelta(hours=2)
    world.portal.edit("1", OWN, "77")
    run = world.sent(run)
    assert world.held() == ["10", "77", "10", "10"]
    assert (run.summary["outcomes"], world.ledger("a1").values[OWN]) == (
        {"sent": 3, "held": 1},
        "77",
    )


def test_what_people_set_while_a_rollback_rested_for_a_minute_stays(tmp_path: Path) -> None:
    world = World(tmp_path, 2)
    wrong = world.write(a0="99", a1="99")
    run, _ = rollback.start(world.engine, wrong, ALL, force=False)
    assert control.ask(world.engine, run.id, "pause").status == "paused"
    world.portal.edit("1", OWN, "77")
    assert control.resume(world.engine, run.id)
    run = world.sent(run)
    assert (run.summary["outcomes"], world.held()) == ({"sent": 1, "held": 1}, ["10", "77"])


def test_a_property_that_is_gone_since_the_rollback_was_planned_stops_nothing(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, 2)
    wrong = world.write(a0="99", a1="99")
    world.remap(MAPPING.replace("saas_mrr: mrr, ", ""))
    run, _ = rollback.start(world.engine, wrong, ALL, force=False)
    world.clock.now += timedelta(hours=2)
    del world.portal.types[OWN]
    world.engine.definitions.forget("acme")
    run = world.sent(run)
    assert (run.status, run.summary["outcomes"]) == ("done", {"held": 2})


def test_a_stage_goes_back_although_hubspot_takes_no_step_back(tmp_path: Path) -> None:
    world = World(tmp_path, 1)
    world.write("lifecyclestage", a0="lead")
    wrong = world.write("lifecyclestage", a0="customer")
    run, _ = rolled_back(world, wrong)
    assert world.held("lifecyclestage") == ["lead"]
    assert plans(world, run)["a0"].changes[0].clear_first
    assert [values.get("lifecyclestage") for _, values in world.portal.written[-2:]] == ["", "lead"]


def test_the_guard_judges_by_the_whole_ledger(tmp_path: Path) -> None:
    world = World(tmp_path, 12)
    wrong = world.write(STATUS, **world.all("active", 12))
    run, _ = rolled_back(world, wrong)
    assert run.status == "refused"
    assert f"100 % of companies (12 of 12) would lose {STATUS}" in run.message
    assert f"syncworker rollback {wrong.id} --force" in run.help
    assert world.held(STATUS) == ["active"] * 12
    forced, _ = rolled_back(world, wrong, force=True)
    assert (forced.status, world.held(STATUS)) == ("done", [""] * 12)


def test_one_that_was_cut_short_is_finished_by_the_next(tmp_path: Path) -> None:
    world = World(tmp_path, 7)
    wrong = world.write(**world.all("99", 7))
    write, sent = world.portal.write, len(world.portal.written)

    def once(batch: object) -> object:
        if len(world.portal.written) > sent:
            raise Unavailable("HubSpot is away")
        return write(batch)

    world.portal.write = once
    run, _ = rolled_back(world, wrong)
    assert (run.status, run.message) == ("failed", "HubSpot is away")
    assert 0 < world.held().count("10") < 7
    world.portal.write = write
    rolled_back(world, wrong)
    assert world.held() == ["10"] * 7


def test_a_run_that_writes_nothing_or_is_at_work_is_not_rolled_back(tmp_path: Path) -> None:
    world = World(tmp_path, 0)
    run = sync.start(world.engine, "acme", kind="plan")
    with pytest.raises(ConfigError, match="of kind plan: it wrote nothing"):
        rollback.require(run)
    open_run = Run(
        id="r", portal="acme", kind="sync", mode="inline", as_of=run.as_of, force=False,
        mapping=MAPPING, created_at=run.as_of,
    )  # fmt: skip
    with pytest.raises(ConfigError, match="has not ended yet"):
        rollback.require(open_run)
