"""No run hangs for ever, none is begun or told twice, and one broken run harms no other."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import AS_OF, MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import assemble, inline, ready_plan, sync, upkeep
from syncworker.engine.engine import Engine
from syncworker.engine.ports import Page
from syncworker.engine.run_words import RunKind
from syncworker.engine.todo import Todo
from syncworker.errors import PlanError, RateLimited, SourceError, StoreError, Unavailable
from syncworker.planning.records import Batch, Change, RecordOutcome, RecordPlan

SCHEDULED = f"{MAPPING}schedule: {{every: 1h}}\n"


class Busy(FakePortal):
    """HubSpot that answers writes with these errors first."""

    def __init__(self, companies: int, *errors: Exception) -> None:
        super().__init__(companies)
        self.errors = list(errors)

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        if self.errors:
            raise self.errors.pop(0)
        return super().write(batch)


class Breaking(FakeSource):
    """A source whose connection breaks after a stream's first page."""

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        found = super().pages(stream, since=since, resume=resume, watermark=watermark)
        yield next(found)
        raise SourceError("the connection broke", retry=True)


def work_off(engine: Engine, todos: list[Todo]) -> None:
    while todos:
        todos = [more for todo in todos for more in inline.do(engine, todo, "worker")]


def at(engine: Engine, task: str) -> list[Todo]:
    """A run of workers, worked on until that task is what comes next."""
    todos = [Todo("sync_portal", sync.start(engine, "acme", as_of=AS_OF, mode="queue").id)]
    while todos[0].task != task:
        todos = [more for todo in todos for more in inline.do(engine, todo, "worker")]
    return todos


def test_a_start_that_comes_twice_does_not_end_a_run_that_goes_well(tmp_path: Path) -> None:
    portal = FakePortal(2)
    engine = make_engine(tmp_path, portal, FakeSource(2))
    todos = at(engine, "push_chunk")
    (run,) = engine.runs.queued()
    portal.types.clear()
    engine.definitions.forget("acme")
    assert sync.begin(engine, run.id) == []
    work_off(engine, todos)
    assert sync.begin(engine, run.id) == []
    assert engine.runs.get(run.id).status == "done"


@pytest.mark.parametrize(("task", "times"), [("sync_portal", 2), ("finish_run", 1)])
def test_a_lost_start_or_end_is_sent_again_but_not_with_every_tick(
    tmp_path: Path, task: str, times: int
) -> None:
    clock = Clock()
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2), clock=clock)
    at(engine, task)
    sent = []
    for _ in range(20):  # ten minutes, five leases are five
        sent += upkeep.tick(engine)
        clock.now += timedelta(seconds=30)
    assert [todo.task for todo in sent] == [task] * times
    work_off(engine, sent)
    assert engine.runs.latest("acme", 1)[0].status == "done"


@pytest.mark.parametrize(
    ("error", "code"),
    [(PlanError("parts of two plans", code="STALE"), "STALE"), (KeyError("plan"), "DEFECT")],
)
def test_a_run_that_cannot_be_moved_on_ends_and_the_tick_sees_to_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2), mapping=SCHEDULED)
    engine = replace(engine, portals=lambda: ["acme", "other"])
    broken = at(engine, "compute_chunk")

    def broken_plan(*_: object) -> None:
        raise error

    monkeypatch.setattr(assemble, "assemble", broken_plan)
    todos = upkeep.tick(engine)
    assert [todo.task for todo in todos] == ["sync_portal"], "the other portal's schedule"
    work_off(engine, broken)
    ended = engine.runs.latest("acme", 1)[0]
    assert (ended.status, ended.code) == ("failed", code)
    assert engine.runs.running("acme") is None


def test_a_defect_before_anything_is_read_ends_the_run(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2))

    def connect(*_: object) -> Any:
        raise ZeroDivisionError

    run = sync.start(engine, "acme", mode="queue")
    assert sync.begin(replace(engine, connect=connect), run.id) == []
    assert engine.runs.get(run.id).code == "DEFECT"


