"""The fast lane: when a run starts, whom it is about, and what it leaves alone."""

from __future__ import annotations

import json
from copy import copy, deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from support.fake_engine import MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import fast_lane, finish, inline, pausing, schedules, sync, upkeep
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.inline import do
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.todo import Todo
from syncworker.errors import SyncworkerError, Unauthorized
from syncworker.planning.records import RecordOutcome
from syncworker.sources.registry import Surroundings, build

pytestmark = pytest.mark.every_metric
WITH_WEBSITE = MAPPING.replace(
    "accounts: {query: x}", "accounts: {query: x}\n      users: {query: x}"
).replace(
    "objects:",
    """\
  website: {kind: webhook, secret: env:X, streams: [demo_requests]}
  stripe: {kind: webhook, format: stripe, secret: env:X, streams: [subscriptions]}
objects:
  contacts: {match: {property: email, column: email}, properties: {saas_demos: demo_count}}""",
)
WAITING = {"streams": ["website.demo_requests"], "people": []}
ACCOUNTS = 12


class World:
    """A portal, its app, and what websites and Stripe send."""

    def __init__(self, folder: Path) -> None:
        self.portal = FakePortal(ACCOUNTS)
        self.portal.types["saas_demos"] = "number"
        self.app = FakeSource(ACCOUNTS)
        self.app.page = 100
        self.clock = Clock()
        self.sent = 0
        self._open(folder)

    def copy(self, folder: Path) -> World:
        """Another world that has come just as far."""
        made = copy(self)
        made.portal, made.app, made.clock = deepcopy((self.portal, self.app, self.clock))
        made._open(copytree(self.folder, folder))
        return made

    def _open(self, folder: Path) -> None:
        self.folder = folder
        made = make_engine(
            folder,
            self.portal,
            self.app,
            mapping=WITH_WEBSITE,
            clock=self.clock,
            limits=Limits(shard_accounts=4, small_files=4),
        )
        self.engine = replace(made, sources=self._sources)

    def _sources(self, portal: str, mapping: Any) -> dict[str, Any]:
        around = Surroundings(str, portal=portal, inbox=self.engine.inbox)
        webhooks = ("website", "stripe")
        return {"app": self.app} | {n: build(n, mapping.sources[n], around) for n in webhooks}

    def receive(self, email: str, *, at: timedelta = timedelta(0), source: str = "website") -> None:
        self.sent += 1
        body = json.dumps({"email": email, "submission_id": f"s{self.sent}"})
        moment = self.clock.now + at
        put = self.engine.inbox.put
        assert put("acme", source, "demo_requests", f"s{self.sent}", body, moment)

    def whole(self) -> Run:
        """A sync of everything, two minutes later."""
        self.clock.now += timedelta(minutes=2)
        return inline.carry_out(self.engine, sync.start(self.engine, "acme"), "me")

    def read(self) -> str:
        """Read the app's rows and send nothing: a run of the fast lane reads webhooks only."""
        self.clock.now += timedelta(minutes=2)
        run = sync.start(self.engine, "acme", kind="plan")
        return inline.carry_out(self.engine, run, "me").id

    def lane(self) -> Run:
        """A run of the fast lane, worked off."""
        self.clock.now += timedelta(minutes=2)
        run = fast_lane.start(self.engine, "acme")
        assert run is not None
        work_off(self.engine, [Todo("sync_portal", run.id)])
        return self.engine.runs.get(run.id)

    def demos(self, number: int) -> str:
        return self.portal.contacts[f"p{number}"].get("saas_demos", "")

    def written(self) -> list[str]:
        """Our keys of the records written since the last call."""
        keys = sorted(key for key, _ in self.portal.written)
        self.portal.written.clear()
        return keys


def work_off(engine: Engine, todos: list[Todo]) -> None:
    while todos:
        todos = [more for todo in todos for more in do(engine, todo, "worker")]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World(tmp_path_factory.mktemp("synced"))
    made.receive("u11@c11.example")  # so that the stream has rows
    assert made.whole().status == "done"
    made.portal.written.clear()
    return made


@pytest.fixture
def world(synced: World, tmp_path: Path) -> World:
    return synced.copy(tmp_path / "world")


@pytest.mark.long
def test_a_run_is_about_whom_the_deliveries_name_and_their_accounts_only(world: World) -> None:
    for row in world.app.streams["subscription_items"]:
        row["unit_amount"] += 100
    world.read()
    world.receive("U3@c3.example")
    world.receive("u3@c3.example")

    run = world.lane()

    assert (run.status, run.options, run.priority) == ("done", WAITING, "interactive")
    assert world.demos(3) == "2"
    assert world.portal.companies["3"]["saas_mrr"] == "11.03"
    assert world.written() == ["a3", "u3"]
    assert fast_lane.start(world.engine, "acme") is None, "everything is read"
    world.whole()
    assert len(world.written()) == ACCOUNTS - 1, "the others were not forgotten"


