"""Alerts in the store: an episode opens once, and each attempt at a delivery is one process's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.stores import NOW, PORTAL, Stores, page

from syncworker.engine.alert_stores import AlertDelivery, Episode
from syncworker.store.tables import portal_states

HOUR = timedelta(hours=1)
EPISODE = Episode(0, PORTAL, "run_failed", "", "sync failed", "n1", NOW)
DELIVERY = AlertDelivery(0, "n1", PORTAL, "team", "opened", {"title": "ünïcode"}, NOW, next_at=NOW)


def test_an_episode_opens_once_and_closes_once_with_its_messages(state: Stores) -> None:
    alerts = state.alerts
    account = replace(EPISODE, rule="health_red", subject="a1", notice="")
    assert alerts.change([EPISODE, account], [], [DELIVERY], NOW)
    assert not alerts.change([account], [], [DELIVERY], NOW)
    assert alerts.change([replace(EPISODE, portal="other")], [], [], NOW)
    failed, red = alerts.open(PORTAL)
    assert (failed.rule, red.subject, failed.opened_at) == ("run_failed", "a1", NOW)
    assert len(alerts.pending(PORTAL)) == 1

    assert alerts.change([], [red.id], [], NOW + HOUR)
    assert not alerts.change([], [red.id, failed.id], [DELIVERY], NOW + 2 * HOUR)
    assert alerts.open(PORTAL) == [failed]
    assert alerts.recovered(PORTAL, "health_red", since=NOW + HOUR) == {"a1"}
    assert alerts.recovered(PORTAL, "health_red", since=NOW + 2 * HOUR) == set()
    assert alerts.change([account], [], [], NOW + 2 * HOUR)
    newest = [(one.subject, one.closed_at) for one in alerts.episodes(PORTAL, most=9)]
    assert newest == [("a1", None), ("", None), ("a1", NOW + HOUR)]


def test_a_run_is_judged_once_together_with_what_it_shows(state: Stores) -> None:
    alerts, run = state.alerts, state.run()
    assert alerts.change([EPISODE], [], [], NOW)
    assert not alerts.change([EPISODE], [], [DELIVERY], NOW, run)
    assert not alerts.judged(run)
    assert alerts.change([], [], [DELIVERY], NOW, run)
    assert alerts.judged(run)
    assert not alerts.change([replace(EPISODE, subject="a1")], [], [DELIVERY], NOW, run)
    assert (len(alerts.open(PORTAL)), len(alerts.pending(PORTAL))) == (1, 1)


def test_thousands_of_accounts_can_fall_and_recover_at_once(state: Stores) -> None:
    many = [replace(EPISODE, subject=f"a{number}") for number in range(2_500)]
    assert state.alerts.change(many, [], [], NOW)
    assert state.alerts.change([], [one.id for one in state.alerts.open(PORTAL)], [], NOW)
    assert state.alerts.open(PORTAL) == []


def test_an_attempt_is_one_processs_until_its_time_is_over(state: Stores) -> None:
    alerts = state.alerts
    assert alerts.change([EPISODE], [], [DELIVERY, replace(DELIVERY, channel="mail")], NOW)
    first, second = alerts.pending(None)
    assert first.body == {"title": "ünïcode"}
    assert alerts.claim(first, until=NOW + HOUR)
    assert not alerts.claim(first, until=NOW + HOUR)  # another one that read it before
    (again, _) = alerts.pending(None)
    assert (again.attempts, again.next_at) == (1, NOW + HOUR)

    alerts.settle(first.id, delivered_at=NOW, next_at=None, error="")
    alerts.settle(second.id, delivered_at=None, next_at=None, error="HTTP 404")
    assert alerts.pending(None) == []
    test = alerts.record(replace(DELIVERY, event="test", next_at=None, notice="t"))
    assert alerts.again(PORTAL, NOW + HOUR) == 1
    (waiting,) = alerts.pending(PORTAL)
    assert (waiting.channel, waiting.attempts, waiting.next_at) == ("mail", 0, NOW + HOUR)
    assert next(one.id for one in alerts.deliveries(PORTAL, most=9)) == test
    mine = alerts.deliveries(PORTAL, most=9, notices={"n1"})
    assert [one.channel for one in mine] == ["mail", "team"]


def test_what_rules_ask_is_told_from_runs_and_pages(state: Stores) -> None:
    alerts = state.alerts
    assert alerts.succeeded(PORTAL) == (None, None)
    assert alerts.judged_until(PORTAL, without="x") is None
    run = state.run()
    chunk = state.extraction(run, stream="events")
    ahead = replace(page("b", stream="events"), newest=NOW + HOUR)
    state.pages.commit(chunk, [page("a", stream="events"), ahead], [], {})
    state.finish(run)
    for more in ({"options": {"people": []}}, {"kind": "plan"}):
        other = state.run(as_of=NOW + HOUR, **more)
        state.finish(other)
    failed = state.run(as_of=NOW + HOUR)
    state.finish(failed, "failed")

    assert alerts.succeeded(PORTAL) == (NOW, NOW)
    assert alerts.judged_until(PORTAL, without="x") == NOW
    assert alerts.judged_until(PORTAL, without=run.id) is None
    assert alerts.newest(PORTAL, "events", until=NOW) == NOW
    assert alerts.newest(PORTAL, "users", until=NOW) is None
    assert not alerts.paused(PORTAL)


@pytest.mark.parametrize("at", [None, NOW])
def test_a_paused_portal_is_known_as_one(state: Stores, at: object) -> None:
    with state.database.write() as connection:
        values = {"portal": PORTAL, "paused_at": at, "paused_why": "", "salt": ""}
        connection.execute(portal_states.insert().values(values))

    assert state.alerts.paused(PORTAL) is (at is not None)
