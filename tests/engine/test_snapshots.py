"""The daily grid: every midnight from the first run on, in order, and anew where rows come late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine, no_metrics

from syncworker.engine import inline, snapshots, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.memory import Run
from syncworker.engine.run_words import RunKind
from syncworker.metrics.compute import Computed
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant, known
from syncworker.metrics.memory import SNAPSHOT, Memory
from syncworker.metrics.settings import MetricSettings

USAGE = MAPPING.replace(
    "      subscription_items:", "      events: {query: x}\n      subscription_items:"
)
DAY = date(2026, 11, 20)
Days = dict[str, list[tuple[str, int]]]


def counting(facts: Facts, _settings: MetricSettings, memory: Memory, **_: object) -> Computed:
    """One metric, the score: all events of the 28 days before each midnight so far, together."""
    facts = known(facts)
    since = pl.col("ts") >= instant(facts.as_of - timedelta(days=28))
    usage = facts.streams["events"].filter(since).group_by("account_id").len("usage")
    last = memory.last
    if last is None:
        last = pl.LazyFrame(schema={"account_id": pl.String, "health_score": pl.Int64})
    accounts = (
        facts.streams["accounts"]
        .select("account_id", *(pl.lit(None, kind).alias(name) for name, kind in SNAPSHOT.items()))
        .drop("health_score")
        .join(usage, on="account_id", how="left")
        .join(last.select("account_id", "health_score"), on="account_id", how="left")
        .with_columns(
            health_score=pl.col("health_score").fill_null(0) + pl.col("usage").fill_null(0)
        )
    )
    return Computed(accounts=accounts, users=accounts, subscriptions=accounts, tickets=accounts)


@pytest.fixture(autouse=True)
def _remembering(_quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "compute", counting)
    monkeypatch.setattr("syncworker.engine.compute.compute_metrics", no_metrics)


def event(number: int, hours: float, account: str = "a0") -> dict[str, Any]:
    at = AS_OF + timedelta(hours=hours)
    return {"event_id": f"e{number}", "account_id": account, "name": "x", "ts": at}


class World:
    def __init__(self, folder: Path, accounts: int = 2) -> None:
        folder.mkdir()
        self.folder, self.accounts = folder, accounts
        self.source = FakeSource(accounts)
        self.source.streams["events"] = [event(0, -1)]
        self.portal = FakePortal(accounts)
        self.engine = self.with_shards_of(100)

    def with_shards_of(self, accounts: int) -> Engine:
        limits = Limits(shard_accounts=accounts)
        self.engine = make_engine(
            self.folder, self.portal, self.source, mapping=USAGE, limits=limits
        )
        return self.engine

    def run(self, days: float, kind: RunKind = "sync", **options: Any) -> Run:
        as_of = AS_OF + timedelta(days=days)
        started = sync.start(self.engine, "acme", as_of=as_of, kind=kind, options=options)
        ended = inline.carry_out(self.engine, started, "me")
        assert ended.status in ("done", "planned"), ended.message
        return ended

    def days(self, run: Run) -> Days:
        """What a run that starts now would find, by day."""
        known: dict[str, list[str]] = {}
        found = self.engine.snapshots.known("acme", known_by=run.as_of)
        for one in sorted(found, key=lambda each: (each.day, each.known_at)):
            newest = max(each.known_at for each in found if each.day == one.day)
            if one.known_at == newest:
                known.setdefault(one.day.isoformat(), []).append(one.place)
        schema = pl.Schema({"account_id": pl.String(), "health_score": pl.Int64()})
        read: Callable[..., pl.LazyFrame] = self.engine.staging.read
        return {day: sorted(read(p, schema).collect().rows()) for day, p in known.items()}


def test_the_grid_begins_with_the_first_run_and_a_second_one_of_a_day_makes_nothing(
    tmp_path: Path,
) -> None:
    world = World(tmp_path / "w")
    first = world.run(0)
    assert world.days(first) == {"2026-11-20": [("a0", 0), ("a1", 0)]}
    again = world.run(0.1)
    assert {one.run_id for one in world.engine.snapshots.known("acme")} == {first.id}
    assert again.status == "done"
    assert list(world.days(world.run(2.2))) == ["2026-11-20", "2026-11-21", "2026-11-22"]


@pytest.mark.long
def test_computing_late_equals_computing_it_all_at_once(tmp_path: Path) -> None:
    daily, once = World(tmp_path / "daily", 5), World(tmp_path / "once", 5)
    late = event(2, 30, "a3")  # of the second day, told on the fourth
    for day in range(5):
        daily.source.streams["events"].append(event(10 + day, day * 24 - 2, f"a{day}"))
        if day == 3:
            daily.source.streams["events"].append(late)
        daily.with_shards_of(2 if day % 2 else 100)  # cut in another way each time
        end = daily.run(day)
    once.source.streams["events"].append(event(10, -2))
    once.run(0)
    once.source.streams["events"] = daily.source.streams["events"]
    assert once.days(once.run(4)) == daily.days(end)
    assert daily.days(end)["2026-11-24"][3] == ("a3", 1 + 1 + 2)
    # What was known before the late row came is still told.
    then = replace(end, as_of=AS_OF + timedelta(days=2))
    assert daily.days(then)["2026-11-22"][3] == ("a3", 0)


def test_runs_of_a_few_people_and_of_the_past_continue_from_the_days_and_keep_none(
    tmp_path: Path,
) -> None:
    world = World(tmp_path / "w")
    world.run(0)
    kept = world.engine.snapshots.known("acme")
    world.run(1.5, people=[], accounts=["a0"])
    assert world.engine.snapshots.known("acme") == kept
    world.run(3)
    all_days = world.engine.snapshots.known("acme")
    world.run(2, "plan")
    assert world.engine.snapshots.known("acme") == all_days


def test_a_computation_remembers_the_midnight_before_it_and_the_one_a_month_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Any, Any]] = []

    def watch(*arguments: Any, **named: Any) -> Memory:
        found = snapshots_remembered(*arguments, **named)
        day = [
            None if frame is None else frame.collect()["health_score"].sum()
            for frame in (found.last, found.month_ago)
        ]
        seen.append((day[0], day[1]))
        return found

    snapshots_remembered = snapshots.remembered
    monkeypatch.setattr("syncworker.engine.compute.remembered", watch)
    world = World(tmp_path / "w")
    world.source.streams["events"] = [event(0, -20)]
    world.run(0)
    world.run(30)
    world.run(30.5)  # exactly a midnight: the one before it is the last
    assert seen[0] == (1, None)
    assert seen[1] == (28, 1)
    assert seen[2] == (28, 2)


def test_days_that_one_shard_lacks_are_made_anew(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    world.run(0)
    one = world.engine.snapshots.known("acme")[0]
    world.engine.snapshots.drop("acme", before=DAY + timedelta(days=1))
    world.with_shards_of(1)
    world.run(0.1)
    assert {(s.shard, s.of) for s in world.engine.snapshots.known("acme")} == {(0, 2), (1, 2)}
    assert one not in world.engine.snapshots.known("acme")


def test_old_days_are_dropped_with_their_files_and_new_ones_kept(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    mapping = USAGE + "staging: {keep_days: {snapshots: 2}}\n"
    for day in (0, 4):
        world.engine = replace(world.engine, mapping_text=lambda _portal: mapping)
        world.engine.clock.now = AS_OF + timedelta(days=day)
        world.run(day)
    left = world.engine.snapshots.known("acme")
    assert [one.day for one in left] == [DAY + timedelta(days=n) for n in (2, 3, 4)]
    files = [p for p in world.engine.staging.files("acme") if p.startswith("acme/snapshots/")]
    assert sorted(files) == sorted(one.place for one in left)