def test_one_run_takes_all_that_waits_and_what_comes_later_starts_the_next(world: World) -> None:
    for number in range(3):
        world.receive(f"u{number}@c{number}.example")
    world.clock.now += timedelta(minutes=1)
    run = fast_lane.start(world.engine, "acme")
    assert run is not None
    world.receive("u7@c7.example", at=timedelta(seconds=1))
    work_off(world.engine, [Todo("sync_portal", run.id)])

    assert [world.demos(number) for number in (0, 1, 2, 7)] == ["1", "1", "1", "0"]
    world.lane()
    assert world.demos(7) == "1"


def test_stripes_events_are_about_the_subscriptions_account(world: World) -> None:
    content = {
        "id": "evt_1",
        "type": "customer.subscription.updated",
        "created": int(world.clock.now.timestamp()) + 600,
        "data": {
            "object": {
                "id": "s5",
                "object": "subscription",
                "customer": "cus_5",
                "metadata": {"account_id": "a5"},
                "status": "past_due",
                "start_date": 1_700_000_000,
                "items": {"data": []},
            }
        },
    }
    body = json.dumps(content)
    put = world.engine.inbox.put
    world.clock.now += timedelta(minutes=10)
    assert put("acme", "stripe", "subscriptions", "evt_1", body, world.clock.now)

    run = world.lane()

    assert run.options == {"streams": ["stripe.subscriptions"], "people": []}
    assert world.portal.companies["5"]["saas_subscription_status"] == "past_due"
    assert world.written() == ["a5"]


def test_people_and_accounts_can_be_named_too(world: World) -> None:
    for row in world.app.streams["subscription_items"]:
        row["unit_amount"] += 100
    options = {"people": ["U1@c1.example"], "accounts": ["a2"]}
    run = sync.start(world.engine, "acme", options=options)
    inline.carry_out(world.engine, run, "me")
    assert world.written() == ["a1", "a2"]


@pytest.mark.long
def test_many_small_files_merged_by_the_run_do_not_widen_it(world: World) -> None:
    for number in range(6):
        world.receive(f"u{number}@c{number}.example")
        world.lane()
        assert world.written() == [f"u{number}"]


def test_a_held_or_paused_portal_waits_and_is_started_by_the_tick_when_it_is_free(
    world: World,
) -> None:
    held = sync.start(world.engine, "acme", mode="queue")
    world.receive("u1@c1.example", at=timedelta(seconds=1))
    world.clock.now += timedelta(seconds=2)
    assert fast_lane.start(world.engine, "acme") is None
    assert [todo.task for todo in schedules.due(world.engine, "acme")] == []
    work_off(world.engine, [Todo("sync_portal", held.id)])
    assert world.demos(1) == "0"
    pausing.pause(world.engine, "acme", why="", lasting=None)
    assert upkeep.tick(world.engine) == []
    pausing.resume(world.engine, "acme")
    todos = upkeep.tick(world.engine)
    assert [todo.task for todo in todos] == ["sync_portal"]
    work_off(world.engine, todos)
    assert world.demos(1) == "1"


def test_of_two_that_start_at_once_one_does(world: World) -> None:
    world.receive("u1@c1.example")
    world.clock.now += timedelta(seconds=1)
    assert fast_lane.start(world.engine, "acme") is not None
    blind = replace(world.engine, runs=_Blind(world.engine.runs))
    assert fast_lane.start(blind, "acme") is None


class _Blind:
    """Runs that do not see the open one."""

    def __init__(self, runs: Any) -> None:
        self._runs = runs

    def latest(self, *_: object) -> list[Run]:
        return []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runs, name)


def test_a_delivery_of_a_clock_that_runs_ahead_starts_nothing_yet(world: World) -> None:
    world.receive("u1@c1.example", at=timedelta(minutes=1))
    assert fast_lane.start(world.engine, "acme") is None
    assert world.lane().status == "done"
    assert world.demos(1) == "1"


