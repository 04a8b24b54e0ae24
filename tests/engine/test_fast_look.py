"""The fast lane of polled streams: new rows start a run about whom they name, others start none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from support.fake_engine import MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import fast_lane, finish, inline, pausing, schedules, sync, upkeep
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.ports import Page
from syncworker.engine.prune import prune
from syncworker.engine.run_words import RunStatus
from syncworker.engine.todo import Todo
from syncworker.errors import SourceError

WITH_TRIALS = (
    MAPPING.replace("accounts: {query: x}", "accounts: {query: x}\n      users: {query: x}")
    .replace("      subscriptions:", "      trials: {query: x, cursor: u}\n      subscriptions:")
    .replace("saas_mrr: mrr,", "saas_mrr: mrr, saas_trials: trial_requested_at,")
    + "schedule: {every: 1d, fast: {every: 1m, streams: [trials]}}\n"
)


class Source(FakeSource):
    """Reads its trials from a cursor, less an overlap: it always meets them all again."""

    def __init__(self, accounts: int) -> None:
        super().__init__(accounts)
        self.page = 100
        self.read: list[str | None] = []
        self.error: SourceError | None = None
        self.streams["trials"] = []

    def incremental(self, stream: str) -> bool:
        return stream == "trials"

    def full_every(self, stream: str) -> timedelta | None:
        return timedelta(seconds=1)

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        if stream == "trials":
            self.read.append(since)
            if self.error is not None:
                raise self.error
        for page in super().pages(stream, since=since, resume=resume, watermark=watermark):
            yield page if self.streams[stream] else replace(page, cursor=None)


class World:
    """A portal, its app, and the clock."""

    def __init__(self, folder: Path, *, accounts: int = 6) -> None:
        self.portal, self.source, self.clock = FakePortal(accounts), Source(accounts), Clock()
        self.portal.types["saas_trials"] = "datetime"
        self.folder = folder
        self.engine = self.open()

    def open(self) -> Engine:
        parts = (self.portal, self.source)
        return make_engine(self.folder, *parts, mapping=WITH_TRIALS, clock=self.clock)

    def trial(self, number: int) -> None:
        asked = self.clock.now - timedelta(minutes=1)
        trial = {"trial_id": f"t{number}", "account_id": f"a{number}", "requested_at": asked}
        self.source.streams["trials"].append(trial)

    def tick(self) -> list[str]:
        """Tick a minute later and do what it sends; the tasks it sent."""
        self.clock.now += timedelta(minutes=1)
        sent = todos = upkeep.tick(self.engine)
        while todos:
            todos = [more for todo in todos for more in inline.do(self.engine, todo, "worker")]
        return [todo.task for todo in sent]

    def latest(self) -> Run:
        return self.engine.runs.latest("acme", 1)[0]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("synced"))
    assert world.tick() == ["sync_portal"]
    assert world.latest().status == "done"
    return world


@pytest.fixture
def world(synced: World, tmp_path: Path) -> World:
    made = World(copytree(synced.folder, tmp_path / "world"))
    made.portal, made.source, made.clock = deepcopy((synced.portal, synced.source, synced.clock))
    made.engine = made.open()
    made.portal.written.clear()
    made.source.read.clear()
    return made


def test_without_news_no_run_is_made_and_hubspot_is_not_asked(world: World) -> None:
    before, requests = world.latest().id, world.portal.requests
    assert [world.tick(), world.tick()] == [["look_for_news"]] * 2
    assert (world.latest().id, world.portal.requests) == (before, requests)
    assert len(world.source.read) == 2


@pytest.mark.every_metric
def test_a_new_trial_starts_a_run_about_its_account_and_what_was_met_again_does_not(
    world: World,
) -> None:
    for item in world.source.streams["subscription_items"]:
        item["unit_amount"] += 100  # waits for the next sync: it is not read
    world.trial(3)

    world.tick()

    run = world.latest()
    assert (run.status, run.priority) == ("done", "interactive")
    assert run.options == {"streams": ["app.trials"], "people": [], "fast": True}
    assert [key for key, _ in world.portal.written] == ["a3"]
    assert world.portal.companies["3"]["saas_trials"]
    world.tick()
    assert world.latest() == run, "what a cursor meets again is no news"
    world.trial(4)
    world.portal.written.clear()
    world.tick()
    assert [key for key, _ in world.portal.written] == ["a4"], "the third is not sent again"
    assert world.source.read[-1] == "read before", "nor is the stream read whole"
    staged = world.engine.pages.staged("acme", "trials")
    assert [page.rows for page in staged] == [1, 1]


def test_while_the_portal_is_held_or_paused_it_waits(world: World) -> None:
    world.trial(1)
    held = sync.start(world.engine, "acme", kind="plan")
    assert world.tick() == []
    assert schedules.look(world.engine, "acme") == [], "it was free when the tick looked"
    world.engine.runs.finish(replace(held, status="planned", finished_at=world.clock.now))
    pausing.pause(world.engine, "acme", why="", lasting=None)
    assert world.tick() == []
    assert schedules.look(world.engine, "acme") == []
    pausing.resume(world.engine, "acme")
    assert world.tick() == ["look_for_news"]
    assert world.latest().options["fast"]


def test_a_look_that_takes_long_is_not_overtaken_and_one_that_is_lost_is_made_again(
    world: World,
) -> None:
    world.clock.now += timedelta(minutes=1)
    assert upkeep.tick(world.engine) == [Todo("look_for_news", "acme")]
    for _ in range(14):
        world.clock.now += timedelta(minutes=1)
        assert upkeep.tick(world.engine) == []
    world.clock.now += timedelta(minutes=1)
    assert upkeep.tick(world.engine) == [Todo("look_for_news", "acme")]
    assert schedules.look(world.engine, "acme") == []
    assert world.tick() == ["look_for_news"], "done, the next slot is due again"


def test_a_source_in_trouble_is_told_and_looked_at_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.source.error = SourceError("the database is down", retry=True)
    with caplog.at_level(logging.WARNING, "syncworker"):
        world.tick()
    assert "the fast lane could not look: the database is down" in caplog.text
    world.source.error = None
    assert world.tick() == ["look_for_news"]


def test_who_was_forgotten_is_no_news(world: World) -> None:
    before = world.latest()
    world.engine.forgotten.keep_out("acme", {"account_id": ["a2"]}, "r1", world.clock.now)
    world.trial(2)
    assert [world.tick(), world.tick()] == [["look_for_news"]] * 2
    assert world.latest() == before


def test_before_its_first_reading_a_stream_is_left_to_the_sync(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.trial(1)
    assert schedules.look(world.engine, "acme") == []
    assert world.source.read == []


@pytest.mark.every_metric
@pytest.mark.long
def test_a_stream_that_keeps_no_place_is_not_read_whole_each_minute(world: World) -> None:
    world.trial(1)
    world.tick()
    world.source.streams["trials"].clear()
    world.clock.now += timedelta(days=1)
    world.tick()  # the daily sync meets no trial: its reading keeps no cursor
    world.source.read.clear()
    world.tick()
    assert world.source.read == [None], "an empty stream costs nothing"


def test_without_a_fast_lane_nobody_looks(world: World) -> None:
    engine = replace(world.engine, mapping_text=lambda _: WITH_TRIALS.split("schedule:")[0])
    assert schedules.look(engine, "acme") == []
    assert world.source.read == []


@pytest.mark.parametrize(("status", "looks"), [("refused", False), ("done", True)])
def test_what_the_guard_has_refused_waits_whatever_else_was_done_to_the_portal_since(
    world: World, status: RunStatus, looks: bool
) -> None:
    world.clock.now += timedelta(minutes=1)
    run = sync.start(world.engine, "acme")
    world.engine.runs.finish(replace(run, status=status, finished_at=world.clock.now))
    world.clock.now += timedelta(minutes=1)
    prune(world.engine, "acme")
    world.clock.now += timedelta(minutes=1)
    failed = sync.start(world.engine, "acme")
    finish.fail(world.engine, failed, SourceError("the database is away"))
    world.clock.now += timedelta(hours=1)
    world.trial(3)
    assert (fast_lane.look(world.engine, "acme") is not None) == looks
