"""Files keep what any source promises: pages, resuming, columns, and whether anything changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.files_world import FORMATS, FilesWorld
from support.source_world import START, WATERMARK, keys, read

from syncworker.model.streams import STREAMS


@pytest.fixture(params=FORMATS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> FilesWorld:
    world = FilesWorld(tmp_path, str(request.param))
    for number in range(10):
        world.put(number, START + timedelta(hours=number))
    return world


def test_resuming_after_any_page_loses_and_doubles_nothing(world: FilesWorld) -> None:
    pages = read(world)

    assert keys(world, pages) == [world.key(number) for number in range(10)]
    assert len(pages) == 4
    for done in range(1, len(pages) + 1):
        rest = read(world, resume=pages[done - 1].resume)
        assert keys(world, pages[:done]) + keys(world, rest) == keys(world, pages)
        assert rest[-1].cursor == pages[-1].cursor


def test_where_nothing_changed_one_page_says_so(world: FilesWorld) -> None:
    cursor = read(world)[-1].cursor

    (page,) = read(world, since=cursor)
    assert (page.unchanged, dict(page.frames), page.cursor) == (True, {}, cursor)


def test_what_changed_is_read_whole_again(world: FilesWorld) -> None:
    cursor = read(world)[-1].cursor
    world.remove(3)
    world.put(10, START + timedelta(days=1))

    pages = read(world, since=cursor)
    assert keys(world, pages) == [world.key(number) for number in (0, 1, 2, *range(4, 11))]
    assert not any(page.unchanged for page in pages)
    assert pages[-1].cursor != cursor


def test_a_file_changed_after_the_watermark_waits_for_the_next_run(world: FilesWorld) -> None:
    cursor = read(world)[-1].cursor
    world.put(10, WATERMARK + timedelta(seconds=1))

    (page,) = read(world, since=cursor)
    assert (page.unchanged, page.cursor) == (True, cursor)
    later = read(world, since=cursor, watermark=WATERMARK + timedelta(minutes=1))
    assert world.key(10) in keys(world, later)


def test_a_bad_row_is_left_out_and_told(world: FilesWorld) -> None:
    column = world.spoil(4)
    pages = read(world)

    assert world.key(4) not in keys(world, pages)
    (row,) = [row for page in pages for row in page.rejected]
    assert (row.stream, row.field, row.key) == ("users", column, world.key(4))
    assert (row.place, row.position) == (world.path.name, 6 if world.format == "csv" else 5)


def test_a_page_tells_the_columns_its_rows_had(world: FilesWorld) -> None:
    before = read(world)
    dropped = world.drop_column()
    after = read(world)

    declared = world.format in ("csv", "parquet")
    assert {(page.columns["users"], page.declared) for page in before} == {
        (frozenset({"user_id", "email", "role", "created_at"}), declared)
    }
    assert {page.columns["users"] for page in after} == {before[0].columns["users"] - {dropped}}


def test_an_empty_source_gives_one_empty_page(tmp_path: Path, world: FilesWorld) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (page,) = read(FilesWorld(folder, world.format))

    assert page.frames["users"].is_empty()
    assert page.frames["users"].schema == STREAMS["users"].schema()
    assert page.cursor is not None


def test_only_local_parquet_is_counted_without_reading(world: FilesWorld) -> None:
    assert world.source().count("users") == (10 if world.format == "parquet" else None)
