"""A whole reading keeps history: what is gone is marked, what is as it was is not staged again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.facts import facts_of
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.ports import Page

EVENTS = MAPPING.replace(
    "      subscription_items:", "      events: {query: x}\n      subscription_items:"
)


class Cursor(FakeSource):
    """Read from a cursor, and whole every day; remembers from where it was asked to read."""

    def __init__(self, accounts: int, every: timedelta | None = timedelta(days=1)) -> None:
        super().__init__(accounts)
        self.every = every
        self.asked: list[tuple[str, str | None]] = []

    def incremental(self, stream: str) -> bool:
        return True

    def full_every(self, stream: str) -> timedelta | None:
        return self.every

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        self.asked.append((stream, since))
        return super().pages(stream, since=since, resume=resume, watermark=watermark)

    def since(self, stream: str) -> list[str | None]:
        """From where the stream was read each time."""
        return [since for name, since in self.asked if name == stream]


def extract(engine: Engine, hours: float = 0, **options: Any) -> Run:
    started = sync.start(
        engine, "acme", as_of=AS_OF + timedelta(hours=hours), kind="extract", options=options
    )
    return inline.carry_out(engine, started, "me")


def versions(engine: Engine, stream: str) -> pl.DataFrame:
    places = [page.place for page in engine.pages.staged("acme", stream)]
    return engine.staging.versions(stream, places).collect()


def rows(engine: Engine, run: Run, stream: str) -> dict[str, Mapping[str, Any]]:
    frame = facts_of(engine, run, checked("acme", run.mapping)).streams[stream].collect()
    return {str(row["source_id"]): row for row in frame.to_dicts()}


def staged_rows(engine: Engine, stream: str) -> int:
    return sum(page.rows for page in engine.pages.staged("acme", stream))


def test_rows_that_are_as_they_were_are_not_staged_again(tmp_path: Path) -> None:
    source = FakeSource(6)
    engine = make_engine(tmp_path, FakePortal(6), source)
    extract(engine)
    for hours in (1, 2, 3):
        assert extract(engine, hours).summary["streams"]["app.accounts"] == 6
    assert staged_rows(engine, "accounts") == 6
    assert len(engine.staging.files("acme")) == sum(
        len(engine.pages.staged("acme", stream))
        for stream in ("accounts", "subscriptions", "subscription_items")
    ), "replaced files are gone from disk"


def test_every_version_of_a_row_stays_and_the_newest_counts(tmp_path: Path) -> None:
    source = FakeSource(8)
    engine = make_engine(tmp_path, FakePortal(8), source)
    extract(engine)
    for hours, price in enumerate((2000, 2000, 1000), start=1):
        source.streams["subscription_items"][0]["unit_amount"] = price
        ended = extract(engine, hours)
    of_item = versions(engine, "subscription_items").filter(item_id="i0").sort("synced_at")
    assert of_item["unit_amount"].cast(pl.Int64).to_list() == [1000, 2000, 1000]
    assert of_item["synced_at"].to_list() == [AS_OF + timedelta(hours=h) for h in (0, 1, 3)]
    assert int(rows(engine, ended, "subscription_items")["i0"]["unit_amount"]) == 1000


def test_a_full_reload_takes_no_event_away_that_the_source_no_longer_tells_of(
    tmp_path: Path,
) -> None:
    source = Cursor(4, every=None)
    event = {"account_id": "a0", "name": "x"}
    source.streams["events"] = [
        {**event, "event_id": f"e{day}", "ts": AS_OF - timedelta(days=day)} for day in (50, 9)
    ]
    engine = make_engine(tmp_path, FakePortal(4), source, mapping=EVENTS)
    extract(engine)
    source.streams["events"] = [{**event, "event_id": "e1", "ts": AS_OF - timedelta(days=1)}]
    found = rows(engine, extract(engine, 1, full=True), "events")
    assert set(found) == {"e50", "e9", "e1"}
    assert not any(row["deleted_at"] for row in found.values())


def test_what_happened_before_the_earliest_row_of_a_reading_is_not_deleted(tmp_path: Path) -> None:
    source = Cursor(4, every=None)

    def trials(*days: int) -> list[dict[str, Any]]:
        at = {day: AS_OF - timedelta(days=day) for day in days}
        return [{"trial_id": f"t{d}", "account_id": "a0", "requested_at": at[d]} for d in days]

    source.streams["trials"] = trials(50, 40, 9)
    mapping = EVENTS.replace("events: {", "trials: {")
    engine = make_engine(tmp_path, FakePortal(4), source, mapping=mapping)
    extract(engine)
    # The source keeps thirty days, and lost the trial of nine days ago.
    source.streams["trials"] = trials(20, 1)
    found = rows(engine, extract(engine, 1, full=True), "trials")
    assert set(found) == {"t50", "t40", "t20", "t9", "t1"}
    assert [key for key, row in found.items() if row["deleted_at"]] == ["t9"]


def test_a_stream_with_a_cursor_is_read_whole_at_first_and_then_as_often_as_it_says(
    tmp_path: Path,
) -> None:
    source = Cursor(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    for hours in (0, 1, 23, 24, 25):
        extract(engine, hours)
    before = "read before"
    assert source.since("accounts") == [None, before, before, None, before]


def test_a_whole_reading_of_a_cursor_stream_notices_deleted_rows(tmp_path: Path) -> None:
    source = Cursor(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    extract(engine)
    source.streams["accounts"].pop()
    assert rows(engine, extract(engine, 1), "accounts")["a2"]["deleted_at"] is None
    gone = rows(engine, extract(engine, 24), "accounts")["a2"]
    assert gone["deleted_at"] == AS_OF + timedelta(hours=24)


def test_full_reads_whole_what_was_asked_for_and_nothing_else(tmp_path: Path) -> None:
    source = Cursor(3, every=None)
    engine = make_engine(tmp_path, FakePortal(3), source)
    extract(engine)
    run = extract(engine, 1, full=True, streams=["app.subscriptions"])
    assert source.since("accounts") == [None]
    assert source.since("subscriptions") == [None, None]
    assert run.summary["streams"] == {"app.subscriptions": 3}
    reads = {read.stream: read.read_at for read in engine.pages.read("acme")}
    assert reads["accounts"] == AS_OF
    assert reads["subscriptions"] == AS_OF + timedelta(hours=1)


def test_an_extraction_asks_hubspot_nothing_and_the_next_sync_goes_on_from_its_cursors(
    tmp_path: Path,
) -> None:
    source, portal = Cursor(3, every=None), FakePortal(3)
    engine = make_engine(tmp_path, portal, source)
    assert extract(engine).status == "done"
    assert portal.requests == 0
    run = inline.carry_out(engine, sync.start(engine, "acme", as_of=AS_OF), "me")
    assert (run.status, run.summary["outcomes"]) == ("done", {"sent": 3})
    assert source.since("accounts") == [None, "read before"]


class Unchanging(FakeSource):
    """Knows when nothing has changed since it was last read."""

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        if since == "as it is":
            yield Page({}, cursor=since, unchanged=True)
            return
        for page in super().pages(stream, since=None, resume=resume, watermark=watermark):
            yield replace(page, cursor="as it is")


def test_a_source_that_says_nothing_has_changed_holds_and_deletes_nothing(tmp_path: Path) -> None:
    source = Unchanging(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    inline.carry_out(engine, sync.start(engine, "acme", as_of=AS_OF), "me")
    later = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=1))
    run = inline.carry_out(engine, later, "me")
    assert run.summary["held_metrics"] == {}
    assert run.summary["rows"] == 0
    assert len(rows(engine, run, "accounts")) == 3
    assert not any(row["deleted_at"] for row in rows(engine, run, "accounts").values())


@pytest.mark.parametrize("at", ["commit", "whole"])
def test_killed_before_or_after_the_end_of_a_whole_reading_the_rows_are_the_same(
    tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeSource(6)
    engine = make_engine(tmp_path, FakePortal(6), source)
    extract(engine)
    source.streams["accounts"][1]["name"] = "new name"
    source.streams["accounts"].pop()
    real = engine.pages.whole if at == "whole" else engine.pages.commit
    with monkeypatch.context() as patched:

        def killed(*args: Any, **more: Any) -> None:
            real(*args, **more)
            raise KeyboardInterrupt

        patched.setattr(engine.pages, at, killed)
        started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=1), kind="extract")
        with pytest.raises(KeyboardInterrupt):
            inline.carry_out(engine, started, "me")
    now = engine.clock()
    restarted = replace(engine, clock=lambda: now + timedelta(minutes=2))
    ended = inline.carry_out(restarted, started, "me")
    assert ended.status == "done"
    found = rows(engine, ended, "accounts")
    assert [key for key, row in found.items() if row["deleted_at"]] == ["a5"]
    assert found["a1"]["name"] == "new name"
    assert staged_rows(engine, "accounts") == 6 + 2, "one changed, one marked"


class Later(Cursor):
    """A whole reading of it passes over a row that changed after the watermark."""

    later: str = ""

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        for page in super().pages(stream, since=since, resume=resume, watermark=watermark):
            own = pl.col("source_id") == self.later
            rows = page.frames[stream].filter(~own if since is None else own)
            yield replace(page, frames={stream: rows})


def test_a_row_that_waits_for_the_next_run_is_not_deleted_and_one_that_is_gone_is(
    tmp_path: Path,
) -> None:
    source = Later(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    extract(engine)
    source.later = "a1"
    source.streams["accounts"].pop()
    found = rows(engine, extract(engine, 24), "accounts")
    assert [key for key, row in found.items() if row["deleted_at"]] == ["a2"]


class Passing(FakeSource):
    """Keeps only what came lately."""

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        for page in super().pages(stream, since=since, resume=resume, watermark=watermark):
            yield replace(page, passing=True)


def test_what_a_source_forgets_is_not_deleted(tmp_path: Path) -> None:
    source = Passing(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    extract(engine)
    source.streams["accounts"].pop()
    found = rows(engine, extract(engine, 1, full=True), "accounts")
    assert [row["deleted_at"] for row in found.values()] == [None] * 3
