"""Staged pages: committed whole, replaced by a whole reading, forgotten when the files are gone."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from support.stores import NOW, PORTAL, Stores, page

from syncworker.engine.memory import DeadLetter


def letter(key: str, stream: str = "users") -> DeadLetter:
    return DeadLetter("row", stream, key, "ROW_REJECTED", "created_at", "is no time")


def places(state: Stores, stream: str = "users") -> list[str]:
    return [staged.place for staged in state.pages.staged(PORTAL, stream)]


def open_keys(state: Stores) -> list[str]:
    return [found.key for found in state.letters.open(PORTAL, run_id=None, most=10)]


def test_a_committed_page_is_staged_with_its_rejected_rows_and_the_place_to_go_on(
    state: Stores,
) -> None:
    run = state.run()
    chunk = state.extraction(run)
    state.pages.commit(chunk, [page("p1"), page("p2")], [letter("p1:3")], {"resume": "x"})
    assert state.pages.staged(PORTAL, "users") == [page("p1"), page("p2")]
    assert open_keys(state) == ["p1:3"]
    assert state.claim(chunk.id).progress == {"resume": "x"}
    assert state.pages.staged(PORTAL, "accounts") == []
    assert state.pages.staged("other", "users") == []


def test_a_page_that_cannot_be_stored_whole_is_not_stored_at_all(state: Stores) -> None:
    chunk = state.extraction(state.run())
    state.pages.commit(chunk, [page("p1")], [], {"resume": "1"})
    with pytest.raises(IntegrityError):
        state.pages.commit(chunk, [page("p2"), page("p1")], [letter("p2:1")], {"resume": "2"})
    assert places(state) == ["p1"]
    assert open_keys(state) == []
    assert state.claim(chunk.id).progress == {"resume": "1"}


def test_after_a_whole_reading_other_files_may_count_in_the_place_of_its_own(
    state: Stores,
) -> None:
    first = state.run()
    state.pages.commit(state.extraction(first), [page("old")], [], {})
    state.finish(first)
    other = state.run()
    state.pages.commit(
        state.extraction(other, source="crm"), [page("other source", source="crm")], [], {}
    )
    state.finish(other)
    second = state.run()
    chunk = state.extraction(second)
    state.pages.commit(chunk, [page("new"), page("x", stream="accounts")], [], {})
    state.pages.whole(chunk, "users", {}, deleted=page("deleted"), instead=[page("changed")])
    assert places(state) == ["old", "other source", "changed", "deleted"]
    assert places(state, "accounts") == ["x"]
    assert state.pages.outdated(PORTAL) == ["new"]
    this_run = state.pages.staged(PORTAL, "users", run_id=second.id)
    assert [staged.place for staged in this_run] == ["changed"]


def test_earlier_rows_and_marks_outlive_the_next_whole_reading(
    state: Stores,
) -> None:
    for number in (1, 2):
        run = state.run()
        chunk = state.extraction(run)
        state.pages.commit(chunk, [page(f"p{number}")], [], {})
        marks = page(f"deleted{number}") if number == 1 else None
        state.pages.whole(chunk, "users", {}, deleted=marks)
        state.finish(run)
    assert places(state) == ["p1", "deleted1", "p2"]


def test_forgotten_files_are_gone_and_only_those(state: Stores) -> None:
    first = state.run()
    state.pages.commit(state.extraction(first), [page("a"), page("b"), page("c")], [], {})
    state.pages.forget("other", ["a"])
    state.pages.forget(PORTAL, ["a", "c", "never there"])
    assert places(state) == ["b"]


def test_a_rejected_row_that_a_whole_reading_does_not_meet_again_is_resolved(
    state: Stores,
) -> None:
    first = state.run()
    rejected = [letter("mended"), letter("still bad"), letter("elsewhere", "accounts")]
    state.pages.commit(state.extraction(first), [], rejected, {})
    state.finish(first, "rejects")
    second = state.run()
    chunk = state.extraction(second)
    state.pages.commit(chunk, [], [letter("still bad")], {})
    state.pages.whole(chunk, "users", {}, deleted=None)
    assert sorted(open_keys(state)) == ["elsewhere", "still bad"]


def test_a_whole_reading_of_one_source_leaves_another_sources_rejected_rows_open(
    state: Stores,
) -> None:
    first = state.run()
    state.pages.commit(state.extraction(first, source="crm"), [], [letter("of crm")], {})
    state.finish(first, "rejects")
    second = state.run()
    state.pages.whole(state.extraction(second, source="app"), "users", {}, deleted=None)
    assert open_keys(state) == ["of crm"]
    state.finish(second)
    third = state.run()
    state.pages.whole(state.extraction(third, source="crm"), "users", {}, deleted=None)
    assert open_keys(state) == []


def test_the_time_of_the_newest_row_comes_back_as_it_was(state: Stores) -> None:
    state.pages.commit(state.extraction(state.run()), [page("p")], [], {})
    assert state.pages.staged(PORTAL, "users")[0].newest == NOW
