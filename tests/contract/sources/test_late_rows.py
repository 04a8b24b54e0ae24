"""A row whose transaction was committed late is read by the next run, without any setting."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncworker.mapping.source_sql import SqlSource as SqlConfig
from syncworker.mapping.source_sql import SqlStream
from syncworker.sources.sql import SqlSource

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_a_row_committed_after_a_newer_one_was_read_is_not_skipped(tmp_path: Path) -> None:
    file = tmp_path / "app.db"
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("CREATE TABLE users (user_id, updated_at)")
    insert = "INSERT INTO users VALUES (?, ?)"
    database.execute(insert, ("read", (NOON - timedelta(seconds=10)).isoformat()))
    query = SqlStream(query="SELECT * FROM users", cursor="updated_at")
    config = SqlConfig(kind="sql", url="env:APP", streams={"users": query})
    source = SqlSource("app", config, f"sqlite:///{file}")
    *_, last = source.pages("users", since=None, resume=None, watermark=NOON)

    # It began before the row that was read and was committed after it.
    database.execute(insert, ("late", (NOON - timedelta(seconds=60)).isoformat()))
    database.close()

    later = NOON + timedelta(minutes=15)
    found = source.pages("users", since=last.cursor, resume=None, watermark=later)
    assert "late" in {key for page in found for key in page.frames["users"]["user_id"]}
