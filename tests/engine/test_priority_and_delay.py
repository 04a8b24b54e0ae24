"""Who goes first is the run's, wherever it asks; how long it waited is told at its end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import WITH_CONTACTS, FakePortal, FakeSource, make_engine

from syncworker.cli import show_run
from syncworker.engine import finish, inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Priority, Run
from syncworker.engine.run_words import RunKind
from syncworker.engine.todo import QUEUE_PRIORITY, Todo
from syncworker.errors import Unauthorized
from syncworker.planning.records import Batch, RecordOutcome


class Slow(FakePortal):
    """Waits a second for the budget before each question, two before each write."""

    def find(self, *arguments: Any, **more: Any) -> Any:
        self.waited += 1.0
        return super().find(*arguments, **more)

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        self.waited += 2.0
        return super().write(batch)

    def associate(self, *arguments: Any) -> Any:
        self.waited += 0.25
        return super().associate(*arguments)

    def properties(self, object_name: str) -> Any:
        self.waited += 0.5
        return super().properties(object_name)


def ended(engine: Engine, kind: RunKind = "sync") -> Run:
    return inline.carry_out(engine, sync.start(engine, "acme", kind=kind), "me")


@pytest.mark.parametrize("priority", ["interactive", "scheduled", "backfill"])
def test_every_step_asks_hubspot_and_the_queue_with_the_runs_priority(
    tmp_path: Path, priority: Priority
) -> None:
    portal, asked = FakePortal(3), []
    engine = make_engine(tmp_path, portal, FakeSource(3), mapping=WITH_CONTACTS)

    def connect(_name: str, _mapping: object, wanted: str) -> FakePortal:
        asked.append(wanted)
        return portal

    engine = replace(engine, connect=connect)
    run = sync.start(engine, "acme", mode="queue", priority=priority)
    todos, sent = sync.onward(engine, run.id), []
    while todos:
        sent += todos
        todos = [more for todo in todos for more in inline.do(engine, todo, "worker")]
    assert {todo.task for todo in sent} == {
        "sync_portal", "extract_chunk", "prepare_chunk", "compute_chunk", "push_chunk",
        "associate_chunk", "finish_run",
    }  # fmt: skip
    assert {todo.priority for todo in sent} == {priority}
    assert len(asked) >= 4
    assert set(asked) == {priority}


def test_a_run_is_interactive_unless_said_otherwise_and_goes_first_in_the_queue() -> None:
    assert Todo("sync_portal", "r").priority == "interactive"
    order = sorted(QUEUE_PRIORITY, key=QUEUE_PRIORITY.__getitem__)
    assert order == ["interactive", "scheduled", "backfill"]


def test_the_waits_of_every_step_are_summed_and_told(tmp_path: Path) -> None:
    portal = Slow(3)
    engine = make_engine(tmp_path, portal, FakeSource(3), mapping=WITH_CONTACTS)
    run = ended(engine)
    assert run.summary["delayed_by_budget"] == round(portal.waited, 1) > 3
    assert f"delayed by budget: {portal.waited:.1f} s" in "\n".join(show_run.result_text(run))
    told = show_run.as_document(engine, run, with_plan=False)
    assert told["summary"]["delayed_by_budget"] == round(portal.waited, 1)


def test_a_plan_and_a_failed_run_tell_their_waits_too(tmp_path: Path) -> None:
    portal = Slow(3)
    engine = make_engine(tmp_path, portal, FakeSource(3), mapping=WITH_CONTACTS)
    plan = ended(engine, "plan")
    assert plan.summary["delayed_by_budget"] == round(portal.waited, 1) > 1
    run = sync.start(engine, "acme")
    sync.begin(engine, run.id)
    finish.fail(engine, run, Unauthorized("the token is wrong"))
    assert engine.runs.get(run.id).summary["delayed_by_budget"] == 0.0


def test_a_wait_of_less_than_a_second_is_not_worth_a_word(tmp_path: Path) -> None:
    run = ended(make_engine(tmp_path, FakePortal(3), FakeSource(3)))
    assert "delayed" not in "\n".join(show_run.result_text(run))


def test_associations_are_told_where_there_were_any(tmp_path: Path) -> None:
    run = ended(make_engine(tmp_path, FakePortal(3), FakeSource(3), mapping=WITH_CONTACTS))
    assert "3 associated" in "\n".join(show_run.result_text(run))