def test_a_sync_whose_command_died_is_gone_on_with_where_a_schedule_waits_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, portal = Clock(), FakePortal(2)
    engine = make_engine(tmp_path, portal, FakeSource(2), mapping=SCHEDULED, clock=clock)
    run = sync.start(engine, "acme", as_of=AS_OF)
    (first, *_) = sync.begin(engine, run.id)
    until = clock.now + engine.limits.lease
    engine.chunks.claim(int(first.id), owner="died", now=clock.now, until=until)

    clock.now = until + 5 * engine.limits.lease - timedelta(seconds=1)
    assert upkeep.tick(engine) == [], "it may only be slow"
    clock.now += timedelta(seconds=1)
    with caplog.at_level(logging.WARNING, "syncworker"):
        todos = upkeep.tick(engine)
    assert first in todos
    assert "workers go on with a sync that was cut short" in caplog.text
    work_off(engine, todos)
    assert engine.runs.get(run.id).status == "done"
    assert portal.companies["0"]["saas_mrr"] == "10"
    clock.now += timedelta(hours=1)
    assert [todo.task for todo in upkeep.tick(engine)] == ["sync_portal"], "the schedule is free"


def test_a_command_that_is_still_at_work_keeps_its_run(tmp_path: Path) -> None:
    clock = Clock()
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2), mapping=SCHEDULED, clock=clock)
    run = sync.start(engine, "acme", as_of=AS_OF)
    (first, *_) = sync.begin(engine, run.id)
    until = clock.now + timedelta(hours=1)  # renewed all the time
    engine.chunks.claim(int(first.id), owner="at work", now=clock.now, until=until)
    clock.now = until
    assert upkeep.tick(engine) == []
    assert engine.runs.get(run.id).mode == "inline"
    assert engine.runs.hand_over(run.id)
    assert not engine.runs.hand_over(run.id)


def test_a_plan_whose_command_died_is_closed_where_a_schedule_waits_for_it(tmp_path: Path) -> None:
    clock = Clock()
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2), mapping=SCHEDULED, clock=clock)
    run = sync.start(engine, "acme", kind="plan")
    clock.now += 5 * engine.limits.lease
    assert upkeep.tick(engine) == []
    assert engine.runs.get(run.id).code == "CUT_SHORT"
    assert [todo.task for todo in upkeep.tick(engine)] == ["sync_portal"]


@pytest.mark.parametrize("kind", ["rollback", "repair"])
def test_a_run_whose_question_may_still_be_open_is_not_closed(
    tmp_path: Path, kind: RunKind
) -> None:
    clock = Clock()
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2), mapping=SCHEDULED, clock=clock)
    run = sync.start(engine, "acme", kind=kind)
    clock.now += timedelta(minutes=19)
    assert upkeep.tick(engine) == []
    assert engine.runs.get(run.id).finished_at is None
    clock.now += timedelta(minutes=1)
    assert upkeep.tick(engine) == []
    assert engine.runs.get(run.id).code == "CUT_SHORT"


@pytest.mark.parametrize("deferred", [False, True])
def test_an_apply_that_has_begun_to_send_is_left_to_its_command(
    tmp_path: Path, *, deferred: bool
) -> None:
    clock = Clock()
    portal = FakePortal(1)
    engine = make_engine(tmp_path, portal, FakeSource(1), mapping=SCHEDULED, clock=clock)
    plan = RecordPlan("companies", "a0", "a0", "0", "update", (Change("saas_mrr", "", "9"),))
    run = ready_plan.start(engine, "acme", [plan], kind="apply")
    sync.onward(engine, run.id)
    assert engine.runs.get(run.id).step == "push"
    if deferred:
        engine.runs.defer(run.id, until=clock.now + timedelta(hours=9), message="used up")
    clock.now += timedelta(hours=10)
    assert upkeep.tick(engine) == []
    left = engine.runs.get(run.id)
    assert (left.finished_at, left.mode) == (None, "inline")
    assert inline.carry_out(engine, left, "me").status == "done"
    assert portal.companies["0"]["saas_mrr"] == "9"


