"""The canary compares with what was sent: a person's value that was kept is no difference."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import MAPPING
from support.trust_world import OWN, World

from syncworker.engine import ready_plan
from syncworker.engine.memory import Run
from syncworker.planning.records import Batch, Change, RecordOutcome, RecordPlan

STATUS = "saas_subscription_status"
THEIRS = MAPPING.replace("saas_mrr: mrr", "saas_mrr: {metric: mrr, mode: fill_empty}")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two companies without an MRR, which people may fill."""
    world = World(tmp_path, 2, THEIRS)
    for id_ in world.portal.companies:
        world.portal.edit(id_, OWN, "")
    return world


def planned(world: World, *others: Change) -> Run:
    changes = (Change(OWN, "", "20"), *others)
    plans = [RecordPlan("companies", f"a{i}", f"a{i}", f"{i}", "update", changes) for i in range(2)]
    return ready_plan.start(world.engine, "acme", plans, kind="apply", options={"canary": 1})


def test_what_a_person_filled_while_the_plan_waited_is_kept_and_the_rest_is_sent(
    world: World,
) -> None:
    run = planned(world)
    world.clock.now += timedelta(hours=2)
    world.portal.edit("0", OWN, "77")
    run = world.sent(run)
    assert (run.status, run.summary["outcomes"]) == ("done", {"held": 1, "sent": 1})
    assert world.held() == ["77", "20"]


def test_what_a_person_filled_on_a_record_that_is_another_one_is_kept_as_well(
    world: World,
) -> None:
    run = planned(world)
    world.portal.edit("0", OWN, "77")
    world.portal.refuse["a0"] = RecordOutcome("", "existing", "0")
    run = world.sent(run)
    assert (run.status, world.held()) == ("done", ["77", "20"])


def test_what_was_sent_beside_it_and_is_not_there_is_the_only_difference(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = world.portal.write

    def overruled(batch: Batch) -> tuple[RecordOutcome, ...]:
        outcomes = write(batch)
        world.portal.companies["0"][STATUS] = "paused"
        return outcomes

    monkeypatch.setattr(world.portal, "write", overruled)
    run = planned(world, Change(STATUS, "", "active"))
    world.clock.now += timedelta(hours=2)
    world.portal.edit("0", OWN, "77")
    run = world.sent(run)
    assert (run.status, run.code) == ("refused", "CANARY_DIFFERS")
    assert f"{STATUS} should be active, and HubSpot holds paused; the rest" in run.message
    assert OWN not in run.message
