"""However rows are spread over files, one row per key comes back, and always the same."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.model.streams import STREAMS
from syncworker.staging.parquet import ParquetStaging

START = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = st.integers(0, 3).map(lambda days: START + timedelta(days=days))
EVENT = st.fixed_dictionaries(
    {
        "event_id": st.sampled_from("abc"),
        "name": st.sampled_from("xyz"),
        "ts": DAYS,
        "received_at": st.none() | DAYS,
        "synced_at": DAYS,
        "source": st.just("app"),
    }
)


@settings(deadline=None)
@given(st.lists(st.lists(EVENT, min_size=1, max_size=5), max_size=4))
def test_the_first_received_and_then_the_newest_and_then_the_last_row_counts(
    files: list[list[dict[str, object]]],
) -> None:
    expected: dict[object, tuple[object, ...]] = {}
    for number, row in enumerate(row for file in files for row in file):
        received = row["received_at"] or row["ts"]
        assert isinstance(received, datetime)
        rank = (START - received, row["synced_at"], number, row["name"])
        expected[row["event_id"]] = max(rank, expected.get(row["event_id"], rank))
    with tempfile.TemporaryDirectory() as folder:
        staging = ParquetStaging(folder)
        places = [
            staging.write(
                "p", "events", str(i), pl.DataFrame(file, schema=STREAMS["events"].schema())
            )
            for i, file in enumerate(files)
        ]
        rows = staging.scan("events", places).collect(engine="streaming")

    assert dict(rows.select("event_id", "name").rows()) == {k: v[-1] for k, v in expected.items()}
    assert rows.height == len(expected)
