"""Schedules: which runs start when, after what was missed, and what keeps them from starting."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import finish, pausing, schedules, sync, upkeep
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.errors import ConfigError, MappingError, StoreError, SyncworkerError

BERLIN = MAPPING.replace("currency: EUR", "currency: EUR, timezone: Europe/Berlin")


class World:
    """A portal with a schedule, and a clock that moves. Runs end as soon as they are told to."""

    def __init__(self, folder: Path, schedule: str, *, at: str = "2026-11-21T06:07") -> None:
        self.clock = Clock()
        self.clock.now = datetime.fromisoformat(at).replace(tzinfo=UTC)
        self.text = f"{BERLIN}schedule: {schedule}\n"
        self.folder = folder
        self.engine = self.beat()

    def beat(self) -> Engine:
        """An engine of its own, as another machine's."""
        made = make_engine(self.folder, FakePortal(1), FakeSource(1), clock=self.clock)
        return replace(made, mapping_text=lambda _: self.text)

    def tick(self, at: str | None = None) -> list[str]:
        """Tick; ids of the runs and portals it sends workers to."""
        if at is not None:
            self.clock.now = datetime.fromisoformat(at).replace(tzinfo=UTC)
        return [str(todo.id) for todo in upkeep.tick(self.engine) if todo.task != "finish_run"]

    def run(self, at: str | None = None) -> dict[str, Any] | None:
        """Tick and end the run it starts: its options; None: it starts none."""
        started = self.tick(at)
        if not started:
            return None
        (id_,) = started
        run = self.engine.runs.get(id_)
        self.end(run)
        return dict(run.options)

    def end(self, run: Run) -> None:
        finish.fail(self.engine, run, SyncworkerError("ended by the test"))

    def next(self, job: str = "sync") -> str:
        (found,) = [one for one in self.engine.schedules.of("acme") if one.job == job]
        return f"{found.next_at:%m-%dT%H:%M}"


def test_an_interval_starts_at_once_and_then_once_per_slot(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 15m}")
    assert world.run() == {}
    assert world.run("2026-11-21T06:14:59") is None
    assert world.run("2026-11-21T06:15") == {}
    assert world.run("2026-11-21T06:15:30") is None


def test_after_a_day_switched_off_one_run_makes_up_what_was_missed(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 15m, full_at: 02:00}")
    world.run()
    assert world.run("2026-11-22T13:20") == {"full": True}, "the whole reading does both"
    assert world.run("2026-11-22T13:21") is None
    assert world.run("2026-11-22T13:30") == {}
    assert world.next("full") == "11-23T01:00"


def test_a_whole_reading_reads_every_stream_whole(tmp_path: Path) -> None:
    world = World(tmp_path, "{full_at: 02:00}", at="2026-11-21T00:59")
    assert world.tick() == []
    (id_,) = world.tick("2026-11-21T01:00")
    todos = sync.begin(world.engine, id_)
    until = world.clock.now + timedelta(minutes=1)
    claim = world.engine.chunks.claim
    chunks = [claim(int(t.id), owner="me", now=world.clock.now, until=until) for t in todos]
    assert [chunk and chunk.payload["full"] for chunk in chunks] == [True] * 3


def test_times_of_day_wait_for_their_time_and_follow_the_clocks(tmp_path: Path) -> None:
    world = World(tmp_path, '{daily_at: ["02:30", "18:00"]}', at="2026-03-28T12:00")
    assert world.run() is None, "nobody asked for one now"
    assert world.run("2026-03-28T17:00") == {}
    assert world.run("2026-03-29T00:59") is None
    assert world.run("2026-03-29T01:00") == {}, "half past two does not exist in this night"
    assert world.run("2026-03-29T01:30") is None
    assert world.run("2026-03-29T16:00") == {}
    world.clock.now = datetime(2026, 10, 24, 20, tzinfo=UTC)
    world.run()
    assert world.run("2026-10-25T00:30") == {}
    assert world.run("2026-10-25T01:30") is None, "half past two comes twice in this night"


def test_a_run_that_outlasts_its_slots_is_followed_by_one(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 15m}")
    (first,) = world.tick()
    for minute in ("06:15", "06:30", "06:45"):
        assert world.tick(f"2026-11-21T{minute}") in ([], [first])
    world.clock.now += timedelta(minutes=2)
    world.end(world.engine.runs.get(first))
    (todo,) = schedules.due(world.engine, "acme")
    world.end(world.engine.runs.get(str(todo.id)))
    assert schedules.due(world.engine, "acme") == []
    assert world.next() == "11-21T07:00"


def test_of_beats_that_tick_at_once_one_starts_the_run(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 15m}")
    beats = [world.beat() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda beat: schedules.due(beat, "acme"), beats))
    assert sum(len(todos) for todos in started) == 1
    assert len(world.engine.runs.latest(None, 9)) == 1


