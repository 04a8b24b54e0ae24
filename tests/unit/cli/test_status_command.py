"""`status`, `pause` and `resume`: what stands there, what to do first, and the exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncworker import bootstrap
from syncworker.cli import exits, show_status
from syncworker.cli.main import run
from syncworker.cli.spans import shown
from syncworker.engine import pausing, standing, sync
from syncworker.engine.engine import Engine
from syncworker.engine.heartbeats import Heartbeat
from syncworker.engine.memory import Run
from syncworker.engine.ports import Quota
from syncworker.engine.run_words import RunStatus
from syncworker.settings import Settings

MAPPING = """\
version: 1
hubspot: {credentials: env:TOKEN}
reporting: {timezone: Europe/Berlin}
sources: {app: {kind: sql, url: env:APP, streams: {accounts: {query: x}, events: {query: x}}}}
objects: {companies: {match: {property: domain, column: domain}}}
"""
SCHEDULED = f"{MAPPING}schedule: {{every: 1h}}\n"


class World:
    """A home folder with portals, and commands in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.mappings = folder / "mappings"
        self.mappings.mkdir()
        self.capsys = capsys
        self.engine: Engine = bootstrap.engine(
            Settings(home=folder / "home", mappings=self.mappings)
        )

    def mapping(self, text: str = MAPPING, name: str = "acme") -> None:
        (self.mappings / f"{name}.yaml").write_text(text, "utf-8")

    def ended(self, status: RunStatus = "done", name: str = "acme", **more: Any) -> Run:
        made = sync.start(self.engine, name)
        self.engine.runs.finish(
            replace(made, status=status, finished_at=self.engine.clock(), **more)
        )
        return made

    def worker(self, *, minutes: int = 0) -> None:
        at = self.engine.clock() - timedelta(minutes=minutes)
        self.engine.heartbeats.put(Heartbeat("celery@here", "worker", "1", at, at))

    def say(self, *words: str, code: int = exits.OK) -> str:
        """What the command says, after the exit code it should have."""
        assert run(words) == code
        out, err = self.capsys.readouterr()
        return out + err

    def json(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.say("status", "--json", *words))
        return found


@pytest.fixture
def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> World:
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SYNCWORKER_MAPPINGS", str(tmp_path / "mappings"))
    return World(tmp_path, capsys)


def test_without_a_portal_and_for_an_unknown_one_status_says_so(world: World) -> None:
    assert world.say("status").endswith("Next: syncworker demo\n")
    world.mapping()
    told = world.say("status", "acne", code=exits.FAILED)
    assert "error: there is no portal acne" in told
    assert "did you mean `acme`?" in told
    assert world.say("pause", "acne", code=exits.FAILED)
    assert world.say("resume", "acne", code=exits.FAILED)


def test_a_portal_that_is_well_has_one_row_and_check_exits_with_0(world: World) -> None:
    world.mapping()
    world.ended()
    told = world.say("status", "--check").splitlines()
    assert told[0].split("  ")[0] == "portal"
    assert "sync done, 0 s ago" in told[1]
    assert "never read (app.accounts)" in told[1]
    assert "not known" in told[1], "nobody asks HubSpot"
    assert told[1].endswith("free")
    assert told[2:] == ["0 workers alive", "Next: syncworker runs list"]


def test_who_receives_webhooks_is_told_beside_the_workers(world: World) -> None:
    world.mapping()
    at = world.engine.clock()
    world.engine.heartbeats.put(Heartbeat("webhook:8712@here", "webhook", "1", at, at))
    assert "\n0 workers alive; 1 webhook receiver alive\n" in world.say("status")
    found = world.json()
    assert (found["workers"], found["webhooks"]) == (0, 1)


