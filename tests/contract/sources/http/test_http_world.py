"""The http kind's world does what the shared suite asks of one."""

from __future__ import annotations

from datetime import timedelta

from support.http_server import Api
from support.http_world import HttpWorld
from support.source_world import START, WATERMARK, SourceWorld, keys, read


def filled(api: Api, count: int = 10) -> HttpWorld:
    world = HttpWorld(api)
    for number in range(count):
        world.put(number, START + timedelta(hours=number))
    return world


def test_every_row_comes_once_in_pages_of_the_size_asked_for(api: Api) -> None:
    world: SourceWorld = filled(api)
    pages = read(world)

    assert [page.frames["users"].height for page in pages] == [3, 3, 3, 1]
    assert keys(world, pages) == [f"u{number:03}" for number in range(10)]
    assert pages[-1].frames["users"]["synced_at"].unique().to_list() == [WATERMARK]


def test_a_fresh_source_goes_on_exactly_behind_any_page(api: Api) -> None:
    world = filled(api)
    pages = read(world)

    for done in range(1, len(pages) + 1):
        rest = read(world, resume=pages[done - 1].resume)
        assert keys(world, pages[:done]) + keys(world, rest) == keys(world, pages)
        assert rest[-1].cursor == pages[-1].cursor


def test_the_next_run_reads_what_changed_and_the_overlap(api: Api) -> None:
    world = filled(api)
    cursor = read(world)[-1].cursor
    world.put(2, START + timedelta(hours=9, minutes=2))
    world.put(10, START + timedelta(hours=9, minutes=-4))

    again = read(world, since=cursor)

    assert keys(world, again) == ["u010", "u009", "u002"]
    assert again[-1].cursor == (START + timedelta(hours=9, minutes=2)).isoformat()


def test_rows_after_the_watermark_wait_for_the_next_run(api: Api) -> None:
    world = filled(api, 3)
    world.put(3, WATERMARK + timedelta(seconds=1))
    first = read(world)
    second = read(world, since=first[-1].cursor, watermark=WATERMARK + timedelta(hours=1))

    assert keys(world, first) == ["u000", "u001", "u002"]
    assert keys(world, second) == ["u002", "u003"]


def test_a_reading_without_anything_gives_one_empty_page_and_keeps_the_cursor(api: Api) -> None:
    since = WATERMARK.isoformat()
    pages = read(filled(api, 3), since=since)

    assert [page.frames["users"].height for page in pages] == [0]
    assert pages[0].cursor == since


def test_a_spoilt_row_is_told_and_the_rest_goes_on(api: Api) -> None:
    world = filled(api, 5)
    column = world.spoil(3)
    pages = read(world)

    assert keys(world, pages) == ["u000", "u001", "u002", "u004"]
    (bad,) = [row for page in pages for row in page.rejected]
    assert (bad.field, bad.position, bad.key, bad.place) == (column, 4, "u003", "GET /v1/users")


def test_a_column_that_goes_is_no_longer_told(api: Api) -> None:
    world = filled(api, 3)
    before = read(world)[0]
    column = world.drop_column()
    after = read(world)[0]

    assert before.columns["users"] - after.columns["users"] == {column}
    assert before.declared is False


def test_a_deleted_row_is_not_met_by_a_whole_reading(api: Api) -> None:
    world = filled(api, 3)
    world.remove(1)

    assert keys(world, read(world)) == ["u000", "u002"]
