"""Which files a run reads: new and changed ones, none that may still be written, none twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.source_world import START, WATERMARK

from syncworker.engine.ports import Page, Source
from syncworker.errors import SourceError
from syncworker.mapping.source_files import FilesSource, FileStream
from syncworker.sources.file_listing import Listing
from syncworker.sources.registry import Surroundings, build

LATER = WATERMARK + timedelta(minutes=15)


def source(
    folder: Path, *, stream: str = "events", whole: bool | None = None, page_rows: int = 3
) -> Source:
    config = FilesSource(
        kind="files",
        path=str(folder),
        streams={stream: FileStream(path="**/*.jsonl", whole=whole)},
    )
    return build("app", config, Surroundings(str, page_rows=page_rows))


def write(folder: Path, name: str, *ids: str, at: datetime = START) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ({"event_id": one, "user_id": one, "name": "x", "ts": START.isoformat()} for one in ids)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    os.utime(path, (at.timestamp(),) * 2)


def pages_of(
    from_: Source,
    stream: str = "events",
    *,
    since: str | None = None,
    resume: str | None = None,
    watermark: datetime = WATERMARK,
) -> Iterator[Page]:
    return from_.pages(stream, since=since, resume=resume, watermark=watermark)


def ids(pages: list[Page], stream: str = "events") -> list[str]:
    return [key for page in pages if page.frames for key in page.frames[stream]["source_id"]]


def test_happenings_are_read_from_new_and_changed_files_only(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", "a", "b")
    write(tmp_path, "2.jsonl", "c")
    first = list(pages_of(source(tmp_path)))
    write(tmp_path, "day/3.jsonl", "d", at=WATERMARK)
    write(tmp_path, "2.jsonl", "c", "e", at=WATERMARK)
    second = list(pages_of(source(tmp_path), since=first[-1].cursor, watermark=LATER))
    third = list(pages_of(source(tmp_path), since=second[-1].cursor, watermark=LATER))

    assert source(tmp_path).incremental("events")
    assert ids(first) == ["a", "b", "c"]
    assert ids(second) == ["c", "e", "d"]
    assert [(page.unchanged, page.cursor) for page in third] == [(True, second[-1].cursor)]
    assert ids(list(pages_of(source(tmp_path), watermark=LATER))) == ["a", "b", "c", "e", "d"]


@pytest.mark.parametrize("stream", ["events", "users"])
def test_the_mapping_can_say_how_a_stream_is_read(tmp_path: Path, stream: str) -> None:
    write(tmp_path, "1.jsonl", "a")
    write(tmp_path, "2.jsonl", "b")

    for whole, found in ((True, ["a", "b"]), (False, ["b"])):
        write(tmp_path, "2.jsonl", "b")
        made = source(tmp_path, stream=stream, whole=whole)
        cursor = list(pages_of(made, stream))[-1].cursor
        write(tmp_path, "2.jsonl", "b", at=WATERMARK)
        assert made.incremental(stream) is not whole
        assert ids(list(pages_of(made, stream, since=cursor)), stream) == found


def test_states_are_read_whole_when_a_file_is_gone(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", "a")
    write(tmp_path, "2.jsonl", "b")
    made = source(tmp_path, stream="users")
    cursor = list(pages_of(made, "users"))[-1].cursor
    (tmp_path / "1.jsonl").unlink()
    pages = list(pages_of(made, "users", since=cursor))

    assert ids(pages, "users") == ["b"]
    assert not pages[0].unchanged


def test_happenings_of_a_file_that_is_gone_are_not_missed(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", "a")
    write(tmp_path, "2.jsonl", "b")
    made = source(tmp_path)
    cursor = list(pages_of(made))[-1].cursor
    (tmp_path / "1.jsonl").unlink()
    (page,) = pages_of(made, since=cursor)

    assert ids([page]) == []
    assert page.cursor is not None
    assert next(pages_of(made, since=page.cursor)).unchanged


def test_a_file_that_may_still_be_written_waits_and_is_read_next(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", "a")
    write(tmp_path, "2.jsonl", "b", at=WATERMARK + timedelta(seconds=1))
    first = list(pages_of(source(tmp_path)))
    second = list(pages_of(source(tmp_path), since=first[-1].cursor, watermark=LATER))

    assert (ids(first), ids(second)) == (["a"], ["b"])


def test_a_first_reading_of_states_does_not_begin_with_a_part_of_them(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", "a")
    write(tmp_path, "2.jsonl", "b", at=WATERMARK + timedelta(seconds=1))

    with pytest.raises(SourceError, match=r"2\.jsonl was changed after the time of") as caught:
        list(pages_of(source(tmp_path, stream="users"), "users"))
    assert "another run" in caught.value.help


def test_a_link_is_followed_to_the_file_that_counts(tmp_path: Path) -> None:
    write(tmp_path / "kept", "1.txt", "a")
    write(tmp_path / "kept", "2.txt", "b")
    folder = tmp_path / "in"
    folder.mkdir()
    link = folder / "newest.jsonl"
    link.symlink_to(tmp_path / "kept" / "1.txt")
    first = list(pages_of(source(folder)))
    link.unlink()
    link.symlink_to(tmp_path / "kept" / "2.txt")
    write(tmp_path / "kept", "2.txt", "b", at=START + timedelta(seconds=1))

    assert ids(first) == ["a"]
    assert ids(list(pages_of(source(folder), since=first[-1].cursor))) == ["b"]


def test_a_folder_whose_name_looks_like_a_pattern_is_only_that_folder(tmp_path: Path) -> None:
    write(tmp_path / "[ab]", "1.jsonl", "a")
    write(tmp_path / "a", "2.jsonl", "b")

    assert ids(list(pages_of(source(tmp_path / "[ab]")))) == ["a"]


def test_many_small_files_share_a_page_and_are_resumed_behind_it(tmp_path: Path) -> None:
    names = [f"{number:03}" for number in range(50)]
    for name in names:
        write(tmp_path, f"{name}.jsonl", name)
    made = source(tmp_path, page_rows=20)
    pages = list(pages_of(made))

    assert [len(ids([page])) for page in pages] == [20, 20, 10]
    assert ids(pages) == names
    for done in (1, 2, 3):
        rest = list(pages_of(made, resume=pages[done - 1].resume))
        assert ids(pages[:done]) + ids(rest) == names


def test_a_file_that_changes_while_it_is_read_stops_the_stream(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", *(f"a{n}" for n in range(9)))
    reading = pages_of(source(tmp_path))
    next(reading)
    write(tmp_path, "1.jsonl", "new", at=START + timedelta(hours=1))

    with pytest.raises(SourceError, match=r"1\.jsonl changed while it was read") as caught:
        list(reading)
    assert caught.value.recovery == "retry"
    assert "rename" in caught.value.help


def test_a_file_that_vanishes_between_listing_and_reading_is_named(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", *(f"a{n}" for n in range(9)))
    write(tmp_path, "2.jsonl", "b")
    reading = pages_of(source(tmp_path))
    done = [next(reading)]
    (tmp_path / "2.jsonl").unlink()

    with pytest.raises(SourceError, match=r"2\.jsonl vanished while it was read") as caught:
        done.extend(reading)
    assert caught.value.recovery == "retry"
    rest = list(pages_of(source(tmp_path), resume=done[-1].resume))
    assert ids(done) + ids(rest) == [f"a{n}" for n in range(9)]


def test_happenings_changed_between_two_pages_are_read_from_the_start_by_the_next_run(
    tmp_path: Path,
) -> None:
    write(tmp_path, "1.jsonl", *(f"a{n}" for n in range(9)))
    write(tmp_path, "2.jsonl", "b")
    made = source(tmp_path)
    done = [next(pages_of(made))]
    # Rewritten in another order: going on behind line 3 would lose rows.
    write(tmp_path, "1.jsonl", *(f"a{n}" for n in range(9, -1, -1)), at=WATERMARK)
    write(tmp_path, "0.jsonl", "new", at=WATERMARK)
    rest = list(pages_of(made, resume=done[0].resume))
    then = list(pages_of(made, since=rest[-1].cursor, watermark=LATER))

    assert ids(done) == ["a0", "a1", "a2"]
    assert ids(rest) == ["b"]
    assert ids(then) == ["new", *(f"a{n}" for n in range(9, -1, -1))]


def test_a_file_moved_in_with_an_old_time_is_read_by_the_next_run(tmp_path: Path) -> None:
    write(tmp_path, "b.jsonl", *(f"b{n}" for n in range(9)))
    made = source(tmp_path)
    done = [next(pages_of(made))]
    write(tmp_path, "a.jsonl", "moved in", at=START - timedelta(days=1))
    rest = list(pages_of(made, resume=done[0].resume))
    then = list(pages_of(made, since=rest[-1].cursor))

    assert ids(done + rest) == [f"b{n}" for n in range(9)]
    assert ids(then) == ["moved in"]


@pytest.mark.parametrize("change", ["rewritten", "removed"])
def test_states_that_change_under_a_run_stop_it_and_no_row_is_missed_for_it(
    tmp_path: Path, change: str
) -> None:
    write(tmp_path, "1.jsonl", "a")
    write(tmp_path, "2.jsonl", *(f"b{n}" for n in range(9)))
    made = source(tmp_path, stream="users")
    done = [next(pages_of(made, "users"))]
    if change == "removed":
        (tmp_path / "1.jsonl").unlink()
    else:
        write(tmp_path, "1.jsonl", "a", "z", at=START + timedelta(hours=1))

    with pytest.raises(SourceError, match="changed or vanished since this run") as caught:
        list(pages_of(made, "users", resume=done[0].resume))
    assert caught.value.recovery == "stop"
    assert "Start the run again" in caught.value.help
    assert len(ids(list(pages_of(made, "users")), "users")) >= 9


def test_files_of_two_headers_share_no_page(tmp_path: Path) -> None:
    for name, header in (("1", "event_id,name,ts"), ("2", "event_id,name,ts,quantity")):
        row = ",".join((f"e{name}", "x", "2026-11-01", "2")[: header.count(",") + 1])
        (tmp_path / f"{name}.csv").write_text(f"{header}\n{row}\n")
        os.utime(tmp_path / f"{name}.csv", (START.timestamp(),) * 2)
    config = FilesSource(
        kind="files", path=str(tmp_path), streams={"events": FileStream(path="*.csv")}
    )
    pages = list(pages_of(build("app", config, Surroundings(str))))

    assert [sorted(page.columns["events"]) for page in pages] == [
        ["event_id", "name", "ts"],
        ["event_id", "name", "quantity", "ts"],
    ]


def test_props_of_an_event_may_be_an_object_but_not_one_that_is_no_json(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", "a", "b", "c")
    lines = (tmp_path / "1.jsonl").read_text().splitlines()
    props = ('{"é": [1, {"x": null}]}', '{"x": NaN}', '"as text"')
    told = [f'{line[:-1]}, "props": {more}}}' for line, more in zip(lines, props, strict=True)]
    (tmp_path / "1.jsonl").write_text("\n".join(told), "utf-8")
    os.utime(tmp_path / "1.jsonl", (START.timestamp(),) * 2)
    (page,) = pages_of(source(tmp_path))

    assert page.frames["events"]["props"].to_list() == ['{"é":[1,{"x":null}]}', "as text"]
    assert [(row.position, row.field) for row in page.rejected] == [(2, "props")]


def test_a_row_with_deleted_at_is_known_to_be_deleted(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", "a")
    text = (tmp_path / "1.jsonl").read_text().rstrip("}\n")
    (tmp_path / "1.jsonl").write_text(f'{text}, "deleted_at": "2026-11-02T00:00:00Z"}}')
    os.utime(tmp_path / "1.jsonl", (START.timestamp(),) * 2)
    (page,) = pages_of(source(tmp_path, stream="users"), "users")

    assert page.frames["users"]["deleted_at"].to_list() == [START + timedelta(days=1)]


def test_files_are_read_whole_only_when_they_changed_or_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "1.jsonl", "a")

    assert source(tmp_path).full_every("events") is None


def test_a_cursor_stays_small_and_holds_no_name(tmp_path: Path) -> None:
    for number in range(200):
        write(tmp_path, f"{'long-folder-name-' * 5}/{number}.jsonl", f"e{number}")
    cursor = list(pages_of(source(tmp_path)))[-1].cursor

    assert cursor is not None
    assert len(Listing.load(cursor)) == 200
    assert len(cursor) < 200 * 25
    assert "long-folder-name" not in cursor