@pytest.mark.parametrize(
    ("status", "next_", "why"),
    [
        ("failed", "runs show RUN", "its last sync failed: no token"),
        ("refused", "runs show RUN --plan", "the guard refused its last run"),
    ],
)
def test_what_needs_a_person_comes_first_and_check_exits_with_1(
    world: World, status: RunStatus, next_: str, why: str
) -> None:
    world.mapping()
    made = world.ended(status, message="no token")
    told = world.say("status", "--check", code=exits.FAILED)
    assert f"  ! {why}\n" in told
    assert told.endswith(f"Next: syncworker {next_.replace('RUN', made.id)}\n")
    world.say("status")


def test_a_broken_mapping_and_a_portal_never_synced_are_told_beside_the_others(
    world: World,
) -> None:
    world.mapping()
    world.mapping("version: 2\n", "broken")
    world.mapping(name="fine")
    world.ended(name="fine")
    told = world.say("status")
    assert "  ! it was never synced" in told
    assert "mapping broken" in told
    assert "  ! broken.yaml has" in told
    assert told.endswith("Next: syncworker plan acme\n")
    assert world.say("status", "broken").endswith("Next: syncworker validate broken\n")


def test_a_schedule_without_a_worker_is_what_to_mend_first(world: World) -> None:
    world.mapping(SCHEDULED)
    world.ended()
    now = world.engine.clock()
    world.engine.schedules.plan("acme", "sync", "every 1h", now + timedelta(minutes=30, seconds=9))
    world.worker(minutes=3)
    told = world.say("status", "acme", "--check", code=exits.FAILED)
    assert "no worker is alive: nothing starts by itself" in told
    assert told.endswith("Next: syncworker worker\n")
    world.worker()
    told = world.say("status", "acme", "--check")
    assert "schedule\n  sync  every 1h  in 30 m\n" in told
    assert "streams\n  app.accounts  never read\n" in told
    assert "1 worker alive\n" in told
    world.engine.schedules.move("acme", "sync", now - timedelta(minutes=11))
    told = world.say("status", "--check", code=exits.FAILED)
    assert "due 11 m ago" in told
    assert told.endswith("Next: syncworker health\n")


def test_who_holds_a_portal_is_named_and_until_when_it_is_deferred(world: World) -> None:
    world.mapping()
    made = sync.start(world.engine, "acme")
    assert f"sync {made.id} at start, for 0 s" in world.say("status")
    until = world.engine.clock() + timedelta(hours=1)
    world.engine.runs.defer(made.id, until=until, message="used up")
    assert f"sync deferred until {until:%Y-%m-%d %H:%M} UTC" in world.say("status")
    document = world.json("acme")
    assert document["portals"][0]["held_by"]["id"] == made.id


def test_while_a_run_is_deferred_that_is_told_before_an_earlier_failure(world: World) -> None:
    world.mapping()
    world.ended("failed", message="no token")
    made = sync.start(world.engine, "acme")
    until = world.engine.clock() + timedelta(hours=1)
    world.engine.runs.defer(made.id, until=until, message="the daily requests are used up")
    lines = world.say("status", "--check", code=exits.FAILED).splitlines()
    assert lines[2] == f"  ! sync {made.id}: the daily requests are used up"
    assert lines[3] == "  ! its last sync failed: no token"
    assert lines[-1] == f"Next: syncworker runs show {made.id}"


def test_a_run_that_is_deferred_needs_nobody(world: World) -> None:
    world.mapping()
    made = sync.start(world.engine, "acme")
    world.engine.runs.defer(made.id, until=world.engine.clock(), message="used up")
    assert world.say("status", "--check").endswith(f"Next: syncworker runs show {made.id}\n")


def test_runs_that_wait_or_rest_are_named_and_hold_nothing(world: World) -> None:
    world.mapping()
    opened = world.engine.runs.open
    made = sync.start(
        world.engine,
        "acme",
        kind="backfill",
        opening=lambda run: opened(replace(run, status="paused")),
    )
    assert world.say("status").splitlines()[1].endswith(f"backfill {made.id} paused")
    (portal,) = world.json()["portals"]
    assert portal["held_by"] is None
    assert portal["resting"] == [{"id": made.id, "kind": "backfill", "status": "paused"}]


