"""What is in HubSpot and what the ledger says it holds do not part for good, whatever breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import finish, inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.todo import Todo
from syncworker.errors import SyncworkerError, Unauthorized, Unavailable
from syncworker.planning.records import Batch, RecordOutcome


class Interrupted(FakePortal):
    """HubSpot whose write is followed by something else before its answer comes."""

    def __init__(self, companies: int) -> None:
        super().__init__(companies)
        self.then: Callable[[], object] | None = None

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        outcomes = super().write(batch)
        if self.then is not None:
            then, self.then = self.then, None
            then()
        return outcomes


class Killed(BaseException):
    """What a kill looks like from inside."""


def raises(error: BaseException) -> Callable[[], object]:
    def then() -> None:
        raise error

    return then


def run(engine: Engine, hours: int = 0) -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours))
    return inline.carry_out(engine, started, "me")


def at_push(engine: Engine, hours: int = 0) -> list[Todo]:
    """A run of workers at its first pushing chunks."""
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours), mode="queue")
    todos = sync.begin(engine, started.id)
    while todos[0].task != "push_chunk":
        todos = [more for todo in todos for more in inline.do(engine, todo, "first")]
    return todos


def prices(source: FakeSource, cents: int) -> None:
    for row in source.streams["subscription_items"]:
        row["unit_amount"] = cents


def agree(engine: Engine, portal: FakePortal, mrr: str) -> None:
    held = {id_: company["saas_mrr"] for id_, company in portal.companies.items()}
    assert set(held.values()) == {mrr}
    ledger = engine.ledger.get("acme", "companies", ["a0", "a1"])
    assert {r.hubspot_id: r.values["saas_mrr"] for r in ledger.values()} == held


@pytest.fixture
def portal() -> Interrupted:
    return Interrupted(2)


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(2)


def test_values_that_were_sent_without_an_answer_are_read_before_the_next_comparison(
    tmp_path: Path, portal: Interrupted, source: FakeSource
) -> None:
    engine = make_engine(tmp_path, portal, source)
    prices(source, 100)
    run(engine)
    prices(source, 900)
    portal.then = raises(Unavailable("no answer in time"))
    assert run(engine, 1).status == "failed"
    assert portal.companies["0"]["saas_mrr"] == "9", "HubSpot had taken it"

    prices(source, 100)  # as the ledger had it

    assert run(engine, 2).status == "done"
    agree(engine, portal, "1")


def test_values_sent_by_a_killed_worker_are_read_when_its_run_failed_for_another_reason(
    tmp_path: Path, portal: Interrupted, source: FakeSource
) -> None:
    engine = make_engine(tmp_path, portal, source)
    prices(source, 100)
    run(engine)
    prices(source, 900)
    portal.then = raises(Killed())
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=1))
    with pytest.raises(Killed):
        inline.carry_out(engine, started, "me")
    finish.fail(engine, engine.runs.get(started.id), SyncworkerError("something else"))
    assert engine.runs.get(started.id).summary["outcomes"] == {"planned": 2}

    prices(source, 100)

    assert run(engine, 2).status == "done"
    agree(engine, portal, "1")


def test_a_worker_that_was_halted_and_sends_too_late_leaves_no_false_ledger(
    tmp_path: Path, portal: Interrupted, source: FakeSource
) -> None:
    """It wakes when its run is over and a newer one has sent newer values: HubSpot has its old."""
    clock = Clock()
    engine = make_engine(tmp_path, portal, source, clock=clock)
    prices(source, 100)
    (late,) = at_push(engine)

    def meanwhile() -> None:
        old = {id_: dict(company) for id_, company in portal.companies.items()}
        clock.now += timedelta(minutes=2)
        todos = [late]
        while todos:
            todos = [more for todo in todos for more in inline.do(engine, todo, "second")]
        prices(source, 900)
        assert run(engine, 1).status == "done"
        portal.companies.update(old)  # what the halted worker sent arrives now

    portal.then = meanwhile
    assert sync.work(engine, int(late.id), "first") == []
    assert portal.companies["0"]["saas_mrr"] == "1"

    assert run(engine, 2).status == "done"
    agree(engine, portal, "9")


@pytest.mark.parametrize(
    "error", [Unauthorized("no"), Unavailable("later"), ZeroDivisionError()], ids=type
)
def test_an_error_of_an_old_owner_does_not_end_the_run_of_the_new_one(
    tmp_path: Path, portal: Interrupted, source: FakeSource, error: Exception
) -> None:
    clock = Clock()
    engine = make_engine(tmp_path, portal, source, clock=clock)
    (todo,) = at_push(engine)

    def taken_over() -> None:
        clock.now += timedelta(minutes=2)
        until = clock.now + engine.limits.lease
        assert engine.chunks.claim(int(todo.id), owner="second", now=clock.now, until=until)
        raise error

    portal.then = taken_over
    assert sync.work(engine, int(todo.id), "first") == []
    (still,) = engine.runs.queued()
    assert still.status == "running"
    todos: list[Todo] = [todo]
    while todos:
        todos = [more for todo in todos for more in inline.do(engine, todo, "second")]
    assert engine.runs.get(still.id).status == "done"
