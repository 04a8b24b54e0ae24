"""What the mapping no longer keeps is dropped; what counts today never is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.prune import prune
from syncworker.engine.stocktaking import take
from syncworker.errors import LockHeld, StoreError

KEEP = (
    MAPPING.replace(
        "      subscription_items:", "      events: {query: x}\n      subscription_items:"
    )
    + "staging: {keep_days: {events: 30, accounts: 10}}\n"
)


def extract(engine: Engine, days: float = 0) -> None:
    at = AS_OF + timedelta(days=days)
    started = sync.start(engine, "acme", as_of=at, kind="extract")
    assert inline.carry_out(engine, started, "me").status == "done"


def events(*days: float) -> list[dict[str, object]]:
    event = {"account_id": "a0", "name": "x"}
    return [{**event, "event_id": f"e{d}", "ts": AS_OF - timedelta(days=d)} for d in days]


def staged(engine: Engine, stream: str) -> pl.DataFrame:
    places = [page.place for page in engine.pages.staged("acme", stream)]
    return engine.staging.versions(stream, places).collect()


@pytest.fixture
def source() -> FakeSource:
    source = FakeSource(4)
    source.streams["events"] = events(1, 15, 29, 31)
    return source


@pytest.fixture
def engine(tmp_path: Path, source: FakeSource) -> Engine:
    return make_engine(tmp_path, FakePortal(4), source, mapping=KEEP)


def test_what_happened_longer_ago_is_not_even_staged(engine: Engine) -> None:
    extract(engine)
    assert sorted(staged(engine, "events")["event_id"]) == ["e1", "e15", "e29"]


def test_pruning_drops_old_events_and_counts_them_without_dropping_when_asked(
    engine: Engine, source: FakeSource
) -> None:
    extract(engine)
    source.streams["events"] = []
    extract(engine, 0.5)
    # The clock of the fake engine stands 18 hours after AS_OF: e29 is still young enough.
    assert prune(engine, "acme", dry_run=True).rows == {}
    engine.clock.now += timedelta(days=2)
    assert prune(engine, "acme", dry_run=True).rows == {"events": 1}
    assert staged(engine, "events").height == 3
    assert prune(engine, "acme").rows == {"events": 1}
    assert sorted(staged(engine, "events")["event_id"]) == ["e1", "e15"]
    assert prune(engine, "acme").rows == {}


def test_of_states_replaced_and_long_deleted_versions_go_and_the_newest_stays(
    engine: Engine, source: FakeSource
) -> None:
    extract(engine, -40)
    source.streams["accounts"][0]["name"] = "first change"
    source.streams["accounts"].pop()
    extract(engine, -20)
    source.streams["accounts"][0]["name"] = "second change"
    extract(engine, -5)
    assert staged(engine, "accounts").height == 4 + 2 + 1
    assert prune(engine, "acme").rows["accounts"] == 3
    left = staged(engine, "accounts")
    assert sorted(left["account_id"]) == ["a0", "a0", "a1", "a2"]
    assert left.filter(account_id="a0")["name"].to_list() == ["first change", "second change"]


def test_files_of_killed_processes_are_removed_and_all_others_stay(
    engine: Engine, tmp_path: Path
) -> None:
    extract(engine)
    stray = tmp_path / "staging" / "acme" / "accounts" / "20261101-1-1-000001.parquet"
    stray.write_bytes(b"half")
    assert prune(engine, "acme", dry_run=True).files == 1
    assert stray.exists()
    assert prune(engine, "acme").files == 1
    assert not stray.exists()
    assert staged(engine, "accounts").height == 4


def test_a_portal_that_another_run_has_is_left_alone(engine: Engine) -> None:
    extract(engine)
    sync.start(engine, "acme")
    with pytest.raises(LockHeld):
        prune(engine, "acme")


def test_a_pruning_that_fails_gives_the_portal_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract(engine)

    def full(*_: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(engine.staging, "files", full)
        with pytest.raises(StoreError, match="disk full"):
            prune(engine, "acme")
    assert prune(engine, "acme").files == 0


def test_it_happens_by_itself_with_the_first_run_of_a_day(
    engine: Engine, source: FakeSource, tmp_path: Path
) -> None:
    extract(engine)
    stray = tmp_path / "staging" / "acme" / "accounts" / "stray.parquet"
    stray.write_bytes(b"half")
    extract(engine)
    assert stray.exists(), "once a day is enough"
    engine.clock.now += timedelta(days=1)
    extract(engine)
    assert not stray.exists()


def test_stock_is_told_by_stream_and_source(engine: Engine) -> None:
    extract(engine)
    stock = {one.stream: one for one in take(engine, "acme")}
    assert list(stock) == ["accounts", "events", "subscriptions", "subscription_items"]
    one = stock["events"]
    assert (one.source, one.rows, one.files) == ("app", 3, 2)
    assert one.newest == AS_OF - timedelta(days=1)
    assert one.size is not None
    assert one.size > 100