def test_before_the_first_sync_nobody_is_known(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.receive("u1@c1.example")
    assert fast_lane.start(world.engine, "acme") is None
    world.clock.now += timedelta(seconds=1)
    run = sync.start(world.engine, "acme")
    finish.fail(world.engine, run, SyncworkerError("stopped"))
    assert fast_lane.start(world.engine, "acme") is None


def test_a_portal_that_has_webhooks_only_needs_no_sync_before(tmp_path: Path) -> None:
    world = World(tmp_path)
    only = (
        WITH_WEBSITE[: WITH_WEBSITE.index("  app:")]
        + WITH_WEBSITE[WITH_WEBSITE.index("  website:") :]
    )
    engine = replace(world.engine, mapping_text=lambda _: only)
    assert "app" not in checked("acme", only).sources
    world.receive("new@x.example")
    assert fast_lane.start(engine, "acme") is not None


@pytest.mark.long
def test_after_a_failure_it_waits_a_quarter_of_an_hour(world: World) -> None:
    world.receive("u1@c1.example")
    world.clock.now += timedelta(seconds=1)
    run = sync.start(world.engine, "acme")
    finish.fail(world.engine, run, Unauthorized("the token is wrong"))
    assert fast_lane.start(world.engine, "acme") is None
    world.clock.now += timedelta(minutes=15)
    assert world.lane().status == "done"


def refused(world: World) -> Run:
    """The app's subscriptions break, and the guard refuses a sync of everything."""
    for row in world.app.streams["subscriptions"]:
        row["status"] = "unpaid"
    run = world.whole()
    assert run.status == "refused"
    return run


@pytest.mark.long
def test_what_the_guard_has_refused_is_not_sent_piece_by_piece(world: World) -> None:
    refused(world)
    world.receive("u1@c1.example")
    world.clock.now += timedelta(days=1)
    assert fast_lane.start(world.engine, "acme") is None
    for row in world.app.streams["subscriptions"]:
        row["status"] = "active"
    assert world.whole().status == "done"
    assert world.demos(1) == "1"


@pytest.mark.long
def test_the_guard_takes_its_shares_of_the_whole_portal(world: World) -> None:
    # Three shards for all these people, not eleven.
    limits = replace(world.engine.limits, shard_accounts=20)
    world.engine = replace(world.engine, limits=limits)
    world.app.streams["users"] += [
        {"user_id": f"x{n}", "account_id": "a1", "email": f"x{n}@c1.example"} for n in range(30)
    ]
    world.whole()
    for number in (1, 2):
        for row in world.app.streams["subscriptions"]:
            if row["account_id"] in ("a1", "a2"):
                row["status"] = "past_due" if number == 1 else "unpaid"
        last = world.read()
        for _ in range(2):  # the second is told by the first
            world.receive(f"u{number}@c{number}.example")
            run = world.lane()
        assert (run.status, run.summary["judged_by"]) == ("done", last)
    for row in world.app.streams["subscriptions"]:
        row["status"] = "unpaid"
    options = {"people": [], "accounts": [f"a{n}" for n in range(ACCOUNTS)]}
    run = inline.carry_out(world.engine, sync.start(world.engine, "acme", options=options), "me")
    assert run.status == "refused", "as a sync of everything would be"


def test_a_restricted_run_without_a_whole_one_before_is_judged_by_itself(tmp_path: Path) -> None:
    world = World(tmp_path)
    options = {"people": [], "accounts": ["a1"]}
    run = inline.carry_out(world.engine, sync.start(world.engine, "acme", options=options), "me")
    assert run.status == "done"
    assert "judged_by" not in run.summary
    assert world.written() == ["a1"]


@pytest.mark.long
def test_letters_and_unlinked_rows_of_others_stay(world: World) -> None:
    refusal = RecordOutcome("a4", "rejected", None, {}, cause="INVALID", message="no")
    world.portal.refuse["a4"] = refusal
    world.app.streams["accounts"].append({"account_id": "lost", "domain": "lost.example"})
    (item,) = (i for i in world.app.streams["subscription_items"] if i["sub_id"] == "s4")
    item["unit_amount"] += 500
    assert world.whole().status == "rejects"
    world.receive("u1@c1.example")

    assert world.lane().status == "done"

    letters = world.engine.letters.open("acme", run_id=None, most=9)
    assert [(letter.kind, letter.key) for letter in letters] == [("record", "a4")]
    assert [row.key for row in world.engine.unlinked.all("acme")] == ["lost"]
    world.portal.refuse.clear()
    item["unit_amount"] += 1  # the refused value itself would wait for a day
    assert world.whole().status == "done"
    assert world.engine.letters.open("acme", run_id=None, most=9) == []


def test_a_submission_that_does_not_fit_is_a_letter_at_once(world: World) -> None:
    world.receive("no address")
    run = world.lane()
    assert run.status == "rejects"
    (letter,) = world.engine.letters.open("acme", run_id=run.id, most=9)
    assert (letter.property, letter.message) == ("email", "is not an e-mail address")
    assert world.written() == []
    assert fast_lane.start(world.engine, "acme") is None


def test_old_deliveries_that_were_read_are_removed_once_a_day(world: World) -> None:
    world.receive("u1@c1.example")
    world.lane()
    world.receive("u2@c2.example")  # not read yet
    everything = {"after": 0, "most": 99}
    read = world.engine.inbox.read
    world.clock.now += timedelta(days=31)
    put = world.engine.inbox.put
    assert put("acme", "website", "demo_requests", "new", "{}", world.clock.now)

    upkeep.tick(world.engine)

    left = [d.delivery for d in read("acme", "website", "demo_requests", **everything)]
    assert left == ["s3", "new"]


def test_a_portal_without_webhooks_has_no_fast_lane(world: World) -> None:
    engine = replace(world.engine, mapping_text=lambda _: MAPPING)
    assert schedules.due(engine, "acme") == []
    assert not fast_lane.receives(engine, "acme")
    assert fast_lane.receives(world.engine, "acme")
