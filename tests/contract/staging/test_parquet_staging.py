"""Staged rows come back one per key, whatever was written before."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from syncworker.errors import StoreError
from syncworker.model.streams import STREAMS
from syncworker.staging.parquet import ParquetStaging

DAY_1 = datetime(2026, 11, 1, tzinfo=UTC)
DAY_2 = DAY_1 + timedelta(days=1)
DAY_3 = DAY_1 + timedelta(days=2)


@pytest.fixture(params=["", "file://"])
def staging(request: pytest.FixtureRequest, tmp_path: Path) -> ParquetStaging:
    return ParquetStaging(f"{request.param}{tmp_path}/staging/")


def frame(stream: str, *rows: dict[str, Any]) -> pl.DataFrame:
    system = {"source": "app", "source_id": "x", "synced_at": DAY_1}
    return pl.DataFrame([system | row for row in rows], schema=STREAMS[stream].schema())


def test_a_written_file_lies_under_portal_and_stream(
    staging: ParquetStaging, tmp_path: Path
) -> None:
    place = staging.write("acme", "users", "run1-p1", frame("users", {"user_id": "u1"}))

    assert place == "acme/users/run1-p1.parquet"
    assert [p.name for p in (tmp_path / "staging/acme/users").iterdir()] == ["run1-p1.parquet"]


def test_of_rows_with_one_key_the_newest_version_counts(staging: ParquetStaging) -> None:
    new = frame(
        "users",
        {"user_id": "u1", "role": "new", "synced_at": DAY_3},
        {"user_id": "u2", "role": "first", "synced_at": DAY_1},
    )
    old = frame(
        "users",
        {"user_id": "u1", "role": "old", "email": "a@b.co", "synced_at": DAY_2},
        {"user_id": "u2", "role": "last", "synced_at": DAY_1},
    )
    places = [
        staging.write("acme", "users", name, rows) for name, rows in (("new", new), ("old", old))
    ]
    rows = staging.scan("users", places).sort("user_id").collect()

    assert rows["role"].to_list() == ["new", "last"]
    assert rows["email"].to_list() == [None, None]
    assert rows.schema == STREAMS["users"].schema()


def test_of_events_with_one_id_the_first_received_counts(staging: ParquetStaging) -> None:
    def event(id_: str, name: str, ts: datetime, **more: object) -> dict[str, Any]:
        return {"event_id": id_, "name": name, "ts": ts, **more}

    place = staging.write(
        "acme",
        "events",
        "p",
        frame(
            "events",
            event("e1", "late", DAY_1, received_at=DAY_3, synced_at=DAY_3),
            event("e1", "first", DAY_2, synced_at=DAY_1),
            event("e2", "read before", DAY_1, synced_at=DAY_1),
            event("e2", "read again", DAY_1, synced_at=DAY_2),
        ),
    )
    rows = staging.scan("events", [place]).sort("event_id").collect()

    assert rows["name"].to_list() == ["first", "read again"]


def test_empty_parts_of_a_key_are_a_value_like_any_other(staging: ParquetStaging) -> None:
    def usage(account: str | None, user: str | None, quantity: float) -> dict[str, Any]:
        return {
            "account_id": account,
            "user_id": user,
            "name": "opened",
            "day": DAY_1.date(),
            "quantity": quantity,
        }

    one = staging.write(
        "acme", "usage_daily", "1", frame("usage_daily", usage("a", None, 1), usage("a", "u", 2))
    )
    two = staging.write(
        "acme",
        "usage_daily",
        "2",
        frame("usage_daily", {**usage("a", None, 5), "synced_at": DAY_2}),
    )
    rows = staging.scan("usage_daily", [one, two]).sort("quantity").collect()

    assert rows["quantity"].to_list() == [2, 5]
    assert staging.missing("usage_daily", [one], [two])["user_id"].to_list() == ["u"]


def test_files_of_older_and_newer_versions_are_read_together(
    staging: ParquetStaging, tmp_path: Path
) -> None:
    new = frame("users", {"user_id": "u1", "role": "x"})
    places = [
        staging.write("acme", "users", "old", new.drop("role", "deleted_at")),
        staging.write(
            "acme",
            "users",
            "newer",
            new.with_columns(pl.lit("u2").alias("user_id"), pl.lit(1).alias("shoe_size")),
        ),
    ]
    rows = staging.scan("users", places).sort("user_id").collect()

    assert rows["role"].to_list() == [None, "x"]
    assert rows.schema == STREAMS["users"].schema()


def test_no_files_are_an_empty_frame_with_the_streams_schema(staging: ParquetStaging) -> None:
    for name, stream in STREAMS.items():
        assert staging.scan(name, []).collect().schema == stream.schema()
    assert staging.missing("users", [], []).is_empty()


def test_rows_that_a_full_read_missed_are_found_marked_and_not_found_again(
    staging: ParquetStaging,
) -> None:
    before = staging.write(
        "acme", "users", "1", frame("users", {"user_id": "u1"}, {"user_id": "u2", "role": "x"})
    )
    now = staging.write("acme", "users", "2", frame("users", {"user_id": "u1", "synced_at": DAY_2}))

    gone = staging.missing("users", [before], [now])
    assert gone.select("user_id", "role").rows() == [("u2", "x")]

    mark = gone.with_columns(deleted_at=pl.lit(DAY_2), synced_at=pl.lit(DAY_2))
    marks = staging.write("acme", "users", "2-deleted", mark)
    rows = staging.scan("users", [before, now, marks]).sort("user_id").collect()
    assert rows["deleted_at"].to_list() == [None, DAY_2]
    assert staging.missing("users", [before, now, marks], [now]).is_empty()

    back = staging.write(
        "acme", "users", "3", frame("users", {"user_id": "u2", "synced_at": DAY_3})
    )
    rows = staging.scan("users", [before, now, marks, back]).sort("user_id").collect()
    assert rows["deleted_at"].to_list() == [None, None]


def test_a_write_that_fails_leaves_the_file_as_it_was(
    staging: ParquetStaging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = staging.write("acme", "users", "p", frame("users", {"user_id": "u1"}))

    def full(self: pl.DataFrame, file: object) -> None:
        file.write(b"PAR1 half")
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(OSError, match="disk full"):
        staging.write("acme", "users", "p", frame("users", {"user_id": "u2"}))

    assert staging.scan("users", [place]).collect()["user_id"].to_list() == ["u1"]
    assert len(list((tmp_path / "staging/acme/users").iterdir())) == 1


def test_writing_a_name_again_replaces_the_file(staging: ParquetStaging) -> None:
    for user in ("u1", "u2"):
        place = staging.write("acme", "users", "p", frame("users", {"user_id": user}))
    assert staging.scan("users", [place]).collect()["user_id"].to_list() == ["u2"]


def test_removed_files_are_gone_and_may_be_removed_again(
    staging: ParquetStaging, tmp_path: Path
) -> None:
    place = staging.write("acme", "users", "p", frame("users", {"user_id": "u1"}))
    staging.remove([place])
    staging.remove([place])
    assert list((tmp_path / "staging/acme/users").iterdir()) == []


def test_a_full_disk_is_told_with_its_folder_and_how_to_make_room(
    staging: ParquetStaging, tmp_path: Path
) -> None:
    folder = tmp_path / "staging/acme/users"
    folder.mkdir(parents=True)
    (folder / f"p.parquet.{os.getpid()}.unfinished").symlink_to("/dev/full")

    with pytest.raises(StoreError, match="no room left for staged rows") as full:
        staging.write("acme", "users", "p", frame("users", {"user_id": "u1"}))

    assert str(tmp_path / "staging") in full.value.message
    assert "syncworker staging prune acme" in full.value.help
    assert list(folder.iterdir()) == []


def test_a_disk_that_fills_up_while_rows_are_cut_is_told_too(
    staging: ParquetStaging, tmp_path: Path
) -> None:
    folder = tmp_path / "staging/acme/prepared"
    folder.mkdir(parents=True)
    (folder / "s-1.parquet").symlink_to("/dev/full")
    rows = pl.LazyFrame({"shard": [0, 1] * 100, "n": range(200)})

    with pytest.raises(StoreError, match="no room left for staged rows") as full:
        staging.cut("acme", "prepared", "s", rows, "shard")

    assert full.value.code == "STAGING_FULL"


def test_another_error_of_the_disk_stays_what_it_is(
    staging: ParquetStaging, tmp_path: Path
) -> None:
    (tmp_path / "staging").write_text("a file, not a folder")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        staging.write("acme", "users", "p", frame("users", {"user_id": "u1"}))
