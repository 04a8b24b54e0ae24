"""Whose turn it is, and who may end a run: what a review of messages that come twice found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import Clock, FakePortal, FakeSource, make_engine, no_metrics

from syncworker.engine import finish, retention, sync, upkeep
from syncworker.engine.engine import Engine
from syncworker.engine.inline import do
from syncworker.engine.memory import Run
from syncworker.engine.todo import Todo


@pytest.fixture(autouse=True)
def _no_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncworker.engine.compute.compute_metrics", no_metrics)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path: Path, clock: Clock) -> Engine:
    return make_engine(tmp_path, FakePortal(2), FakeSource(2), clock=clock)


def until_its_end(engine: Engine) -> Run:
    """A run of workers of which only the last message is not worked on."""
    run = sync.start(engine, "acme", mode="queue")
    todos = [Todo("sync_portal", run.id)]
    while todos[0].task != "finish_run":
        todos = [*todos[1:], *do(engine, todos[0], "worker")]
    return engine.runs.get(run.id)


def test_a_late_message_ends_no_run_that_is_not_at_its_end_or_rests(engine: Engine) -> None:
    run = sync.start(engine, "acme", mode="queue")
    assert finish.finish(engine, run.id).finished_at is None
    sync.begin(engine, run.id)
    assert finish.finish(engine, run.id).finished_at is None
    engine.turns.rest(engine.runs.get(run.id), "paused", now=engine.clock())
    assert finish.finish(engine, run.id).status == "paused"


def test_a_run_that_rests_at_its_end_is_not_closed_by_a_late_message(engine: Engine) -> None:
    run = until_its_end(engine)
    engine.turns.rest(run, "waiting", now=engine.clock())
    assert finish.finish(engine, run.id).status == "waiting"


def test_of_two_that_end_a_run_one_clears_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, swept = until_its_end(engine), []
    monkeypatch.setattr(retention, "sweep", lambda _, of: swept.append(of.id))

    def slow(engine: Engine, run: Run) -> None:
        """Meanwhile another worker does the same."""
        monkeypatch.setattr(retention, "drop", pytest.fail)
        finish.finish(engine, run.id)
        sync.start(engine, "acme", mode="queue")

    monkeypatch.setattr(retention, "drop", slow)
    assert finish.finish(engine, run.id).status == "done"
    finish.stop_at_plan(engine, run, None)
    assert swept == [run.id]


def test_a_run_s_end_is_sent_again_only_after_its_message_had_time(
    engine: Engine, clock: Clock
) -> None:
    run = until_its_end(engine)
    assert upkeep.tick(engine) == []
    sign = engine.chunks.last_sign(run.id)
    assert sign is not None
    clock.now = sign + 5 * engine.limits.lease - timedelta(seconds=1)
    assert upkeep.tick(engine) == []
    clock.now += timedelta(seconds=1)
    assert upkeep.tick(engine) == [Todo("finish_run", run.id)]
