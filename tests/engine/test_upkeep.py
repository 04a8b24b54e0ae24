"""The tick: lost chunks are given out again, due schedules start one run each."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import MAPPING, Clock, FakePortal, FakeSource, make_engine, no_metrics

from syncworker.engine import sync, upkeep
from syncworker.engine.engine import Engine
from syncworker.engine.inline import do
from syncworker.engine.todo import Todo


def engine_with(
    folder: Path, schedule: str | None = None, clock: Clock | None = None, *, mapping: str = MAPPING
) -> Engine:
    text = mapping if schedule is None else f"{mapping}schedule: {{every: {schedule}}}\n"
    return make_engine(folder, FakePortal(3), FakeSource(3), mapping=text, clock=clock)


def work_off(engine: Engine, todos: list[Todo]) -> None:
    while todos:
        todos = [more for todo in todos for more in do(engine, todo, "worker")]


def test_without_a_schedule_nothing_starts(tmp_path: Path) -> None:
    engine = engine_with(tmp_path)
    assert upkeep.tick(engine) == []
    assert engine.runs.latest(None, 9) == []


def test_a_due_schedule_starts_one_run_for_workers_per_slot(tmp_path: Path) -> None:
    clock = Clock()
    engine = engine_with(tmp_path, "1h", clock)
    (todo,) = upkeep.tick(engine)
    (run,) = engine.runs.queued()
    assert todo == Todo("sync_portal", run.id, "scheduled")
    assert (run.kind, run.mode, run.as_of) == ("sync", "queue", clock.now)
    assert run.priority == "scheduled"
    work_off(engine, [todo])
    assert engine.runs.get(run.id).status == "done"
    clock.now += timedelta(minutes=59)
    assert upkeep.tick(engine) == [], "its slot is taken"
    clock.now += timedelta(minutes=1)
    assert [todo.task for todo in upkeep.tick(engine)] == ["sync_portal"]


@pytest.mark.parametrize(("every", "minutes"), [("15m", 15), ("6h", 360), ("1d", 1440)])
def test_slots_lie_an_interval_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: str, minutes: int
) -> None:
    monkeypatch.setattr("syncworker.engine.compute.compute_metrics", no_metrics)
    clock = Clock()
    engine = engine_with(tmp_path, every, clock)
    work_off(engine, upkeep.tick(engine))
    clock.now += timedelta(minutes=minutes)
    work_off(engine, upkeep.tick(engine))
    assert len(engine.runs.latest("acme", 9)) == 2


def test_a_running_portal_is_not_started_again_and_its_slot_stays_free(tmp_path: Path) -> None:
    clock = Clock()
    engine = engine_with(tmp_path, "1h", clock)
    work_off(engine, upkeep.tick(engine))
    clock.now += timedelta(hours=1)
    run = sync.start(engine, "acme")
    assert upkeep.tick(engine) == []
    work_off(engine, [Todo("sync_portal", run.id)])
    assert len(upkeep.tick(engine)) == 1


def test_of_two_ticks_at_once_one_starts_the_run(tmp_path: Path) -> None:
    first = engine_with(tmp_path, "1h")
    second = engine_with(tmp_path, "1h")
    assert len(upkeep.tick(first)) == 1
    # The other had looked for a running run before the first one started its own.
    late = replace(second, runs=_Blind(second.runs))
    assert upkeep.tick(late) == []
    assert len(first.runs.latest(None, 9)) == 1


def test_a_run_that_another_started_in_between_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = engine_with(tmp_path, "1h")
    sync.start(engine, "acme", kind="plan")
    late = replace(engine, runs=_Blind(engine.runs))
    assert upkeep.tick(late) == []
    assert caplog.text == ""
    (job,) = engine.schedules.of("acme")
    assert job.next_at <= engine.clock(), "the slot waits until the portal is free"


def test_a_mapping_with_errors_is_logged_and_other_portals_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = engine_with(tmp_path, "1h")
    texts = {"acme": engine.mapping_text("acme"), "bad": "version: 2\n"}
    engine = replace(engine, portals=lambda: ["bad", "acme"], mapping_text=texts.__getitem__)
    with caplog.at_level(logging.WARNING, "syncworker"):
        assert [todo.task for todo in upkeep.tick(engine)] == ["sync_portal"]
    assert "the schedule could not start a sync: bad.yaml has" in caplog.text
    assert engine.runs.queued()[0].portal == "acme"


def test_chunks_of_a_killed_worker_are_given_out_again_when_their_lease_has_run_out(
    tmp_path: Path,
) -> None:
    clock = Clock()
    engine = engine_with(tmp_path, clock=clock)
    run = sync.start(engine, "acme", mode="queue")
    todos = sync.begin(engine, run.id)
    killed = int(todos[0].id)
    lease = engine.limits.lease
    engine.chunks.claim(killed, owner="killed", now=clock.now, until=clock.now + lease)
    clock.now += lease
    assert upkeep.tick(engine) == []
    clock.now += timedelta(seconds=1)
    assert upkeep.tick(engine) == [Todo("extract_chunk", killed)]
    clock.now += 5 * lease + timedelta(seconds=1)
    lost = upkeep.tick(engine)
    assert {todo.id for todo in lost} == {todo.id for todo in todos}, "messages got lost"
    work_off(engine, lost)
    assert engine.runs.get(run.id).status == "done"


def test_a_run_whose_start_got_lost_is_started(tmp_path: Path) -> None:
    engine = engine_with(tmp_path)
    run = sync.start(engine, "acme", mode="queue")
    assert upkeep.tick(engine) == [Todo("sync_portal", run.id)]


class _Blind:
    """Runs that never see an open one, as a tick that looked a moment too early."""

    def __init__(self, runs: object) -> None:
        self._runs = runs

    def running(self, _portal: str) -> None:
        return None

    def queued(self) -> list[object]:
        return []

    def __getattr__(self, name: str) -> object:
        return getattr(self._runs, name)
