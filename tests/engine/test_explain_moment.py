"""Of which run an explanation speaks, and with which values of the whole portal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from syncworker.engine.explain import _last, _population, _run
from syncworker.engine.memory import Run

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLANNED = {"plan": {}}
SYNC = Run(
    *("r1", "acme", "sync", "inline", NOW),
    force=False,
    mapping="version: 1",
    created_at=NOW,
    summary=PLANNED,
)
PLAN = replace(SYNC, id="r2", kind="plan", as_of=datetime(2026, 1, 1, tzinfo=UTC))


def engine(*runs: Run) -> Any:
    results = [{"population": {"p90": 3}}, {"other": 1}]
    return SimpleNamespace(
        runs=SimpleNamespace(latest=lambda _portal, _most: list(runs)),
        chunks=SimpleNamespace(results=lambda _run, step: results if step == "prepare" else []),
        clock=lambda: NOW,
    )


def test_it_is_the_last_sync_of_the_whole_portal_else_the_last_plan() -> None:
    few = replace(SYNC, id="r3", options={"people": ["ann"]})
    broken = replace(SYNC, id="r4", summary={})
    assert _last(engine(PLAN, few, broken, SYNC), "acme") == SYNC
    assert _last(engine(few, PLAN, broken), "acme") == PLAN
    assert _last(engine(broken), "acme") is None


def test_another_moment_has_a_run_of_its_own_that_is_never_opened() -> None:
    assert _run(engine(), "acme", "text", SYNC, None) == SYNC
    assert _run(engine(), "acme", "text", SYNC, NOW) == SYNC
    other = _run(engine(), "acme", "text", SYNC, PLAN.as_of)
    assert (other.id, other.as_of, other.mapping) == ("", PLAN.as_of, "text")
    assert _run(engine(), "acme", "text", None, None).as_of == NOW


def test_values_of_the_whole_portal_are_those_of_that_run() -> None:
    assert _population(engine(), SYNC).values == {"p90": 3}
    assert _population(engine(), None).values == {}
