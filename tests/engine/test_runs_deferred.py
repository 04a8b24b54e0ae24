"""Where the portal's daily requests are used up the run rests, unharmed, until its next day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import (
    AS_OF,
    MAPPING,
    WITH_CONTACTS,
    Clock,
    FakePortal,
    FakeSource,
    make_engine,
)

from syncworker.engine import inline, sync, upkeep
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.ports import PortalRecord, PropertyDefinition
from syncworker.engine.todo import Todo
from syncworker.errors import ClaimLost, LockHeld, RateLimited, Unauthorized
from syncworker.planning.records import Batch, RecordOutcome

HOUR = 3600.0
SCHEDULED = f"{WITH_CONTACTS}schedule: {{every: 1h}}\n"
BERLIN = MAPPING.replace("{currency: EUR}", "{currency: EUR, timezone: Europe/Berlin}")


class Rationed(FakePortal):
    """HubSpot that has so many requests left today; the day ends in an hour."""

    def __init__(self, companies: int, left: int) -> None:
        super().__init__(companies)
        self.left = left
        self.refused = 0

    def take(self) -> None:
        if not self.left:
            self.refused += 1
            raise RateLimited("no more today", retry_after=HOUR, policy="DAILY")
        self.left -= 1

    def properties(self, object_name: str) -> Mapping[str, PropertyDefinition]:
        self.take()
        return super().properties(object_name)

    def find(self, *arguments: Any, **more: Any) -> Mapping[str, tuple[PortalRecord, ...]]:
        self.take()
        return super().find(*arguments, **more)

    def read(self, *arguments: Any) -> Mapping[str, PortalRecord]:
        self.take()
        return super().read(*arguments)

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        self.take()
        return super().write(batch)

    def associated(self, *arguments: Any) -> Mapping[str, frozenset[str]]:
        self.take()
        return super().associated(*arguments)

    def associate(self, *arguments: Any) -> Any:
        self.take()
        return super().associate(*arguments)


def complete(portal: FakePortal) -> None:
    assert [portal.companies[str(i)]["saas_mrr"] for i in range(5)] == [
        f"{(1000 + i) / 100:g}" for i in range(5)
    ]
    assert len(portal.together) == 5


def whole_cost(folder: Path) -> int:
    portal = Rationed(5, left=10_000)
    engine = make_engine(folder, portal, FakeSource(5), mapping=SCHEDULED)
    assert inline.carry_out(engine, sync.start(engine, "acme"), "me").status == "done"
    return 10_000 - portal.left


def work_off(engine: Engine, todos: Sequence[Todo]) -> None:
    while todos:
        todos = [more for todo in todos for more in inline.do(engine, todo, "worker")]


@pytest.mark.long
@pytest.mark.parametrize("mode", ["inline", "queue"])
def test_wherever_the_day_ends_the_run_rests_and_then_goes_on_to_the_same_end(
    tmp_path: Path, mode: str
) -> None:
    cost = whole_cost(tmp_path / "whole")
    assert cost >= 8
    for left in range(cost):
        clock = Clock()
        portal = Rationed(5, left)
        engine = make_engine(
            tmp_path / str(left), portal, FakeSource(5), mapping=SCHEDULED, clock=clock
        )
        run = sync.start(engine, "acme", mode=mode)
        go_on = _command if mode == "inline" else _workers
        go_on(engine, run)

        rests = engine.runs.get(run.id)
        assert rests.status == "running", left
        assert rests.finished_at is None
        assert rests.deferred_until is not None
        assert timedelta(0) < rests.deferred_until - clock.now - timedelta(hours=1) < _MINUTE
        with pytest.raises(LockHeld, match="daily requests are used up: goes on at"):
            sync.start(engine, "acme")

        refused, portal.left = portal.refused, 10_000
        clock.now = rests.deferred_until - timedelta(seconds=1)
        go_on(engine, run)
        assert engine.runs.get(run.id) == rests, "not a moment sooner"
        assert (portal.left, portal.refused) == (10_000, refused)

        clock.now = rests.deferred_until
        go_on(engine, run)
        done = engine.runs.get(run.id)
        assert (done.status, done.deferred_until, done.message) == ("done", None, "")
        assert done.summary["outcomes"] == {"sent": 5}
        complete(portal)
        keys = [key for key, _ in portal.written]
        assert sorted(keys) == [f"a{i}" for i in range(5)], "none is sent twice"


_MINUTE = timedelta(minutes=1)


def _command(engine: Engine, run: Run) -> None:
    inline.carry_out(engine, run, "me")


def _workers(engine: Engine, run: Run) -> None:
    work_off(engine, upkeep.tick(engine))


def deferred(engine: Engine, **more: Any) -> Run:
    run = sync.start(engine, "acme", as_of=AS_OF, **more)
    inline.carry_out(engine, run, "me")
    return engine.runs.get(run.id)


def test_the_message_says_when_it_goes_on_in_the_mappings_zone_and_in_utc(tmp_path: Path) -> None:
    clock = Clock()
    clock.now = clock.now.replace(hour=22)
    engine = make_engine(tmp_path, Rationed(2, 0), FakeSource(2), mapping=BERLIN, clock=clock)
    assert deferred(engine).message == (
        "the portal's daily requests are used up: "
        "goes on at 2026-11-22 00:00 Europe/Berlin (23:00 UTC)"
    )
    plain = make_engine(tmp_path / "utc", Rationed(2, 0), FakeSource(2), clock=clock)
    assert deferred(plain).message.endswith("goes on at 2026-11-21 23:00 UTC")


def test_a_message_on_its_way_when_the_run_is_deferred_gives_its_chunk_back_and_asks_nothing(
    tmp_path: Path,
) -> None:
    portal = Rationed(5, 10_000)
    engine = make_engine(tmp_path, portal, FakeSource(5))
    todos = [Todo("sync_portal", sync.start(engine, "acme", mode="queue").id)]
    while todos[0].task != "push_chunk":
        todos = [more for todo in todos for more in inline.do(engine, todo, "worker")]
    assert len(todos) == 2
    portal.left = 0
    assert inline.do(engine, todos[0], "worker") == []
    assert portal.refused == 1
    assert inline.do(engine, todos[1], "other") == []
    assert portal.refused == 1, "it was not even tried"
    until = engine.runs.queued()[0].deferred_until
    assert until is not None
    again = engine.chunks.claim(int(todos[0].id), owner="x", now=until, until=until)
    assert again is not None
    assert again.attempts == 1, "being deferred is no attempt that failed"


def test_a_start_that_comes_again_while_the_run_rests_does_nothing(tmp_path: Path) -> None:
    portal = Rationed(2, 0)
    engine = make_engine(tmp_path, portal, FakeSource(2))
    run = sync.start(engine, "acme", mode="queue")
    assert sync.begin(engine, run.id, last_try=False) == []
    assert sync.begin(engine, run.id, last_try=False) == []
    assert portal.refused == 1


def test_a_schedule_starts_nothing_while_the_portals_run_rests(tmp_path: Path) -> None:
    clock = Clock()
    engine = make_engine(tmp_path, Rationed(2, 0), FakeSource(2), mapping=SCHEDULED, clock=clock)
    work_off(engine, upkeep.tick(engine))
    (run,) = engine.runs.latest(None, 9)
    for _ in range(6):
        clock.now += timedelta(minutes=9)
        assert upkeep.tick(engine) == []
    assert engine.runs.latest(None, 9) == [engine.runs.get(run.id)]


def test_workers_take_a_commands_deferred_run_over_some_time_after_its_moment(
    tmp_path: Path,
) -> None:
    clock, portal = Clock(), Rationed(5, 6)
    engine = make_engine(tmp_path, portal, FakeSource(5), mapping=SCHEDULED, clock=clock)
    run = deferred(engine)
    assert run.deferred_until is not None
    portal.left = 10_000
    clock.now = run.deferred_until + 4 * engine.limits.lease
    assert upkeep.tick(engine) == [], "its command may come first"
    clock.now = run.deferred_until + 5 * engine.limits.lease
    work_off(engine, upkeep.tick(engine))
    work_off(engine, upkeep.tick(engine))
    assert engine.runs.get(run.id).status == "done"
    complete(portal)


def test_a_plan_is_deferred_likewise(tmp_path: Path) -> None:
    clock, portal = Clock(), Rationed(5, 1)
    engine = make_engine(tmp_path, portal, FakeSource(5), clock=clock)
    run = deferred(engine, kind="plan")
    assert (run.status, run.step) == ("running", "compute")
    assert run.deferred_until is not None
    clock.now, portal.left = run.deferred_until, 10_000
    assert inline.carry_out(engine, run, "me").status == "planned"


@pytest.mark.parametrize("policy", ["TEN_SECONDLY_ROLLING", "SECONDLY", ""])
def test_another_limit_is_waited_for_and_defers_nothing(tmp_path: Path, policy: str) -> None:
    portal = Rationed(2, 10_000)

    def busy(_: Batch) -> Any:
        raise RateLimited("slower", retry_after=5, policy=policy)

    portal.write = busy
    engine = make_engine(tmp_path, portal, FakeSource(2))
    run = deferred(engine)
    assert (run.status, run.deferred_until) == ("failed", None)


def test_a_run_that_fails_while_it_rests_is_closed_and_no_longer_deferred(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, Rationed(2, 2), FakeSource(2))
    run = deferred(engine)
    sync.finish.fail(engine, run, Unauthorized("the token is wrong"))
    failed = engine.runs.get(run.id)
    assert (failed.status, failed.deferred_until) == ("failed", None)
    assert failed.message == "the token is wrong"


def test_a_worker_that_lost_its_chunk_meanwhile_says_so_and_leaves_it_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = make_engine(tmp_path, Rationed(2, 2), FakeSource(2))

    def lost(*_: Any) -> None:
        raise ClaimLost("another worker's by now")

    chunks = replace(engine, chunks=_Releasing(engine.chunks, lost))
    inline.carry_out(chunks, sync.start(engine, "acme"), "me")
    assert "another worker's by now" in caplog.text
    assert engine.runs.running("acme") is not None


class _Releasing:
    def __init__(self, chunks: Any, release: Callable[..., None]) -> None:
        self._chunks, self.release = chunks, release

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chunks, name)
