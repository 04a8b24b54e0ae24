"""Segment's exports are read by their shape alone.

The calls are as in https://www.twilio.com/docs/segment/connections/spec/common
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from support.source_world import START, WATERMARK

from syncworker.engine.ports import Page, Source
from syncworker.mapping.source_files import FilesSource, FileStream
from syncworker.sources.registry import Surroundings, build

TRACK = {
    "type": "track",
    "messageId": "m1",
    "event": "Report Created",
    "userId": "u1",
    "anonymousId": "anon-1",
    "context": {"groupId": "acme", "ip": "192.0.2.1"},
    "properties": {"rows": 3, "tags": ["a", "é"]},
    "originalTimestamp": "2026-11-20T10:00:07.000Z",
    "sentAt": "2026-11-20T10:00:08.000Z",
    "receivedAt": "2026-11-20T10:00:02.000Z",
    "timestamp": "2026-11-20T10:00:01.000Z",
}


def segment(folder: Path, *calls: Mapping[str, object], page_rows: int = 3) -> Source:
    path = folder / "segment-logs" / "1760000000000" / "part.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(b"".join(json.dumps(c).encode() + b"\n" for c in calls)))
    os.utime(path, (START.timestamp(),) * 2)
    stream = FileStream(path="segment-logs/**/*.gz", shape="segment")
    config = FilesSource(kind="files", path=str(folder), streams={"events": stream})
    return build("app", config, Surroundings(str, page_rows=page_rows))


def read(source: Source, resume: str | None = None) -> list[Page]:
    return list(source.pages("events", since=None, resume=resume, watermark=WATERMARK))


def test_a_track_call_becomes_an_event(tmp_path: Path) -> None:
    source = segment(tmp_path, TRACK)
    (page,) = read(source)
    row = page.frames["events"].row(0, named=True)

    assert source.provides("events") == ("events",)
    assert source.incremental("events")
    assert row["event_id"] == row["source_id"] == "m1"
    assert (row["user_id"], row["account_id"], row["name"]) == ("u1", "acme", "Report Created")
    assert row["ts"] == datetime(2026, 11, 20, 10, 0, 1, tzinfo=UTC)
    assert row["received_at"] == datetime(2026, 11, 20, 10, 0, 2, tzinfo=UTC)
    assert row["props"] == '{"rows":3,"tags":["a","é"]}'
    assert row["quantity"] is None
    assert not page.declared
    assert "account_id" in page.columns["events"]


def test_whoever_is_not_known_yet_is_the_anonymous_id(tmp_path: Path) -> None:
    call = {**TRACK, "userId": None, "context": None, "timestamp": None, "properties": None}
    (page,) = read(segment(tmp_path, call))
    row = page.frames["events"].row(0, named=True)

    assert (row["user_id"], row["account_id"], row["props"]) == ("anon-1", None, None)
    assert row["ts"] == datetime(2026, 11, 20, 10, 0, 7, tzinfo=UTC)


def test_other_calls_are_passed_over_and_resuming_still_loses_nothing(tmp_path: Path) -> None:
    kinds = ("identify", "group", "page", "screen", "alias", "track")
    calls = [{**TRACK, "type": kinds[n % 6], "messageId": f"m{n:02}"} for n in range(24)]
    source = segment(tmp_path, *calls)
    pages = read(source)
    found = [[*page.frames["events"]["event_id"]] for page in pages]

    assert [key for keys in found for key in keys] == ["m05", "m11", "m17", "m23"]
    assert not any(page.rejected for page in pages)
    for done in range(1, len(pages) + 1):
        rest = read(source, pages[done - 1].resume)
        again = [key for page in rest for key in page.frames["events"]["event_id"]]
        assert again == [key for keys in found[done:] for key in keys]


def test_a_call_that_cannot_be_an_event_is_told_with_its_line(tmp_path: Path) -> None:
    no_type = {key: value for key, value in TRACK.items() if key != "type"}
    no_name = {**TRACK, "event": None, "messageId": "m2"}
    no_id = {**TRACK, "messageId": None}
    (page,) = read(segment(tmp_path, no_type, no_name, TRACK, no_id, page_rows=9))

    assert page.frames["events"]["event_id"].to_list() == ["m1"]
    assert [(row.position, row.field, row.key) for row in page.rejected] == [
        (1, "type", ""),
        (2, "name", "m2"),
        (4, "event_id", ""),
    ]
