"""A forgetting or a pruning has its portal for as long as its process lives, and no longer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.cli import progress
from syncworker.engine import forget, retention, schedules
from syncworker.engine.engine import Engine
from syncworker.engine.prune import prune

SCHEDULED = f"{MAPPING}schedule: {{every: 15m}}\n"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path: Path, clock: Clock) -> Engine:
    return make_engine(tmp_path, FakePortal(2), FakeSource(2), mapping=SCHEDULED, clock=clock)


def meanwhile(engine: Engine, clock: Clock) -> str:
    """Another command is typed, and the beat looks long after; who has the portal then."""
    assert progress.cut_short(engine, "acme", "sync", {}) is None
    clock.now += timedelta(seconds=30)
    schedules.due(engine, "acme")
    run = engine.runs.running("acme")
    return run.kind if run else ""


def test_no_other_command_and_no_schedule_takes_the_portal_from_a_pruning_at_work(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, held = retention.drop, []

    def slow(*args: object, **more: object) -> object:
        held.append(meanwhile(engine, clock))
        return drop(*args, **more)

    monkeypatch.setattr(retention, "drop", slow)
    prune(engine, "acme")
    assert held == ["prune"]
    assert engine.runs.latest("acme", 1)[0].status == "done"


def test_no_other_command_and_no_schedule_takes_the_portal_from_a_forgetting_at_work(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep, held = retention.sweep, []

    def slow(*args: object) -> None:
        held.append(meanwhile(engine, clock))
        sweep(*args)

    monkeypatch.setattr(retention, "sweep", slow)
    assert forget.forget(engine, "acme", "ann@new.example").finished
    assert held == ["prune"]
    assert engine.runs.latest("acme", 1)[0].status == "done"


def test_ctrl_c_gives_the_portal_back_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention, "sweep", pressed)
        with pytest.raises(KeyboardInterrupt):
            prune(engine, "acme")
        with pytest.raises(KeyboardInterrupt):
            forget.forget(engine, "acme", "ann@new.example")
    assert forget.forget(engine, "acme", "ann@new.example").finished
    assert prune(engine, "acme").files == 0