def test_a_chunk_that_waits_for_hubspot_is_not_sent_a_second_time(tmp_path: Path) -> None:
    clock = Clock()
    portal = Busy(2, RateLimited("used up", retry_after=600))
    engine = make_engine(tmp_path, portal, FakeSource(2), clock=clock)
    (todo,) = at(engine, "push_chunk")
    with pytest.raises(RateLimited):
        sync.work(engine, int(todo.id), "me")
    for minutes in (1, 5, 9, 14):  # its own message comes after ten; then it may be lost
        clock.now = Clock().now + timedelta(minutes=minutes)
        assert upkeep.tick(engine) == []
    clock.now += timedelta(minutes=2)
    assert upkeep.tick(engine) == [todo]
    work_off(engine, [todo])
    assert engine.runs.latest("acme", 1)[0].status == "done"


def test_an_outage_ends_the_run_after_four_tries_with_hubspots_words(tmp_path: Path) -> None:
    portal = Busy(2, *[Unavailable("HubSpot answered 503", code="HUBSPOT_503")] * 9)
    engine = make_engine(tmp_path, portal, FakeSource(2))
    (todo,) = at(engine, "push_chunk")
    for _ in range(3):
        with pytest.raises(Unavailable):
            sync.work(engine, int(todo.id), "me")
    assert sync.work(engine, int(todo.id), "me") == []
    ended = engine.runs.latest("acme", 1)[0]
    assert (ended.status, ended.code) == ("failed", "HUBSPOT_503")
    assert len(portal.errors) == 5


def test_a_try_that_got_further_is_not_the_last_one(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(9), Breaking(9))
    run = sync.start(engine, "acme", mode="queue")
    (todo, *_) = sync.begin(engine, run.id)
    now = engine.clock()
    for _ in range(engine.limits.attempts - 1):
        engine.chunks.claim(int(todo.id), owner="me", now=now, until=now + engine.limits.lease)
    for _ in range(4):  # the stream's pages, one a try
        with pytest.raises(SourceError):
            sync.work(engine, int(todo.id), "me")
    assert engine.runs.get(run.id).status == "running"


def test_stopping_a_command_often_is_not_taken_for_a_chunk_that_kills(tmp_path: Path) -> None:
    portal = Busy(2, *[KeyboardInterrupt()] * 6)
    engine = make_engine(tmp_path, portal, FakeSource(2))
    run = sync.start(engine, "acme", as_of=AS_OF)
    for _ in range(6):
        with pytest.raises(KeyboardInterrupt):
            inline.carry_out(engine, run, "me")
    assert inline.carry_out(engine, run, "me").status == "done"


def test_a_chunk_that_kills_its_worker_each_time_ends_the_run_and_is_named(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2))
    (todo,) = at(engine, "push_chunk")
    now = engine.clock()
    for _ in range(engine.limits.attempts):
        engine.chunks.claim(int(todo.id), owner="me", now=now, until=now + engine.limits.lease)
    assert sync.work(engine, int(todo.id), "me") == []
    ended = engine.runs.latest("acme", 1)[0]
    assert (ended.status, ended.code) == ("failed", "CHUNK_POISONED")
    assert "(push {'first': 0, 'last': 1}) was begun 4 times" in ended.message
    assert sync.work(engine, int(todo.id), "me") == [], "nobody can claim it any more"


def test_a_start_that_hubspot_refuses_is_tried_again_and_then_ends_the_run(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(2), FakeSource(2))

    def connect(*_: object) -> Any:
        raise Unavailable("HubSpot answered 503")

    engine = replace(engine, connect=connect)
    run = sync.start(engine, "acme", mode="queue")
    with pytest.raises(Unavailable):
        sync.begin(engine, run.id, last_try=False)
    assert engine.runs.get(run.id).status == "running"
    assert sync.begin(engine, run.id) == []
    assert engine.runs.get(run.id).message == "HubSpot answered 503"


def test_a_state_database_that_is_away_between_two_steps_ends_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = FakePortal(2)
    engine = make_engine(tmp_path, portal, FakeSource(2))
    (todo,) = at(engine, "compute_chunk")

    def away(*_: object) -> None:
        raise StoreError("the state database cannot be used")

    with monkeypatch.context() as broken:
        broken.setattr(assemble, "assemble", away)
        with pytest.raises(StoreError):
            sync.work(engine, int(todo.id), "me")
    work_off(engine, upkeep.tick(engine))
    assert engine.runs.latest("acme", 1)[0].status == "done"
    assert portal.companies["0"]["saas_mrr"] == "10"
