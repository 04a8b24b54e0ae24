"""Versions of rows: the newest is the same chosen from all of them or from those that differ."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
        "user_id": st.sampled_from("ab"),
        "role": st.none() | st.sampled_from("xy"),
        "synced_at": DAYS,
        "deleted_at": st.none() | DAYS,
    }
)


def write(staging: ParquetStaging, name: str, rows: list[dict[str, Any]]) -> str:
    full = [{"source": "app", "source_id": row["user_id"]} | row for row in rows]
    return staging.write(
        "acme", "users", name, pl.DataFrame(full, schema=STREAMS["users"].schema())
    )


def winners(frame: pl.LazyFrame) -> list[tuple[Any, ...]]:
    return sorted(frame.select("user_id", "role", "deleted_at").collect().rows(), key=str)


@settings(deadline=None)
@given(st.lists(VERSION, min_size=1, max_size=12))
def test_merging_keeps_the_newest_and_every_change_before_it(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        staging = ParquetStaging(folder)
        place = write(staging, "all", rows)
        versions = staging.versions("users", [place]).collect()
        merged = staging.write("acme", "users", "merged", versions)

        assert winners(staging.scan("users", [merged])) == winners(staging.scan("users", [place]))
        for user in "ab":
            mine = sorted(
                (row for row in rows if row["user_id"] == user), key=lambda row: row["synced_at"]
            )
            said = [(row["role"], row["deleted_at"]) for row in mine]
            told = [one for one, before in zip(said, [None, *said], strict=False) if one != before]
            kept = versions.filter(user_id=user).select("role", "deleted_at").rows()
            assert kept == told
        again = staging.versions("users", [merged]).collect()
        assert again.equals(versions)


def test_of_a_reading_only_what_is_not_just_so_before_counts_as_changed(tmp_path: Path) -> None:
    staging = ParquetStaging(str(tmp_path))
    later = START + timedelta(days=1)
    before = write(
        staging,
        "before",
        [
            {"user_id": "same", "role": "x", "synced_at": START},
            {"user_id": "empty", "role": None, "synced_at": START},
            {"user_id": "changed", "role": "x", "synced_at": START},
            {"user_id": "back", "role": "x", "synced_at": START},
            {"user_id": "back", "role": "x", "synced_at": later, "deleted_at": later},
        ],
    )
    now = write(
        staging,
        "now",
        [
            {"user_id": user, "role": role, "synced_at": later + timedelta(days=1)}
            for user, role in (
                ("same", "x"),
                ("empty", None),
                ("changed", "y"),
                ("new", "x"),
                ("back", "x"),
            )
        ],
    )
    changed = staging.changed("users", [before], [now]).collect()
    assert sorted(changed["user_id"]) == ["back", "changed", "new"]


def test_the_oldest_event_and_the_files_there_are_can_be_told(tmp_path: Path) -> None:
    staging = ParquetStaging(str(tmp_path))
    event = {"name": "x", "source": "app", "synced_at": START}
    events = pl.DataFrame(
        [event | {"event_id": str(n), "ts": START + timedelta(days=n)} for n in (3, 1, 2)],
        schema=STREAMS["events"].schema(),
    )
    place = staging.write("acme", "events", "p", events)
    user = write(staging, "u", [{"user_id": "u"}])
    (tmp_path / "acme/users/u.parquet.7.unfinished").write_bytes(b"half")

    assert staging.oldest("events", [place]) == START + timedelta(days=1)
    assert staging.oldest("users", [user]) is None
    sizes = staging.files("acme")
    assert list(sizes) == [place, user, "acme/users/u.parquet.7.unfinished"]
    assert sizes["acme/users/u.parquet.7.unfinished"] == 4
    assert ParquetStaging("s3://bucket/x").files("acme") == {}