def test_a_first_tick_after_an_update_starts_no_second_sync_in_a_slot(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 1h}", at="2026-11-21T06:20")
    world.end(sync.start(world.engine, "acme", mode="queue"))
    world.clock.now += timedelta(minutes=5)
    assert world.run() is None
    assert world.run("2026-11-21T07:00") == {}


def test_a_changed_schedule_counts_from_the_next_tick_and_one_that_is_gone_leaves_nothing(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, "{every: 6h, full_at: 03:00}")
    world.run()
    world.text = world.text.replace("6h, full_at: 03:00", "15m")
    assert world.run("2026-11-21T06:10") is None
    assert world.next() == "11-21T06:15"
    assert [job.job for job in world.engine.schedules.of()] == ["sync"]
    world.text = BERLIN
    assert world.run("2026-11-21T06:15") is None
    assert world.engine.schedules.of() == []
    world.text = f"{BERLIN}schedule: {{every: 1h}}\n"
    world.tick()


def test_jobs_are_forgotten_a_day_after_their_portal_is_gone(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 1h}")
    world.run()
    for portals in ([], ["other"]):  # the folder is away, or one mapping
        world.engine = replace(world.engine, portals=lambda found=portals: found)
        world.tick("2026-11-22T06:59")
        assert world.engine.schedules.of("acme") != []
    world.tick("2026-11-22T07:01")
    assert world.engine.schedules.of("acme") == []


def test_a_slot_that_waits_is_not_lost_when_its_timetable_is_edited(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 6h, full_at: 03:00}")
    (first,) = world.tick()
    world.clock.now += timedelta(days=1)
    world.text = world.text.replace("6h, full_at: 03:00", "4h, full_at: 04:00")
    world.tick()
    world.end(world.engine.runs.get(first))
    assert world.run() == {"full": True}
    assert world.run() is None
    assert world.next("full") == "11-23T03:00"


def test_a_paused_portal_starts_nothing_and_makes_up_once_resumed(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 15m, full_at: 02:00}")
    world.run()
    pausing.pause(world.engine, "acme", why="a move", lasting=None)
    assert world.run("2026-11-21T09:00") is None
    with pytest.raises(ConfigError, match="paused since 2026-11-21 06:07 UTC: a move") as told:
        sync.start(world.engine, "acme")
    assert told.value.help.startswith("syncworker resume acme")
    for kind in ("plan", "extract", "rollback"):
        world.end(sync.start(world.engine, "acme", kind=kind))
    assert pausing.resume(world.engine, "acme") is not None
    assert pausing.resume(world.engine, "acme") is None
    assert world.run() == {}
    assert world.run() is None


def test_a_pause_with_an_end_ends(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 15m}")
    world.run()
    pausing.pause(world.engine, "acme", why="", lasting=timedelta(hours=2))
    assert world.run("2026-11-21T08:06") is None
    assert world.run("2026-11-21T08:07") == {}
    assert world.engine.pauses.all() == {}
    assert pausing.resume(world.engine, "acme") is None


def test_a_run_at_work_goes_on_while_its_portal_is_paused(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 15m}")
    (id_,) = world.tick()
    pausing.pause(world.engine, "acme", why="", lasting=None)
    sync.begin(world.engine, id_)
    assert world.engine.runs.get(id_).step == "extract"


def test_only_a_portal_that_there_is_can_be_paused(tmp_path: Path) -> None:
    world = World(tmp_path, "{every: 15m}")
    with pytest.raises(MappingError, match="no portal acm") as told:
        pausing.pause(world.engine, "acm", why="", lasting=None)
    assert "did you mean `acme`?" in told.value.help


def test_one_broken_portal_never_stops_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, "{every: 15m}")

    def text(portal: str) -> str:
        if portal == "defect":
            raise ZeroDivisionError
        if portal == "store":
            raise StoreError("the disk is full")
        return {"bad": "version: 2\n"}.get(portal, world.text)

    portals = ["bad", "defect", "store", "acme"]
    world.engine = replace(world.engine, mapping_text=text, portals=lambda: portals)
    with caplog.at_level(logging.WARNING, "syncworker"):
        assert len(world.tick()) == 1
    assert world.engine.runs.running("acme") is not None
    for told in ("bad.yaml has", "a defect kept the schedule", "the disk is full"):
        assert told in caplog.text


def test_one_broken_run_never_stops_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, "{every: 15m}")
    world.engine = replace(world.engine, portals=lambda: ["acme", "other", "third"])
    world.tick()
    onward, errors = sync.onward, [StoreError("locked"), ZeroDivisionError()]

    def broken(engine: Engine, run_id: str) -> list[Any]:
        if errors:
            raise errors.pop()
        return onward(engine, run_id)

    monkeypatch.setattr(sync, "onward", broken)
    assert len(world.tick()) == 1
    assert "locked" in caplog.text
    assert "a defect kept a run" in caplog.text
