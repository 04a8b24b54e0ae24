"""Alerts of a run that is judged by nobody, by a process that dies, or by two at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.alerts_world import World, with_rules
from support.fake_engine import no_metrics

from syncworker.engine import alert_sending, alerts, compute
from syncworker.errors import Unauthorized
from syncworker.store.alerts import SqlAlerts

FAILED = "when: run_failed, to: [team]"


@pytest.fixture(autouse=True)
def _no_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "compute_metrics", no_metrics)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Its one sync failed, and the process died before it judged it."""
    made = World(tmp_path, with_rules(FAILED))
    made.broken = Unauthorized("wrong")
    with pytest.MonkeyPatch.context() as killed:
        killed.setattr(alerts, "after_run", lambda *_: None)
        killed.setattr(alerts, "watch", lambda *_: None)
        made.sync()
    assert made.titles() == []
    return made


@pytest.mark.parametrize("told", [False, True], ids=["before it is stored", "after"])
def test_what_a_tick_that_is_killed_was_judging_is_told_once_by_the_next(
    world: World, *, told: bool
) -> None:
    change = SqlAlerts.change

    def killed(*values: Any) -> None:
        if told:
            change(*values)
        raise SystemExit

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SqlAlerts, "change", killed)
        with pytest.raises(SystemExit):
            alerts.watch(world.engine, "acme")
    assert len(world.engine.alerts.open("acme")) == told
    for _ in range(2):
        alerts.watch(world.engine, "acme")
        alert_sending.deliver(world.engine)
    assert world.titles() == ["acme: sync failed"]


def test_a_tick_that_comes_to_judge_a_run_after_others_did_says_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = SqlAlerts.change

    def behind(*values: Any) -> bool:
        """Meanwhile another tick judges it, and the next run works."""
        monkeypatch.setattr(SqlAlerts, "change", change)
        alerts.watch(world.engine, "acme")
        world.broken = None
        world.sync()
        return change(*values)

    monkeypatch.setattr(SqlAlerts, "change", behind)
    alerts.watch(world.engine, "acme")
    alert_sending.deliver(world.engine)
    assert world.titles() == ["acme: sync failed", "acme: sync works again"]
    assert world.engine.alerts.open("acme") == []
