"""An extraction that is killed again and again stages every row once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.killed_extraction import MAPPING, extract, kill_after, staged_rows
from support.workspace import AS_OF, Workspace

from syncworker.sandbox.server import SandboxServer

ROWS = 20_000


@pytest.mark.long
def test_a_killed_extraction_goes_on_where_it_was_and_stages_every_row_once(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path / "work", sandbox)
    workspace.write_mapping(MAPPING)
    workspace.env |= {"SYNCWORKER_PAGE_ROWS": "500", "SYNCWORKER_LEASE_SECONDS": "0.5"}
    moments = [(AS_OF - timedelta(seconds=n // 3)).isoformat() for n in range(ROWS)]
    events = [
        (f"e{n}", f"u{n % 700}", f"name {n % 11}", moment, moment)
        for n, moment in enumerate(moments)
    ]
    workspace.sql("INSERT INTO events VALUES (?, ?, ?, ?, ?)", events)

    killed = [kill_after(workspace, pages) for pages in (3, 7, 9)]
    run = extract(workspace)

    assert killed == [True, True, True]
    assert run["status"] == "done"
    rows = staged_rows(workspace).sort("event_id")
    assert rows.height == ROWS
    told = rows.select("event_id", "user_id", "name", "ts", "received_at")
    assert [
        (*row[:3], row[3].isoformat(), row[4].isoformat()) for row in told.iter_rows()
    ] == sorted(events)
