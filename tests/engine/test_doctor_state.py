"""What the doctor makes of the database, the clocks, the workers and the staging folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from syncworker.engine import doctor, doctor_state
from syncworker.engine.database_state import DatabaseState
from syncworker.engine.doctor import Finding
from syncworker.engine.heartbeats import Heartbeat, HeartKind
from syncworker.errors import StoreError
from syncworker.staging.parquet import ParquetStaging

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
FINE = DatabaseState("SQLite 3.50", "wal", "0006", "0006", "", None)
UPGRADE = "syncworker db upgrade"


def beat(name: str, kind: HeartKind, at: datetime) -> Heartbeat:
    return Heartbeat(name, kind, "0.1", at, at)


def states(findings: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(one.state, one.check) for one in findings]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [("ok", "database")]),
        ({"schema": None, "mend": UPGRADE}, [("ok", "database")]),
        ({"schema": "0001", "mend": UPGRADE}, [("fail", "database")]),
        ({"schema": "0007-0006"}, [("warn", "database")]),
        ({"journal": "delete"}, [("ok", "database"), ("warn", "database")]),
        ({"journal": "", "now": NOW}, [("ok", "database"), ("ok", "clock")]),
        (
            {"journal": "", "now": NOW - timedelta(seconds=31)},
            [("ok", "database"), ("warn", "clock")],
        ),
    ],
)
def test_the_database_and_its_clock(
    change: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    told = replace(FINE, **change)
    assert states(doctor_state.database(told, NOW)) == expected


def test_an_older_schema_is_mended_by_the_command_that_is_named() -> None:
    told = replace(FINE, schema="0001", mend=UPGRADE)
    (one,) = doctor_state.database(told, NOW)
    assert one.help == UPGRADE


def test_workers_that_gave_a_sign_lately_are_well() -> None:
    beats = (
        beat("w1", "worker", NOW - timedelta(seconds=20)),
        beat("w2", "worker", NOW - timedelta(hours=1)),
    )
    (one,) = doctor_state.workers(beats, NOW)
    assert (one.state, one.message) == ("ok", "worker w1 0.1, heard of 20 s ago")
    (silent,) = doctor_state.workers(beats[1:], NOW)
    assert (silent.state, silent.message) == (
        "warn",
        "no worker was heard of since 2026-11-21 05:00 UTC",
    )
    alone = (beat("b1", "beat", NOW), beats[1])
    assert states(doctor_state.workers(alone, NOW)) == [
        ("ok", "workers"),
        ("warn", "workers"),
    ]
    (none,) = doctor_state.workers((), NOW)
    assert "syncworker worker" in none.help


def test_staging_is_tried_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    (one,) = doctor_state.staging(ParquetStaging(str(tmp_path)), str(tmp_path))
    assert one.state == "ok"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(StoreError, match="cannot be written and read") as caught:
        list(doctor_state.staging(ParquetStaging("/proc/nowhere"), "/proc/nowhere"))
    assert "SYNCWORKER_STAGING_URL" in caught.value.help


def test_staging_that_gives_back_something_else_fails(tmp_path: Path) -> None:
    class Forgetful(ParquetStaging):
        def read(self, places: object, schema: pl.Schema) -> pl.LazyFrame:
            return pl.LazyFrame(schema=schema)

    (one,) = doctor_state.staging(Forgetful(str(tmp_path)), str(tmp_path))
    assert one.state == "fail"


def test_what_a_check_found_before_an_error_counts_and_the_error_is_a_finding() -> None:
    def look() -> Iterator[Finding]:
        yield Finding("ok", "thing", "half of it")
        raise KeyError("other\nhalf")

    found = doctor.run("thing", look)
    assert [one.state for one in found] == ["ok", "fail"]
    assert found[1].message == "KeyError: 'other\\nhalf'"

    def refuse() -> Iterator[Finding]:
        raise StoreError("it is gone", help="get it back")
        yield

    assert doctor.run("thing", refuse) == [Finding("fail", "thing", "it is gone", "get it back")]
