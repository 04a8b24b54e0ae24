"""A portal is one run's at a time; a run moves on once and ends once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from support.stores import NOW, PORTAL, Stores, new_run, open_runs

from syncworker.engine.memory import StreamRead
from syncworker.errors import LockHeld, StoreError


def test_a_run_comes_back_as_it_was_stored(state: Stores) -> None:
    run = state.run(force=True, message="…", summary={"rows": 3, "nested": {"ä": [1, None]}})
    assert state.runs.get(run.id) == run


def test_times_come_back_aware_in_utc_and_to_the_microsecond(state: Stores) -> None:
    berlin = timezone(timedelta(hours=2))
    run = state.run(as_of=datetime(2026, 7, 1, 1, 30, 0, 1, tzinfo=berlin))
    read = state.runs.get(run.id)
    assert read.as_of.isoformat() == "2026-06-30T23:30:00.000001+00:00"
    assert read.created_at.isoformat() == "2026-11-21T06:00:00.123456+00:00"
    assert read.finished_at is None


def test_a_second_run_of_a_portal_is_refused_and_the_message_names_the_first(
    state: Stores,
) -> None:
    first = state.run()
    with pytest.raises(LockHeld) as refused:
        state.run()
    assert first.id in refused.value.message
    assert "acme since 2026-11-21 06:00:00 UTC" in refused.value.message
    assert refused.value.help.startswith(f"watch it: syncworker runs watch {first.id}; stop it:")
    assert state.runs.latest(PORTAL, 10) == [first]


def test_another_portal_and_a_finished_run_do_not_hold_the_lock(state: Stores) -> None:
    first = state.run()
    state.run("other")
    assert state.finish(first)
    second = state.run()
    assert state.runs.running(PORTAL) == second


def test_of_processes_that_open_runs_at_once_one_gets_each_portal(
    url: str, processes: ProcessPoolExecutor
) -> None:
    portals = [f"portal-{number}" for number in range(10)]
    futures = [processes.submit(open_runs, url, portals) for _ in range(3)]
    opened = Counter(portal for future in futures for portal in future.result(60))
    assert opened == Counter(portals)


def test_an_unknown_run_is_an_error_that_names_the_command_to_see_all(state: Stores) -> None:
    with pytest.raises(StoreError, match="there is no run 2026-none") as error:
        state.runs.get("2026-none")
    assert error.value.help == "syncworker runs list"
    assert state.runs.running(PORTAL) is None


def test_a_run_moves_on_once_however_many_ask(state: Stores) -> None:
    run = state.run(summary={"a": 1})

    def advance(_: int) -> bool:
        return state.runs.advance(
            run.id, old="start", new="extract", payloads=[{"n": 1}, {"n": 2}], summary={"b": 2}
        )

    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(advance, range(8)))
    assert sorted(moved) == [False] * 7 + [True]
    assert state.chunks.left(run.id, "extract") == 2
    assert state.runs.get(run.id).summary == {"a": 1, "b": 2}


def test_a_run_ends_once_and_keeps_the_first_words(state: Stores) -> None:
    run = state.run()
    assert state.finish(run, "failed")
    assert not state.finish(run, "done")
    ended = state.runs.get(run.id)
    assert (ended.status, ended.step, ended.finished_at) == ("failed", "end", NOW)
    assert not state.runs.advance(run.id, old="end", new="push", payloads=[{}], summary={})


def test_a_deferred_run_rests_until_it_is_resumed(state: Stores) -> None:
    run = state.run(priority="scheduled")
    until = NOW + timedelta(hours=3)
    state.runs.defer(run.id, until=until, message="no requests left")
    rests = state.runs.get(run.id)
    assert (rests.deferred_until, rests.message) == (until, "no requests left")
    assert (rests.status, rests.priority) == ("running", "scheduled")
    assert state.runs.running(PORTAL) == rests
    state.runs.resume(run.id)
    assert state.runs.get(run.id) == run


def test_whoever_wants_a_deferred_portal_is_told_until_when_it_rests(state: Stores) -> None:
    run = state.run()
    state.runs.defer(run.id, until=NOW + timedelta(hours=3), message="goes on at 09:00 UTC")
    with pytest.raises(LockHeld, match="UTC, for 0:00:00; goes on at 09:00 UTC"):
        state.run()


def test_a_run_that_has_ended_cannot_be_deferred_and_one_that_ends_no_longer_is(
    state: Stores,
) -> None:
    run = state.run()
    state.runs.defer(run.id, until=NOW, message="rests")
    assert state.finish(run, "failed")
    state.runs.defer(run.id, until=NOW, message="rests")
    ended = state.runs.get(run.id)
    assert (ended.deferred_until, ended.message) == (None, "")


def test_lists_show_the_newest_first_and_only_what_workers_see_to(state: Stores) -> None:
    ids = ["20260101T000000-a", "20260102T000000-a", "20260103T000000-a"]
    runs = [new_run(f"p{i}", id=run_id) for i, run_id in enumerate(ids)]
    for run in runs:
        state.runs.open(run)
    inline = state.run("inline", id="20260104T000000-a", mode="inline")
    assert [r.id for r in state.runs.latest(None, 3)] == [inline.id, ids[2], ids[1]]
    assert [r.id for r in state.runs.latest("p0", 3)] == [ids[0]]
    assert {r.id for r in state.runs.queued()} == set(ids)
    state.finish(runs[0])
    assert {r.id for r in state.runs.queued()} == set(ids[1:])


@pytest.mark.parametrize(
    ("status", "moves"),
    [("done", True), ("rejects", True), ("failed", False), ("planned", False), ("refused", False)],
)
def test_cursors_move_only_with_a_run_whose_records_all_have_an_outcome(
    state: Stores, status: str, *, moves: bool
) -> None:
    run = state.run()
    chunk = state.extraction(run)
    state.chunks.complete(
        chunk, {"source": "app", "stream": "users", "cursor": "2026-11-21", "rows": 7}
    )
    state.finish(run, status)
    read = StreamRead("app", "users", "2026-11-21", NOW, 7)
    assert state.pages.read(PORTAL) == ([read] if moves else [])


def test_the_next_run_moves_the_cursor_on(state: Stores) -> None:
    for cursor in ("1", "2"):
        run = state.run()
        chunk = state.extraction(run)
        figures = {"source": "app", "stream": "users", "cursor": cursor, "rows": 1}
        state.chunks.complete(chunk, figures)
        state.finish(run)
    assert [read.cursor for read in state.pages.read(PORTAL)] == ["2"]
    assert state.pages.read("other") == []


def test_a_stream_that_was_not_read_to_its_end_keeps_its_cursor(state: Stores) -> None:
    run = state.run()
    state.extraction(run)
    state.finish(run)
    assert state.pages.read(PORTAL) == []
