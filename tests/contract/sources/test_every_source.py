"""What the engine may expect of any source, whatever it reads."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import chain, islice

import polars as pl
from support.source_world import START, WATERMARK, SourceWorld, keys, read

from syncworker.engine.ports import Page
from syncworker.errors import SourceError
from syncworker.model.streams import STREAMS

HOUR = timedelta(hours=1)


def fill(world: SourceWorld, count: int, step: timedelta = HOUR) -> list[str]:
    """Put rows 0, 1, ... and return their keys."""
    for number in range(count):
        world.put(number, START + number * step)
    return [world.key(number) for number in range(count)]


def rows(world: SourceWorld, pages: list[Page]) -> pl.DataFrame:
    return pl.concat([page.frames[world.canonical] for page in pages if page.frames])


def test_pages_hold_every_row_once_in_the_streams_schema(world: SourceWorld) -> None:
    expected = fill(world, 10)
    source = world.source()

    pages = read(world, source)

    assert len(pages) > 1
    assert sorted(keys(world, pages)) == expected
    frames = chain.from_iterable(page.frames.items() for page in pages)
    assert all(frame.schema == STREAMS[stream].schema() for stream, frame in frames)
    found = rows(world, pages)
    assert set(found["source"]) == {source.name}
    assert set(found["synced_at"]) == {WATERMARK}
    assert found["deleted_at"].null_count() == found.height
    assert not any(page.rejected for page in pages)


def test_a_page_holds_streams_that_the_source_says_it_provides(world: SourceWorld) -> None:
    fill(world, 2)
    source = world.source()
    provided = source.provides(world.stream)

    assert world.canonical in provided
    assert len(set(provided)) == len(provided)
    assert set(provided) <= set(STREAMS)
    for page in read(world, source):
        assert set(page.frames) | set(page.columns) <= set(provided)


def test_resuming_after_any_page_in_a_fresh_process_loses_and_doubles_nothing(
    world: SourceWorld,
) -> None:
    fill(world, 10)
    pages = read(world)

    for done in range(1, len(pages) + 1):
        rest = read(world, resume=pages[done - 1].resume)
        assert sorted(keys(world, pages[:done] + rest)) == sorted(keys(world, pages))
        assert rest[-1].cursor == pages[-1].cursor


def test_killed_after_any_page_while_rows_are_added_it_loses_nothing(world: SourceWorld) -> None:
    expected = set(fill(world, 10))
    for done in range(len(read(world))):
        reading = world.source().pages(world.stream, since=None, resume=None, watermark=WATERMARK)
        before = list(islice(reading, done))
        reading.close()
        added = 10 + done
        world.put(added, START + added * HOUR)
        expected.add(world.key(added))

        try:
            rest = read(world, resume=before[-1].resume if before else None)
        except SourceError:  # what has no order cannot go on in a file that changed
            assert world.overlap is None
            before, rest = [], read(world)
        later = read(world, since=rest[-1].cursor)

        assert set(keys(world, before + rest + later)) >= expected


def test_rows_after_the_watermark_wait_for_the_next_run(world: SourceWorld) -> None:
    world.put(0, START)
    world.put(1, WATERMARK + HOUR)
    both = [world.key(0), world.key(1)]

    if world.overlap is None:
        # Nothing tells when a row changed: all come, or the reading is put off as a whole.
        with suppress(SourceError):
            assert sorted(keys(world, read(world))) == both
        assert sorted(keys(world, read(world, watermark=WATERMARK + 2 * HOUR))) == both
        return
    first = read(world)
    assert keys(world, first) == both[:1]
    second = read(world, since=first[-1].cursor, watermark=WATERMARK + 2 * HOUR)
    assert both[1] in keys(world, second)


def test_the_next_reading_has_what_is_new_changed_or_late_within_the_overlap(
    world: SourceWorld,
) -> None:
    step = 4 * (world.overlap or HOUR)
    everything = fill(world, 10, step)
    first = read(world)
    newest = START + 9 * step
    world.put(20, newest + HOUR)
    world.put(3, newest + 2 * HOUR)
    world.put(21, newest - (world.overlap or HOUR) / 2)
    world.put(22, newest - 2 * (world.overlap or HOUR) - HOUR)

    second = read(world, since=first[-1].cursor)

    came = sorted(keys(world, second))
    told = {world.key(number) for number in (3, 20, 21)}
    if world.overlap is None:
        assert came == sorted([*everything, *(world.key(number) for number in (20, 21, 22))])
    else:
        # Without an overlap the kind has an order of its own, in which row 22 is new.
        more = {world.key(9)} if world.overlap else {world.key(9), world.key(22)}
        assert told <= set(came) <= told | more
    again = read(world, since=second[-1].cursor)
    assert again[-1].cursor == second[-1].cursor


def test_a_spoilt_row_is_told_by_its_place_and_key_and_its_neighbours_come(
    world: SourceWorld,
) -> None:
    expected = fill(world, 7)
    column = world.spoil(3)

    pages = read(world)

    (wrong,) = [row for page in pages for row in page.rejected]
    assert (wrong.stream, wrong.field, wrong.key) == (world.canonical, column, world.key(3))
    assert wrong.place
    assert wrong.position >= 1
    assert wrong.reason
    assert sorted(keys(world, pages)) == [key for key in expected if key != world.key(3)]


def test_a_dropped_column_is_no_longer_among_the_columns_read(world: SourceWorld) -> None:
    fill(world, 4)
    before = read(world)
    dropped = world.drop_column()
    after = read(world)

    def columns(pages: list[Page]) -> set[str]:
        return set().union(*(page.columns.get(world.canonical, ()) for page in pages))

    known = {column.name for column in STREAMS[world.canonical].columns} | {"deleted_at"}
    assert columns(before) <= known
    assert columns(after) == columns(before) - {dropped}
    assert dropped is None or dropped in columns(before)
    assert len({page.declared for page in before + after}) == 1


def test_an_empty_source_gives_one_empty_page(world: SourceWorld) -> None:
    (page,) = read(world)

    assert keys(world, [page]) == []
    assert page.rejected == ()
    for stream, frame in page.frames.items():
        assert frame.is_empty()
        assert frame.schema == STREAMS[stream].schema()
    assert keys(world, read(world, resume=page.resume)) == []


def test_a_removed_row_is_missing_from_a_whole_reading_or_marked_as_deleted(
    world: SourceWorld,
) -> None:
    expected = fill(world, 5)
    assert sorted(keys(world, read(world))) == expected
    world.remove(2)

    found = rows(world, read(world))

    there = found.filter(pl.col("deleted_at").is_null())["source_id"].to_list()
    assert sorted(there) == [key for key in expected if key != world.key(2)]


def test_it_says_how_it_is_read_and_how_much_there_is(world: SourceWorld) -> None:
    fill(world, 5)
    source = world.source()

    assert source.incremental(world.stream) is (world.overlap is not None)
    every = source.full_every(world.stream)
    assert every is None or every > timedelta(0)
    assert source.count(world.stream) in (None, 5)


def test_a_stretch_of_the_past_has_the_rows_of_its_time_and_no_others(world: SourceWorld) -> None:
    """Neighbouring stretches share no row and lose none, and one goes on after any page."""
    expected = fill(world, 10)
    source = world.source()
    reach = source.reach(world.stream)
    assert reach in ("slices", "stretch", "whole")

    def between(first: int, last: int, resume: str | None = None) -> list[Page]:
        start, end = START + first * HOUR, START + last * HOUR
        return list(
            world.source().between(
                world.stream, start=start, end=end, resume=resume, watermark=WATERMARK
            )
        )

    if reach == "whole":
        return
    middle = between(2, 7)
    assert sorted(keys(world, middle)) == expected[2:7]
    assert set(rows(world, middle)["synced_at"]) == {WATERMARK}
    assert sorted(keys(world, between(7, 10))) == expected[7:]
    for done in range(1, len(middle) + 1):
        rest = between(2, 7, middle[done - 1].resume)
        assert sorted(keys(world, middle[:done] + rest)) == expected[2:7]
    (empty,) = between(20, 21)
    assert keys(world, [empty]) == []
