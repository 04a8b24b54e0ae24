"""What was known at a moment never depends on what was read after it."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.model.streams import STREAMS
from syncworker.staging.parquet import ParquetStaging

START = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = st.integers(0, 4).map(lambda days: START + timedelta(days=days))
VERSION = st.fixed_dictionaries(
    {
        "event_id": st.sampled_from("abc"),
        "name": st.sampled_from("xy"),
        "ts": DAYS,
        "received_at": st.none() | DAYS,
        "synced_at": DAYS,
    }
)


def frame(stream: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    full = [{"source": "app", "source_id": "1"} | row for row in rows]
    return pl.DataFrame(full, schema=STREAMS[stream].schema())


def as_user(row: dict[str, Any]) -> dict[str, Any]:
    return {"user_id": row["event_id"], "role": row["name"], "synced_at": row["synced_at"]}


def sorted_rows(rows: pl.LazyFrame) -> list[tuple[Any, ...]]:
    return sorted(rows.collect().rows(), key=str)


@settings(max_examples=30, deadline=None)
@given(st.lists(VERSION, min_size=1, max_size=10), DAYS, st.booleans())
def test_a_reading_as_of_a_moment_sees_what_staging_held_then(
    rows: list[dict[str, Any]], moment: datetime, merged: bool
) -> None:
    for stream, given_rows in (("events", rows), ("users", [as_user(row) for row in rows])):
        with tempfile.TemporaryDirectory() as folder:
            staging = ParquetStaging(folder)
            before = [row for row in given_rows if row["synced_at"] <= moment]
            place = staging.write("acme", stream, "all", frame(stream, given_rows))
            then = staging.write("acme", stream, "then", frame(stream, before))
            if merged:  # merging small files loses no version that a moment may ask for
                versions = staging.versions(stream, [place]).collect()
                place = staging.write("acme", stream, "merged", versions)
            seen = staging.scan(stream, [place], known_by=moment)
            expected = staging.scan(stream, [then])
            names = [name for name in STREAMS[stream].schema() if name != "synced_at"]
            assert sorted_rows(seen.select(names)) == sorted_rows(expected.select(names))


def test_what_was_learnt_late_is_told_by_its_earliest_event_time() -> None:
    with tempfile.TemporaryDirectory() as folder:
        staging = ParquetStaging(folder)

        def event(id_: str, day: int, read: int, name: str = "x") -> dict[str, Any]:
            at = {"ts": START + timedelta(days=day), "synced_at": START + timedelta(days=read)}
            return {"event_id": id_, "name": name, **at}

        rows = [event("known", 1, 5), event("known", 1, 7), event("old", 2, 5)]
        place = staging.write("acme", "events", "p", frame("events", rows))

        def late(*more: dict[str, Any]) -> object:
            places = [place]
            if more:
                places.append(staging.write("acme", "events", "q", frame("events", list(more))))
            after, now = START + timedelta(days=6), START + timedelta(days=8)
            return staging.late("events", places, after=after, known_by=now)

        assert late() is None  # read again, just so
        assert late(event("new", 3, 7)) == START + timedelta(days=3)
        assert late(event("new", 3, 9)) is None  # not known yet
        assert late(event("old", 2, 7, name="corrected")) == START + timedelta(days=2)
        user = staging.write("acme", "users", "u", frame("users", [as_user(rows[0])]))
        assert staging.late("users", [user], after=START, known_by=START + timedelta(9)) is None


def test_a_changed_state_is_no_late_row_and_a_new_one_is() -> None:
    with tempfile.TemporaryDirectory() as folder:
        staging = ParquetStaging(folder)
        first = {"ticket_id": "t", "opened_at": START, "synced_at": START}
        closed = {**first, "closed_at": START, "synced_at": START + timedelta(days=2)}
        new = {**closed, "ticket_id": "n"}
        place = staging.write("acme", "tickets", "p", frame("tickets", [first, closed]))
        other = staging.write("acme", "tickets", "q", frame("tickets", [new]))
        bounds = {"after": START, "known_by": START + timedelta(days=3)}
        assert staging.late("tickets", [place], **bounds) is None
        assert staging.late("tickets", [place, other], **bounds) == START


def test_rows_are_cut_into_a_file_for_each_value_and_read_back() -> None:
    with tempfile.TemporaryDirectory() as folder:
        staging = ParquetStaging(folder)
        rows = pl.LazyFrame({"v": ["a", "b", "c"], "shard": [3, 0, 3]})
        places = staging.cut("acme", "prepared", "run-users", rows, "shard")
        assert places == {
            0: "acme/prepared/run-users-0.parquet",
            3: "acme/prepared/run-users-3.parquet",
        }
        assert set(staging.files("acme")) == set(places.values())
        schema = pl.Schema({"v": pl.String(), "more": pl.Int64()})
        read = staging.read([places[3]], schema).collect()
        assert sorted(read.rows()) == [("a", None), ("c", None)]
        assert staging.read([], schema).collect().schema == schema
        assert (
            staging.cut("acme", "prepared", "none", rows.filter(pl.col("v") == "z"), "shard") == {}
        )
