"""Alerts: told once when it begins, once when it is over, and never in a run's way."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.alerts_world import World, health, with_rules
from support.fake_engine import no_metrics
from support.stores import new_run

from syncworker.engine import alert_sending, alerts, compute, inline, pausing, snapshots
from syncworker.engine.alert_rules import of_run
from syncworker.engine.ports import RejectedRow
from syncworker.errors import AlertError, RateLimited, StoreError, Unauthorized
from syncworker.mapping.alerts import AlertRule

FAILED = "when: run_failed, to: [team]"
RED = "when: health_red, to: [team]"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "compute_metrics", no_metrics)


def test_what_fails_again_and_again_is_told_once_and_its_recovery_with_how_long_it_lasted(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, with_rules(FAILED, "when: run_failed, to: [ops]"))
    world.broken = Unauthorized("the token of ann@acme.example is wrong")
    assert world.sync().status == "failed"
    world.clock.now += timedelta(hours=1)
    assert world.sync().status == "failed"

    assert world.sent == [("team", "acme: sync failed"), ("ops", "acme: sync failed")]
    assert world.bodies[0]["lines"] == ["the token of a…@acme.example is wrong"]
    assert world.bodies[0]["run"]
    (episode,) = world.engine.alerts.open("acme")
    assert episode.message == "sync failed: the token of a…@acme.example is wrong"

    world.sent.clear()
    world.broken = None
    world.clock.now += timedelta(hours=2, minutes=5)
    assert world.sync().status == "done"
    assert world.titles() == ["acme: sync works again"] * 2
    assert world.bodies[-1]["lines"] == ["it had lasted 3 h 5 min, since 2026-11-21 06:00 UTC"]
    world.sync()
    assert world.titles() == []


def test_more_dead_letters_than_allowed_are_told_until_there_are_fewer(tmp_path: Path) -> None:
    world = World(tmp_path, with_rules("when: rejected_above, above: 1, to: [team]"))
    row = RejectedRow("accounts", "accounts.csv", 1, "domain", "no domain", "a8")
    world.source.rejected["accounts"] = (row, replace(row, position=2, key="a9"))
    assert world.sync().status == "rejects"
    assert world.titles() == ["acme: sync left 2 dead letters, more than 1"]
    world.source.rejected.clear()
    world.clock.now += DAY
    assert world.sync().status == "done"
    assert world.titles() == ["acme: sync left 0 dead letters, no longer more than 1"]


@pytest.mark.parametrize(
    ("when", "run", "says"),
    [
        (
            "guard_refused",
            {"status": "refused", "message": "61 %"},
            [(True, "the guard refused a sync")],
        ),
        ("guard_refused", {"status": "done"}, [(False, "again")]),
        ("guard_refused", {"status": "done", "kind": "extract"}, []),
        ("guard_refused", {"status": "failed"}, []),
        ("run_failed", {"status": "failed", "kind": "apply"}, [(True, "apply failed")]),
        ("run_failed", {"status": "done", "kind": "extract"}, []),
        ("run_failed", {"status": "cancelled"}, []),
        ("rejected_above", {"status": "rejects", "kind": "apply", "summary": {}}, []),
    ],
)
def test_only_runs_that_show_it_begin_or_end_an_episode(
    when: str, run: dict[str, object], says: list[tuple[bool, str]]
) -> None:
    rule = AlertRule.model_validate({"when": when, "to": ["team"]})
    found = list(of_run(new_run(**run), rule))

    assert [one.holds for one in found] == [holds for holds, _ in says]
    for one, (_, words) in zip(found, says, strict=True):
        assert words in one.message


def test_a_failing_fast_lane_and_a_sync_are_two_things(tmp_path: Path) -> None:
    rule = AlertRule.model_validate({"when": "run_failed", "to": ["team"]})
    (one,) = of_run(new_run(status="failed", options={"people": []}), rule)

    assert one.subject == "webhooks"


def test_each_tick_tells_of_streams_that_stand_still_and_of_schedules_that_do_not_succeed(
    tmp_path: Path,
) -> None:
    rules = ("when: stale_stream, hours: 24, to: [team]", "when: no_run, hours: 48, to: [team]")
    world = World(tmp_path, with_rules(*rules, more="schedule: {every: 6h}\n"))
    alerts.watch(world.engine, "acme")
    world.sync()
    assert world.titles() == []

    world.clock.now += timedelta(hours=30)
    for _ in range(2):
        alerts.watch(world.engine, "acme")
        alert_sending.deliver(world.engine)
    assert world.titles() == ["acme: 3 streams bring no rows"]
    (line, *_) = world.bodies[-1]["lines"]
    assert "app.accounts: last read to its end 1 d 6 h ago, 2026-11-21 06:00 UTC" in line

    world.mapping = "version: 1\nnothing that is right: {\n"  # the last run's mapping still tells
    world.clock.now += timedelta(hours=30)
    alerts.watch(world.engine, "acme")
    alert_sending.deliver(world.engine)
    told = world.titles()
    assert told == ["acme: no sync has succeeded for 2 d 12 h, since 2026-11-21 06:00 UTC"]

    world.mapping = with_rules(*rules, more="schedule: {every: 6h}\n")
    world.sync()
    assert world.titles() == [
        "acme: 3 streams bring rows again",
        "acme: a sync has succeeded again",
    ]


def test_after_a_long_pause_a_portal_gets_its_hours_anew_and_nothing_counts_as_over(
    tmp_path: Path,
) -> None:
    rules = ("when: stale_stream, hours: 24, to: [team]", "when: no_run, hours: 24, to: [team]")
    world = World(tmp_path, with_rules(*rules, more="schedule: {every: 6h}\n"))
    world.sync()

    def told(hours: int) -> list[str]:
        world.clock.now += timedelta(hours=hours)
        alerts.watch(world.engine, "acme")
        alert_sending.deliver(world.engine)
        return world.titles()

    for told_before in (False, True):
        pausing.pause(world.engine, "acme", why="moving", lasting=None)
        assert told(hours=240) == []
        pausing.resume(world.engine, "acme")
        assert told(hours=24) == []
        last = told(hours=1)
        assert (last == []) == told_before, "what began before the pause is not told again"
    assert len(world.engine.alerts.open("acme")) == 4
    world.sync()
    assert world.titles() == [
        "acme: 3 streams bring rows again",
        "acme: a sync has succeeded again",
    ]


def test_a_rule_or_a_stream_that_is_no_longer_there_ends_its_episodes_unsaid(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, with_rules("when: stale_stream, hours: 24, to: [team]", FAILED))
    world.sync()
    world.clock.now += timedelta(hours=30)
    alerts.watch(world.engine, "acme")
    world.mapping = world.mapping.replace("      accounts: {query: x}\n", "")
    alerts.watch(world.engine, "acme")
    assert len(world.engine.alerts.open("acme")) == 2
    world.mapping = with_rules(FAILED)
    alerts.watch(world.engine, "acme")

    assert world.engine.alerts.open("acme") == []
    alert_sending.deliver(world.engine)
    assert world.titles() == ["acme: 3 streams bring no rows"]


def died_before_judging(folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A failed sync of which no rule has heard."""
    world = World(folder, with_rules(FAILED))
    world.broken = Unauthorized("wrong")
    with monkeypatch.context() as killed:
        killed.setattr(alerts, "after_run", lambda *_: None)
        killed.setattr(alerts, "watch", lambda *_: None)
        world.sync()
    return world


