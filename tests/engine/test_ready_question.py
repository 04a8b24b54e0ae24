"""A question before sending may wait for a while; how long the planning took does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.trust_world import OWN, World

from syncworker.cli import asking, ready
from syncworker.engine import ready_plan
from syncworker.engine.memory import Run
from syncworker.errors import StalePlan
from syncworker.planning.records import Change, RecordPlan


def answered(
    world: World, patch: pytest.MonkeyPatch, *, planning: timedelta, answering: timedelta
) -> Run:
    """A rollback whose planning and whose answer took so long."""

    def plans() -> Iterator[RecordPlan]:
        world.clock.now += planning
        yield RecordPlan("companies", "a0", "a0", "0", "update", (Change(OWN, "10", "9"),))

    def agreed(_question: str, *, yes: bool) -> bool:
        world.clock.now += answering
        return not yes

    patch.setattr(asking, "agreed", agreed)
    run = ready_plan.start(world.engine, "acme", plans(), kind="rollback")
    return ready.send(world.engine, ready.planned(world.engine, run), "Send?", yes=False)


def test_a_plan_that_took_an_hour_is_sent_where_the_answer_comes_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, 1)
    run = answered(world, monkeypatch, planning=timedelta(hours=1), answering=timedelta(minutes=15))
    assert (run.status, world.held()) == ("done", ["9"])


def test_nothing_is_sent_where_the_answer_comes_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, 1)
    with pytest.raises(StalePlan, match="waited for more than 15 minutes"):
        answered(world, monkeypatch, planning=timedelta(0), answering=timedelta(minutes=16))
    assert (world.engine.runs.running("acme"), world.held()) == (None, ["10"])
