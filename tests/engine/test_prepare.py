"""Preparing: once for the whole portal, frozen with the run, and gone with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.fake_engine import (
    AS_OF,
    MAPPING,
    Clock,
    FakePortal,
    FakeSource,
    make_engine,
    no_metrics,
)

from syncworker.engine import compute, inline, prepare, prepared, prune, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.memory import Chunk, Run
from syncworker.engine.todo import Todo
from syncworker.errors import ClaimLost
from syncworker.metrics import passes
from syncworker.metrics.compute import Computed
from syncworker.metrics.passes import Pass
from syncworker.metrics.population import Population

USAGE = MAPPING.replace(
    "      subscription_items:",
    "      users: {query: x}\n      events: {query: x}\n      fx_rates: {query: x}\n"
    "      subscription_items:",
)
ACCOUNTS = 7


def world(folder: Path, clock: Clock | None = None) -> Engine:
    source = FakeSource(ACCOUNTS)
    source.streams["fx_rates"] = []
    source.streams["events"] = [
        {"event_id": f"e{n}", "user_id": f"u{n}", "account_id": a, "name": "x", "ts": AS_OF}
        for n in range(ACCOUNTS)
        for a in [f"a{(n + 1) % ACCOUNTS}" if n else None]
    ]
    # Every row once more as an older version: versions are not counted as rows.
    source.streams["accounts"] = [*source.streams["accounts"], *source.streams["accounts"]]
    limits = Limits(push_records=3, shard_accounts=3)
    return make_engine(
        folder, FakePortal(ACCOUNTS), source, mapping=USAGE, clock=clock, limits=limits
    )


def up_to(engine: Engine, task: str) -> tuple[Run, list[Todo]]:
    """A run's work until a task is next."""
    run = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=1))
    todos = sync.begin(engine, run.id)
    while todos[0].task != task:
        todos = [more for todo in todos for more in inline.do(engine, todo, "me")]
    return run, todos


def files(engine: Engine) -> list[str]:
    return [p for p in engine.staging.files("acme") if p.startswith("acme/prepared/")]


def test_every_shard_reads_its_own_rows_and_all_rows_are_somewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "_PART", 3)
    engine = world(tmp_path)
    run, todos = up_to(engine, "compute_chunk")
    cut = prepared.prepared(engine, run.id)
    assert cut is not None
    assert (cut.of, len(todos)) == (3, 3)
    mapping = sync.checked("acme", run.mapping)
    shards = [prepared.shard_facts(engine, run, mapping, cut, n).streams for n in range(cut.of)]

    def rows(stream: str) -> list[pl.DataFrame]:
        return [shard[stream].collect() for shard in shards]

    together = pl.concat(rows("accounts"))["account_id"].to_list()
    assert sorted(together) == [f"a{n}" for n in range(ACCOUNTS)]
    for accounts, users, events in zip(
        rows("accounts"), rows("users"), rows("events"), strict=True
    ):
        mine = set(accounts["account_id"])
        assert set(users["account_id"]) == mine
        # Events for the shard's accounts, and those of its people for others.
        people = set(users["user_id"])
        found = {(e["account_id"] in mine or e["user_id"] in people) for e in events.to_dicts()}
        assert found <= {True}
        assert events["event_id"].is_unique().all()
    assert set(pl.concat(rows("events"))["event_id"]) == {f"e{n}" for n in range(ACCOUNTS)}
    assert all(frame.columns == rows("fx_rates")[0].columns for frame in rows("fx_rates"))


def test_what_was_prepared_is_removed_when_the_run_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compute, "compute_metrics", no_metrics)
    engine = world(tmp_path)
    run, todos = up_to(engine, "compute_chunk")
    assert all(run.id in place for place in files(engine))
    assert files(engine)
    while todos:
        todos = [more for todo in todos for more in inline.do(engine, todo, "me")]
    assert engine.runs.get(run.id).status == "done"
    assert files(engine) == []


def test_pruning_removes_what_a_killed_run_had_prepared(tmp_path: Path) -> None:
    engine = world(tmp_path)
    run, _ = up_to(engine, "compute_chunk")
    assert engine.runs.finish(replace(run, status="failed", finished_at=AS_OF))
    assert files(engine)
    prune.prune(engine, "acme")
    assert files(engine) == []


def test_an_old_owners_late_preparation_changes_nothing(tmp_path: Path) -> None:
    clock = Clock()
    engine = world(tmp_path, clock)
    run, (todo,) = up_to(engine, "prepare_chunk")
    lease = engine.limits.lease
    old = engine.chunks.claim(int(todo.id), owner="old", now=clock.now, until=clock.now + lease)
    clock.now += 2 * lease
    new = engine.chunks.claim(int(todo.id), owner="new", now=clock.now, until=clock.now + lease)
    assert isinstance(old, Chunk)
    assert isinstance(new, Chunk)
    mapping = sync.checked("acme", run.mapping)
    prepare.prepare(engine, run, mapping, new)
    kept = engine.chunks.results(run.id, "prepare")
    with pytest.raises(ClaimLost):
        prepare.prepare(replace(engine, letters=Silent()), run, mapping, old)
    assert engine.chunks.results(run.id, "prepare") == kept


class Silent:
    """Letters that let an old owner get as far as its last commit."""

    def renew(self, *_: object) -> None:
        pass


def test_values_of_the_whole_portal_are_frozen_with_the_run_and_read_by_every_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def freeze(rows: pl.DataFrame, *_: object) -> int:
        return rows["account_id"].n_unique()

    def rows(inputs: Any) -> pl.LazyFrame:
        return inputs.facts.streams["accounts"].select("account_id")

    seen: list[object] = []
    passes_ = (Pass("accounts", rows, freeze),)
    monkeypatch.setattr(passes, "PASSES", passes_)
    monkeypatch.setattr(prepare, "PASSES", passes_)

    def watch(_facts: object, _settings: object, population: Population, *_: object) -> Computed:
        seen.append(population.values)
        return no_metrics()

    monkeypatch.setattr(compute, "compute_metrics", watch)
    engine = world(tmp_path)
    run = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=1))
    assert inline.carry_out(engine, run, "me").status == "done"
    assert seen == [{"accounts": ACCOUNTS}] * 3
    # A run of a few people compares them with the last whole portal's.
    few = sync.start(engine, "acme", options={"people": [], "accounts": ["a0"]})
    inline.carry_out(engine, few, "me")
    assert seen[3:] == [{"accounts": ACCOUNTS}]