def test_a_run_whose_process_died_before_it_could_be_judged_is_judged_by_the_next_tick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = died_before_judging(tmp_path, monkeypatch)
    assert world.titles() == []

    for _ in range(2):
        alerts.watch(world.engine, "acme")
        alert_sending.deliver(world.engine)
    assert world.titles() == ["acme: sync failed"]


def test_an_old_run_is_not_judged_again_when_its_slot_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = died_before_judging(tmp_path, monkeypatch)
    world.clock.now += timedelta(days=31)
    alerts.watch(world.engine, "acme")
    alert_sending.deliver(world.engine)
    assert world.titles() == []


def test_a_channel_that_is_down_is_tried_again_later_and_later_and_never_fails_a_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, with_rules(FAILED, "when: rejected_above, above: 0, to: [team]"))
    world.fails = lambda _: AlertError("HTTP 503: token=s3cret-value-1234567890")
    world.broken = Unauthorized("wrong")
    with caplog.at_level(logging.WARNING):
        world.sync()
    assert world.tried == 1
    world.broken = None
    assert world.sync().status == "done"  # its message waits for the one before
    assert world.tried == 1
    waits = []
    for _ in range(5):
        (first, *_) = world.engine.alerts.pending(None)
        assert first.next_at is not None
        waits.append(first.next_at - world.clock.now)
        world.clock.now = first.next_at - timedelta(seconds=1)
        assert not alert_sending.due(world.engine)
        world.clock.now = first.next_at
        alert_sending.deliver(world.engine)
    assert [int(wait.total_seconds() / 60) for wait in waits] == [1, 5, 30, 120, 360]
    assert "s3cret-value" not in caplog.text
    given_up = world.engine.alerts.deliveries("acme", most=9)[-1]
    assert (given_up.attempts, given_up.next_at, given_up.delivered_at) == (6, None, None)
    assert given_up.error == "HTTP 503: token=***"

    world.fails = lambda _: None
    assert world.engine.alerts.again("acme", world.clock.now) == 2
    alert_sending.deliver(world.engine)
    assert world.titles() == ["acme: sync failed", "acme: sync works again"]


