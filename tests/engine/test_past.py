"""As of a moment that is over: computed from what was known then, shown, and never sent."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.run_words import RunKind
from syncworker.errors import ConfigError


def run(engine: Engine, hours: float, kind: RunKind = "sync") -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours), kind=kind)
    return inline.carry_out(engine, started, "me")


def planned_mrr(engine: Engine, run_: Run) -> dict[str, str]:
    """By account, the MRR that the plan would write."""
    found = {}
    for record in engine.plans.show(run_.id, 99):
        for change in json.loads(record.body)["changes"]:
            if change[0] == "saas_mrr":
                found[record.key] = change[2]
    return found


def test_a_plan_of_a_past_moment_reads_nothing_and_sees_what_was_known_then(
    tmp_path: Path,
) -> None:
    source = FakeSource(2)
    engine = make_engine(tmp_path, FakePortal(2), source)
    assert run(engine, 0).status == "done"
    source.streams["subscription_items"][0]["unit_amount"] = 9900
    assert run(engine, 2).status == "done"
    source.streams["subscription_items"][0]["unit_amount"] = 5500

    past = run(engine, 1, "plan")
    now = run(engine, 2, "plan")

    assert past.status == "planned"
    assert (past.summary["past"], past.summary["streams"]) == (True, {})
    assert planned_mrr(engine, past) == {"a0": "10"}  # HubSpot has 99
    assert planned_mrr(engine, now) == {"a0": "55"}
    assert engine.snapshots.known("acme", known_by=past.as_of)[-1].run_id != past.id


def test_a_sync_of_a_past_moment_is_refused_and_says_what_shows_it(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(1), FakeSource(1))
    run(engine, 0)
    with pytest.raises(ConfigError, match="past values are never written") as refused:
        run(engine, -1)
    assert refused.value.code == "AS_OF_PAST"
    assert "syncworker plan acme --as-of 2026-11-20T11:00:00" in refused.value.help
    assert engine.runs.running("acme") is None


def test_a_sync_that_another_run_overtook_fails_before_it_reads(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(1), FakeSource(1))
    read_until, engine.runs.read_until = engine.runs.read_until, lambda _portal: None
    late = sync.start(engine, "acme", as_of=AS_OF)
    engine.runs.read_until = lambda _portal: AS_OF + timedelta(hours=1)
    assert sync.begin(engine, late.id) == []
    engine.runs.read_until = read_until
    failed = engine.runs.get(late.id)
    assert (failed.status, failed.code) == ("failed", "AS_OF_PAST")
    assert engine.chunks.results(late.id, "extract") == []


def test_a_run_of_now_is_never_of_an_earlier_moment_than_the_last_reading(tmp_path: Path) -> None:
    clock = Clock()
    engine = make_engine(tmp_path, FakePortal(1), FakeSource(1), clock=clock)
    ahead = sync.start(engine, "acme", as_of=clock.now + timedelta(seconds=2))
    inline.carry_out(engine, ahead, "me")
    assert sync.start(engine, "acme").as_of == ahead.as_of
