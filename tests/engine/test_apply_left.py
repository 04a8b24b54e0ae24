"""A saved plan that is broken, and an apply that was cut short and whose file is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import MAPPING, FakePortal, FakeSource, make_engine

from syncworker.cli import progress
from syncworker.engine import apply, control, inline, plan_file, sync
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import digest
from syncworker.engine.proposal import Proposal
from syncworker.errors import LockHeld, StalePlan
from syncworker.planning.plan import summarize
from syncworker.planning.records import Change, RecordPlan
from syncworker.planning.saved import Header


@dataclass
class World:
    """A portal with a plan that was made and saved an hour after it was synced."""

    engine: Engine
    path: Path

    @property
    def plan(self) -> Proposal:
        return plan_file.read(self.path)


@pytest.fixture
def world(tmp_path: Path) -> World:
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2))
    synced = inline.carry_out(engine, sync.start(engine, "acme"), "me")
    now = engine.clock() + timedelta(hours=1)
    records = [
        RecordPlan(
            "companies", f"a{n}", f"c{n}.example", f"{n}", "update",
            (Change("saas_mrr", held, "99", "by hand"),),
        )
        for n, held in enumerate(("10", "10.01"))
    ]  # fmt: skip
    plan = summarize("acme", now, digest(MAPPING), "companies", records)
    header = Header(plan, synced.id, now, engine.ledger.position("acme"))
    plan_file.write(tmp_path / "plan.json", Proposal(header, lambda: iter(records)))
    return World(engine, tmp_path / "plan.json")


def test_a_file_that_is_no_longer_text_sends_nothing(world: World) -> None:
    world.path.write_bytes(world.path.read_bytes() + b"x" * 20_000 + b"\xe9\n")
    with pytest.raises(StalePlan, match="is not as it was saved"):
        apply.verify(world.engine, world.plan)


def test_a_plan_whose_run_is_at_work_is_held_and_not_stale_for_what_that_has_sent(
    world: World,
) -> None:
    run = apply.start(world.engine, world.plan, target="plan.json")
    world.engine.ledger.doubt("acme", "companies", ["a1"])
    with pytest.raises(LockHeld, match=run.id):
        apply.verify(world.engine, world.plan)


def test_cut_short_and_its_file_replaced_it_is_ended_or_gone_on_with_by_its_id(
    world: World,
) -> None:
    engine = world.engine
    run = apply.start(engine, world.plan, target="plan.json")
    sync.onward(engine, run.id)
    with pytest.raises(LockHeld, match="was cut short at push") as refused:
        progress.cut_short(engine, "acme", "apply", {"plan": "another"})
    assert refused.value.help == (
        f"go on with it: syncworker apply plan.json; or end it: syncworker runs cancel {run.id}"
    )
    assert control.ask(engine, run.id, "cancel").status == "cancelled"
    control.retry(engine, run.id, mode="inline")
    assert inline.carry_out(engine, run, "me").summary["outcomes"] == {"sent": 2}