def test_the_wait_a_channel_names_is_kept_and_what_it_rejects_is_given_up_at_once(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, with_rules(FAILED))
    world.broken = Unauthorized("wrong")
    world.fails = lambda _: AlertError("HTTP 429", retry_after=600)
    world.sync()
    (waiting,) = world.engine.alerts.pending("acme")
    assert waiting.next_at == world.clock.now + timedelta(seconds=600)

    world.clock.now += timedelta(seconds=600)
    world.fails = lambda _: AlertError("HTTP 400", retry=False)
    alert_sending.deliver(world.engine)
    assert world.engine.alerts.pending("acme") == []
    world.mapping = world.mapping.replace("team", "crew")
    world.engine.alerts.again("acme", world.clock.now)
    alert_sending.deliver(world.engine)
    (gone,) = world.engine.alerts.deliveries("acme", most=9)
    assert gone.error == "the mapping has no channel team any more"


def test_a_defect_in_the_alerts_harms_no_run_and_is_logged_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, with_rules(FAILED))

    def defect(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(alerts, "of_run", defect)
    assert world.sync().status == "done"
    assert "a defect in the alerts" in caplog.text
    (kept,) = world.engine.alerts.deliveries("acme", most=9)
    assert (kept.channel, kept.error) == ("", "a defect in syncworker: KeyError")

    def down(*_: object) -> None:
        raise StoreError("the database is away")

    monkeypatch.setattr(alerts, "of_run", down)
    assert world.sync().status == "done"
    assert "the database is away" in caplog.text


class Health(World):
    """Syncs in which the accounts are as healthy as told, at midnight and now."""

    def day(
        self, monkeypatch: pytest.MonkeyPatch, *, hours: int = 24, mrr: int = 120_000, **bands: str
    ) -> None:
        """A sync so many hours later."""
        scores = {"red": 40, "yellow": 60, "green": 90, "unknown": None}
        found = health({key: (scores[band], band) for key, band in bands.items()}, mrr)
        monkeypatch.setattr(compute, "compute_metrics", found)
        monkeypatch.setattr(snapshots, "compute", found)
        self.clock.now += timedelta(hours=hours)
        assert self.sync().status == "done"


def test_only_a_fall_to_red_is_told_once_and_its_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Health(tmp_path, with_rules(FAILED))
    world.day(monkeypatch, a0="red", a1="yellow")
    world.mapping = with_rules(RED, RED)
    world.day(monkeypatch, a0="red", a1="red")  # the rule is judged for the first time
    assert world.titles() == []
    world.day(monkeypatch, a0="yellow", a1="green")
    assert world.titles() == []
    world.day(monkeypatch, a0="red", a1="green")
    assert world.titles() == ["acme: the health of Company a0 fell to red"]
    (account,) = world.bodies[-1]["accounts"]
    assert account["url"] == "https://app.hubspot.example/contacts/7/record/0-2/0"
    line = "Company a0: health 60 -> 40, MRR 1200.00 EUR (usage trend -12)"
    assert world.bodies[-1]["lines"] == [line]
    world.day(monkeypatch, hours=1, a0="red", a1="green")
    world.day(monkeypatch, a0="unknown", a1="green")  # nobody knows: neither over nor new
    assert world.titles() == []
    world.day(monkeypatch, hours=1, a0="yellow", a1="green")
    assert world.titles() == ["acme: the health of Company a0 is no longer red"]
    world.day(monkeypatch, hours=1, a0="red", a1="green")  # within a day, after a recovery
    assert world.titles() == ["acme: the health of Company a0 fell to red"]
    world.day(monkeypatch, a1="green")
    assert world.titles() == ["acme: the health of a0 is no longer red"]
    assert "no longer in the sources" in world.bodies[-1]["lines"][0]


def test_a_fall_while_nobody_knew_is_told_when_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Health(tmp_path, with_rules(RED))
    world.day(monkeypatch, a0="green", a1="unknown")
    world.day(monkeypatch, a0="unknown", a1="unknown")
    world.day(monkeypatch, a0="red", a1="red")
    assert world.titles() == ["acme: the health of Company a0 fell to red"]
    assert "health 90 -> 40" in world.bodies[-1]["lines"][0]


def test_a_run_that_waits_for_the_next_day_is_told_and_that_it_goes_on(tmp_path: Path) -> None:
    world = World(tmp_path, with_rules("when: budget_exhausted, to: [team]"))
    world.broken = RateLimited("used up", retry_after=3600, policy="DAILY")
    run = world.sync()
    assert run.deferred_until is not None
    assert "goes on at 2026-11-21 07:00 UTC" in world.titles()[0]
    alerts.watch(world.engine, "acme")
    assert world.engine.alerts.pending(None) == []
    world.broken = None
    world.clock.now += timedelta(hours=2)
    assert inline.carry_out(world.engine, run, "me").status == "done"
    assert world.titles() == ["acme: HubSpot takes requests again"]


@pytest.mark.long  # many accounts in many shards, day after day
def test_a_fall_of_many_is_one_message_of_those_that_pay_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Health(tmp_path, with_rules("when: health_red, min_mrr: 1200, to: [team]"), accounts=25)
    names = [f"a{number}" for number in range(25)]
    for band in ("green", "yellow", "red"):
        world.day(monkeypatch, **dict.fromkeys(names, band))
    assert world.titles() == ["acme: the health of 25 accounts fell to red"]
    body = world.bodies[-1]
    assert (len(body["accounts"]), len(body["lines"]), body["more"]) == (20, 21, 5)
    assert body["lines"][-1] == "… and 5 more"
    world.day(monkeypatch, **dict.fromkeys(names, "green"))
    assert world.titles() == ["acme: the health of 25 accounts is no longer red"]
    world.day(monkeypatch, mrr=119_999, **dict.fromkeys(names, "red"))
    assert world.titles() == []


def test_a_plan_and_a_run_that_failed_change_nothing_of_what_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Health(tmp_path, with_rules(RED))
    world.day(monkeypatch, a0="green")
    world.day(monkeypatch, a0="green")
    red = health({"a0": (40, "red")})
    monkeypatch.setattr(compute, "compute_metrics", red)
    monkeypatch.setattr(snapshots, "compute", red)
    world.clock.now += DAY
    assert world.sync(kind="plan").status == "planned"
    world.clock.now += DAY
    world.broken = Unauthorized("wrong")
    assert world.sync().status == "failed"
    world.broken = None
    assert world.titles() == []
    world.day(monkeypatch, a0="red")
    assert world.titles() == ["acme: the health of Company a0 fell to red"]
