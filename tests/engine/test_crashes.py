"""Killed at any call that leaves the process, and run again: the end is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import (
    AS_OF,
    WITH_CONTACTS,
    Clock,
    FakePortal,
    FakeSource,
    make_engine,
)

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.ports import Pair

pytestmark = pytest.mark.long

ACCOUNTS = 5
PORTS = (
    "runs",
    "chunks",
    "pages",
    "ledger",
    "plans",
    "letters",
    "associations",
    "snapshots",
    "staging",
)


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it is run, nothing catches it."""


class Wrapped:
    """A port whose calls are counted; the nth of all calls kills, before or after it is done."""

    def __init__(self, port: Any, counter: Counter) -> None:
        self._port, self._counter = port, counter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._counter.wrap(found) if callable(found) else found


class Counter:
    def __init__(self, kill_at: int | None, *, after: bool) -> None:
        self.calls, self.kill_at, self.after = 0, kill_at, after

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            mine = self.calls
            if mine == self.kill_at and not self.after:
                raise Killed
            result = function(*arguments, **named)
            if mine == self.kill_at:
                raise Killed
            return result

        return call


def wrapped(engine: Engine, counter: Counter) -> Engine:
    portal = engine.connect("acme", None, "interactive")
    ports = {f.name: getattr(engine, f.name) for f in fields(engine) if f.name in PORTS}
    return replace(
        engine,
        **{name: Wrapped(port, counter) for name, port in ports.items()},
        connect=lambda _name, _mapping, _priority: Wrapped(portal, counter),
    )


def made(
    folder: Path, portal: FakePortal, source: FakeSource, clock: Clock | None = None
) -> Engine:
    return make_engine(folder, portal, source, mapping=WITH_CONTACTS, clock=clock)


def carry_out(engine: Engine) -> str:
    run = engine.runs.running("acme") or sync.start(engine, "acme", as_of=AS_OF)
    return inline.carry_out(engine, run, "me").status


def expected(portal: FakePortal) -> None:
    for i in range(ACCOUNTS):
        company = portal.companies[str(i)]
        assert company["saas_mrr"] == f"{(1000 + i) / 100:g}"
        assert company["saas_subscription_status"] == "active"
    assert portal.together == {Pair(f"p{i}", str(i)) for i in range(ACCOUNTS)}


def calls_of_a_whole_run(folder: Path) -> int:
    counter = Counter(None, after=False)
    portal = FakePortal(ACCOUNTS)
    engine = wrapped(made(folder, portal, FakeSource(ACCOUNTS)), counter)
    assert carry_out(engine) == "done"
    expected(portal)
    return counter.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_killed_at_any_call_and_started_again_ends_the_same(
    tmp_path: Path, after: bool
) -> None:
    total = calls_of_a_whole_run(tmp_path / "whole")
    assert total > 60
    for kill_at in range(1 + after, total, 41):
        folder = tmp_path / str(kill_at)
        portal, source = FakePortal(ACCOUNTS), FakeSource(ACCOUNTS)
        with pytest.raises(Killed):
            carry_out(wrapped(made(folder, portal, source), Counter(kill_at, after=after)))
        # A new process, after the dead one's leases have run out.
        engine = made(folder, portal, source, Clock(minutes=2))
        assert carry_out(engine) in ("done", "planned"), kill_at
        expected(portal)
        ledger = engine.ledger.get("acme", "companies", [f"a{i}" for i in range(ACCOUNTS)])
        assert len(ledger) == ACCOUNTS
        assert all(
            record.values["saas_mrr"] == portal.companies[record.hubspot_id]["saas_mrr"]
            for record in ledger.values()
        )
        # And nothing is left to do.
        writes = portal.writes
        assert carry_out(engine) == "done"
        assert portal.writes == writes, kill_at
