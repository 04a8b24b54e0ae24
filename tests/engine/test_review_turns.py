"""Whose turn it is, and who may end a run: what a review of messages that come twice found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import MAPPING, Clock, FakePortal, FakeSource, make_engine, no_metrics

from syncworker.engine import control, finish, pausing, retention, schedules, sync, upkeep
from syncworker.engine.engine import Engine
from syncworker.engine.inline import do
from syncworker.engine.memory import Run
from syncworker.engine.todo import Todo
from syncworker.errors import MappingError, SyncworkerError


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


def waiting(engine: Engine, clock: Clock) -> Run:
    """A backfill that waits behind a run that has just ended."""
    other = sync.start(engine, "acme", mode="queue")
    clock.now += timedelta(minutes=1)
    run = backfill(engine)
    assert run.status == "waiting"
    ended(engine, other)
    clock.now += timedelta(minutes=1)
    return run


def backfill(engine: Engine) -> Run:
    days = {"from": "2026-11-01T00:00:00+00:00", "to": "2026-11-02T00:00:00+00:00", "chunk": "1d"}
    return sync.start(engine, "acme", kind="backfill", mode="queue", options=days, waits=True)


def ended(engine: Engine, run: Run) -> None:
    finish.fail(engine, run, SyncworkerError("ended by the test"))


def test_a_run_that_waits_and_a_sync_that_is_always_due_take_turns(
    tmp_path: Path, clock: Clock
) -> None:
    text = f"{MAPPING}schedule: {{every: 15m}}\n"
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2), mapping=text, clock=clock)
    schedules.due(engine, "acme")
    late = backfill(engine)
    turns = []
    for _ in range(4):
        run = engine.runs.running("acme")
        assert run is not None
        turns.append(run.kind)
        sync.begin(engine, run.id)
        clock.now += timedelta(minutes=16)
        if run.kind == "backfill":
            assert engine.turns.rest(run, "waiting", now=clock.now)
        else:
            ended(engine, run)
        schedules.due(engine, "acme")
    assert turns == ["sync", "sync", "backfill", "sync"], "the first was at work when it came"
    assert engine.runs.get(late.id).finished_at is None


def test_steady_webhooks_keep_a_run_waiting_for_one_turn_only(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = waiting(engine, clock)

    def received(engine: Engine, portal: str, _: object) -> list[Todo]:
        made = sync.start(engine, portal, mode="queue")
        return [Todo("sync_portal", made.id)]

    monkeypatch.setattr(schedules, "_received", received)
    (todo,) = schedules.due(engine, "acme")
    assert todo.id != run.id
    sync.begin(engine, str(todo.id))
    clock.now += timedelta(minutes=1)
    ended(engine, engine.runs.get(str(todo.id)))
    assert schedules.due(engine, "acme") == [Todo("sync_portal", run.id, run.priority)]


def test_a_look_at_the_fast_lane_keeps_nothing_waiting(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, look = waiting(engine, clock), Todo("look_for_news", "acme")
    monkeypatch.setattr(schedules, "_looked", lambda *_: [look])
    assert schedules.due(engine, "acme") == [look, Todo("sync_portal", run.id, run.priority)]


def test_a_rollback_that_waits_starts_on_a_paused_portal_and_a_backfill_does_not(
    engine: Engine, clock: Clock
) -> None:
    late = waiting(engine, clock)
    rollback = sync.start(engine, "acme", kind="rollback", mode="queue", waits=True)
    assert rollback.status == "waiting"
    pausing.pause(engine, "acme", why="", lasting=None)
    (todo,) = schedules.due(engine, "acme")
    assert todo.id == rollback.id
    assert engine.runs.get(late.id).status == "waiting"


def test_a_paused_run_that_cannot_go_on_stays_paused(engine: Engine) -> None:
    run = sync.start(engine, "acme", mode="queue")
    sync.begin(engine, run.id)
    control.ask(engine, run.id, "pause")
    with pytest.raises(MappingError):
        control.resume(replace(engine, mapping_text=lambda _: "version: 2\n"), run.id)
    assert engine.runs.get(run.id).status == "paused"
    assert control.resume(engine, run.id)