def test_pause_and_resume_steer_what_starts_and_what_status_says(world: World) -> None:
    world.mapping(SCHEDULED)
    made = sync.start(world.engine, "acme")
    told = world.say("pause", "acme", "--why", "ask joe@example.com", "--for", "2h")
    assert "acme is paused since" in told
    assert "UTC: ask " in told
    assert "joe@example.com" not in told
    assert f"run {made.id} is at work and goes on to its end" in told
    assert told.endswith("Next: syncworker resume acme\n")
    world.engine.runs.finish(replace(made, status="done", finished_at=world.engine.clock()))

    told = world.say("sync", "acme", code=exits.FAILED)
    assert "error: portal acme is paused since" in told
    assert "help: syncworker resume acme" in told
    assert "paused since" in world.say("status")
    (portal,) = world.json()["portals"]
    assert portal["paused"]["why"].startswith("ask ")
    assert portal["paused"]["until"] is not None

    assert "acme goes on; it was paused since" in world.say("resume", "acme")
    told = world.say("resume", "acme")
    assert told == "acme is not paused.\nNext: syncworker status acme\n"
    assert pausing.paused(world.engine, "acme") is None


@pytest.mark.parametrize("span", ["2", "0h", "h", "2 weeks", "-2h"])
def test_a_span_that_is_none_is_wrong_usage(world: World, span: str) -> None:
    world.mapping()
    assert "write 90s, 30m, 2h or 3d" in world.say(
        "pause", "acme", f"--for={span}", code=exits.USAGE
    )


def test_requests_letters_and_stale_streams_are_shown(world: World) -> None:
    world.mapping()
    world.ended()
    engine, quota = world.engine, Quota(100, 10.0, 625_000, 1234)
    one = replace(
        standing.standing(engine, "acme"),
        quota=quota,
        letters=2_000,
        streams=[standing.Freshness("app.events", engine.clock() - timedelta(days=9), stale=True)],
    )
    _, row = show_status.table([one], engine.clock())
    for text in ("1,234 of 625,000", "2,000", "9 d ago STALE (app.events)"):
        assert text in row
    unlimited = replace(one, quota=Quota(100, 10.0, None, 7))
    assert "  7  " in list(show_status.table([unlimited], engine.clock()))[1]
    todos = [why for _, why in standing.todos(one, engine.clock())]
    assert todos == ["something did not get through", "stale: app.events"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (0, "0 s"), (119, "119 s"), (120, "2 m"), (7_199, "119 m"), (7_200, "2 h"),
     (172_799, "47 h"), (172_800, "2 d")],
)  # fmt: skip
def test_spans_are_shown_in_their_largest_unit(seconds: int, text: str) -> None:
    assert shown(timedelta(seconds=seconds)) == text


def test_what_changes_a_portal_or_a_run_has_it_as_json(world: World) -> None:
    def told(*words: str, code: int = exits.OK) -> dict[str, Any]:
        assert run([*words, "--json"]) == code
        document: dict[str, Any] = json.loads(world.capsys.readouterr().out)
        assert document["schema_version"] == 1
        return document

    world.mapping()
    made = sync.start(world.engine, "acme").id
    paused = told("pause", "acme", "--why", "moving")
    assert (paused["paused"]["why"], paused["at_work"]) == ("moving", made)
    assert told("resume", "acme")["before"] == paused["paused"]
    assert told("resume", "acme") == {
        "schema_version": 1, "portal": "acme", "paused": None, "before": None
    }  # fmt: skip
    assert told("runs", "pause", made)["status"] == "paused"
    gone_on = told("runs", "resume", made, code=exits.FAILED)
    assert (gone_on["id"], gone_on["status"]) == (made, "failed"), "there is no token"
    assert told("runs", "retry", made, code=exits.FAILED)["status"] == "failed"
    other = sync.start(world.engine, "acme").id
    assert told("runs", "cancel", other)["status"] == "cancelled"
    assert told("runs", "watch", other, code=exits.FAILED)["status"] == "cancelled"
