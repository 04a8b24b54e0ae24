"""Every row counts: rejected ones until they get through, one source's beside another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.facts import facts_of
from syncworker.engine.freshness import held_metrics
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.ports import Page, RejectedRow

TWO_SOURCES = MAPPING.replace(
    "objects:",
    "  crm:\n    kind: sql\n    url: env:CRM\n    streams: {accounts: {query: x}}\nobjects:",
)


class Incremental(FakeSource):
    """Read from a cursor: each run gets only what is put down for it."""

    def incremental(self, stream: str) -> bool:
        return True

    def nothing_new(self) -> None:
        self.streams = {name: [] for name in self.streams}
        self.rejected = {}


class Stripe(FakeSource):
    """One configured stream whose pages hold subscriptions and their items."""

    def provides(self, stream: str) -> tuple[str, ...]:
        if stream == "accounts":
            return (stream,)
        return ("subscriptions", "subscription_items")

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        for name in self.provides(stream):
            yield from super().pages(name, since=since, resume=None, watermark=watermark)


STRIPE = MAPPING.replace("      subscription_items: {query: x}\n", "")


def bad(stream: str, position: int, key: str, field: str = "quantity") -> RejectedRow:
    return RejectedRow(stream, f"query of {stream}", position, field, "does not fit", key)


def run(engine: Engine, hours: int = 0) -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours))
    return inline.carry_out(engine, started, "me")


def read(engine: Engine, hours: int = 0) -> Run:
    """Read the sources, and compute nothing."""
    at = AS_OF + timedelta(hours=hours)
    return inline.carry_out(engine, sync.start(engine, "acme", as_of=at, kind="extract"), "me")


def open_letters(engine: Engine) -> list[str]:
    found = engine.letters.open("acme", run_id=None, most=99)
    return sorted(f"{letter.key} {letter.property}" for letter in found)


def there(engine: Engine, ended: Run, stream: str = "accounts") -> set[str]:
    """Keys of the staged rows whose newest version is not deleted."""
    rows = facts_of(engine, ended, checked("acme", ended.mapping)).streams[stream].collect()
    newest = rows.group_by("source_id").agg(pl.all().max_by("synced_at"))
    return set(newest.filter(pl.col("deleted_at").is_null())["source_id"])


def test_rejected_rows_of_a_cursor_stream_stay_visible_until_each_gets_through(
    tmp_path: Path,
) -> None:
    source = Incremental(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    source.rejected = {"subscription_items": (bad("subscription_items", 1, "i7"),)}
    read(engine)
    source.nothing_new()
    source.rejected = {
        "subscription_items": (
            bad("subscription_items", 1, "i8"),
            bad("subscription_items", 2, ""),
        )
    }
    read(engine, 1)
    first, second = "app, query of subscription_items:i7", "app, query of subscription_items:i8"
    nameless = "app, query of subscription_items:2 read 2026-11-20 13:00:00 quantity"
    assert open_letters(engine) == [nameless, f"{first} quantity", f"{second} quantity"]

    source.nothing_new()
    assert read(engine, 2).status == "done"
    assert len(open_letters(engine)) == 3, "nobody mended them"

    mended = FakeSource(9).streams["subscription_items"]
    source.streams["subscription_items"] = [row for row in mended if row["item_id"] == "i7"]
    source.rejected = {"subscription_items": (bad("subscription_items", 1, "i8", "currency"),)}
    read(engine, 3)
    assert open_letters(engine) == [nameless, f"{second} currency"]


def test_rows_with_one_key_in_other_streams_do_not_resolve_a_letter(tmp_path: Path) -> None:
    source = Incremental(1)
    engine = make_engine(tmp_path, FakePortal(1), source)
    source.rejected = {"subscription_items": (bad("subscription_items", 1, "s0"),)}
    read(engine)
    source.rejected = {}
    read(engine, 1)  # brings the subscription s0 again
    assert open_letters(engine) == ["app, query of subscription_items:s0 quantity"]


def test_several_parts_of_one_line_each_have_a_letter_and_keep_their_last_good_version(
    tmp_path: Path,
) -> None:
    source = Stripe(3)
    engine = make_engine(tmp_path, FakePortal(3), source, mapping=STRIPE)
    read(engine)
    items = source.streams["subscription_items"]
    source.streams["subscription_items"] = [items[2]]
    source.rejected = {
        "subscription_items": tuple(bad("subscription_items", 1, key) for key in ("i0", "i1"))
    }
    ended = read(engine, 1)
    place = "app, query of subscription_items:1"
    assert open_letters(engine) == [f"{place} i0 quantity", f"{place} i1 quantity"]
    assert there(engine, ended, "subscription_items") == {"i0", "i1", "i2"}


def test_one_part_that_is_always_refused_does_not_keep_what_was_deleted_alive(
    tmp_path: Path,
) -> None:
    source = Stripe(3)
    engine = make_engine(tmp_path, FakePortal(3), source, mapping=STRIPE)
    read(engine)
    # s0 came without its list of items, i1 cannot be read, i2 was taken off its subscription
    source.streams["subscription_items"] = [FakeSource(9).streams["subscription_items"][8]]
    source.rejected = {
        "subscription_items": tuple(bad("subscription_items", 1, key) for key in ("s0", "i1"))
    }
    ended = read(engine, 1)
    assert there(engine, ended, "subscription_items") == {"i0", "i1", "i8"}


@pytest.mark.parametrize("incremental", [False, True])
def test_a_whole_reading_of_one_source_deletes_no_rows_of_another(
    tmp_path: Path, incremental: bool
) -> None:
    app, crm = FakeSource(2), (Incremental if incremental else FakeSource)(4)
    crm.name = "crm"
    crm.streams["accounts"] = crm.streams["accounts"][1:]  # a1 is in both
    engine = make_engine(tmp_path, FakePortal(4), app, mapping=TWO_SOURCES)
    engine = replace(engine, sources=lambda *_: {"app": app, "crm": crm})
    read(engine)
    if isinstance(crm, Incremental):
        crm.nothing_new()
    ended = read(engine, 1)
    assert there(engine, ended) == {"a0", "a1", "a2", "a3"}
    app.streams["accounts"].pop()  # a1
    assert there(engine, read(engine, 2)) == {"a0", "a1", "a2", "a3"}
    app.streams["accounts"] = FakeSource(9).streams["accounts"][8:]
    assert there(engine, read(engine, 3)) == {"a8", "a1", "a2", "a3"}


def test_rows_of_a_source_that_was_renamed_do_not_live_on_as_ghosts(tmp_path: Path) -> None:
    source = FakeSource(3)
    read(make_engine(tmp_path, FakePortal(3), source))
    source.name = "production"
    source.streams["accounts"].pop()
    renamed = MAPPING.replace("  app:\n", "  production:\n")
    engine = make_engine(tmp_path, FakePortal(3), source, mapping=renamed)
    engine = replace(engine, sources=lambda *_: {"production": source})
    assert there(engine, read(engine, 1)) == {"a0", "a1"}


def test_of_two_sources_of_a_stream_one_that_comes_empty_holds_the_metrics(tmp_path: Path) -> None:
    app, crm = FakeSource(2), FakeSource(2)
    crm.name = "crm"
    mapping = MAPPING.replace(
        "objects:",
        "  crm:\n    kind: sql\n    url: env:CRM\n    streams: {subscriptions: {query: x}}\n"
        "objects:",
    )
    engine = make_engine(tmp_path, FakePortal(2), app, mapping=mapping)
    engine = replace(engine, sources=lambda *_: {"app": app, "crm": crm})

    def held(hours: int) -> dict[str, str]:
        found = held_metrics(engine, read(engine, hours), checked("acme", mapping))
        return {name: found[name] for name in ("mrr", "subscription_status") if name in found}

    assert held(0) == {}
    for one, other in ((app, crm), (crm, app)):
        kept, one.streams["subscriptions"] = one.streams["subscriptions"], []
        assert other.streams["subscriptions"]
        assert set(held(1).values()) == {"subscriptions has no rows"}
        one.streams["subscriptions"] = kept


def test_a_row_that_was_deleted_and_comes_back_is_there_again(tmp_path: Path) -> None:
    source = FakeSource(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    read(engine)
    gone = source.streams["accounts"].pop()
    assert there(engine, read(engine, 1)) == {"a0", "a1"}
    source.streams["accounts"].append(gone)
    assert there(engine, read(engine, 2)) == {"a0", "a1", "a2"}


def test_a_letter_of_an_account_that_left_the_source_does_not_stay_for_ever(tmp_path: Path) -> None:
    source = FakeSource(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    source.streams["accounts"][0]["domain"] = "c1.example"
    assert run(engine).status == "rejects"
    assert open_letters(engine) == ["a0 domain", "a1 domain"]
    source.streams["accounts"].pop(0)
    assert run(engine, 1).status == "done"
    assert open_letters(engine) == []


def test_what_a_refused_or_planned_run_replaced_is_swept_and_old_plans_are_dropped(
    tmp_path: Path,
) -> None:
    source = FakeSource(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    first = run(engine)
    planned = sync.start(engine, "acme", as_of=AS_OF, kind="plan")
    assert inline.carry_out(engine, planned, "me").status == "planned"
    assert engine.pages.outdated("acme") == []
    kept = engine.pages.places("acme") + [s.place for s in engine.snapshots.known("acme")]
    assert len(kept) == 2 * 3 + 1, "two pages a stream, and a day's snapshot"
    assert sorted(engine.staging.files("acme")) == sorted(kept)

    now = engine.clock()
    source.streams["subscription_items"][0]["unit_amount"] = 5
    for days, kept in ((29, 3), (31, 0)):
        later = replace(engine, clock=lambda days=days: now + timedelta(days=days))
        read(later, days)
        assert len(engine.plans.show(first.id, 99)) == kept


def test_many_small_files_become_one_and_every_row_stays_as_it_was(tmp_path: Path) -> None:
    source = Incremental(4)
    limits = Limits(small_files=3)
    engine = make_engine(tmp_path, FakePortal(4), source, limits=limits)
    read(engine)
    for hours, number in enumerate((0, 2, 0, 1, 3), start=1):
        source.nothing_new()
        row = FakeSource(9).streams["accounts"][number]
        source.streams["accounts"] = [row | {"name": f"read in hour {hours}"}]
        ended = read(engine, hours)
    files = engine.pages.staged("acme", "accounts")
    assert len(files) == 3, "of two pages of the first reading and one of each other run"
    assert len(list((tmp_path / "staging" / "acme" / "accounts").iterdir())) == len(files)
    rows = facts_of(engine, ended, checked("acme", ended.mapping)).streams["accounts"].collect()
    assert dict(rows.select("account_id", "name").iter_rows()) == {
        "a0": "read in hour 3",
        "a1": "read in hour 4",
        "a2": "read in hour 2",
        "a3": "read in hour 5",
    }


def test_marks_of_deleted_rows_are_merged_as_well_and_stay_marks(tmp_path: Path) -> None:
    source = FakeSource(6)
    engine = make_engine(tmp_path, FakePortal(6), source, limits=Limits(small_files=2))
    read(engine)
    for hours in range(1, 5):
        source.streams["accounts"].pop()
        ended = read(engine, hours)
    files = engine.pages.staged("acme", "accounts")
    assert [page.rows for page in files if page.deletions] == [3, 1]
    assert there(engine, ended) == {"a0", "a1"}
    rows = facts_of(engine, ended, checked("acme", ended.mapping)).streams["accounts"].collect()
    gone = rows.drop_nulls("deleted_at").select("account_id", "deleted_at")
    assert dict(gone.iter_rows()) == {f"a{6 - h}": AS_OF + timedelta(hours=h) for h in range(1, 5)}
