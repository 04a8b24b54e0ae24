"""A chunk is one worker's at a time; an old owner's late commit changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from support.stores import (
    LEASE,
    NOW,
    PORTAL,
    Stores,
    claim_everything,
    day_of,
    page,
    planned,
    record,
    sent,
    stores,
    work_on_all,
)

from syncworker.engine.memory import Chunk, DeadLetter
from syncworker.errors import ClaimLost
from syncworker.store.tables import metadata

LATER = NOW + LEASE + timedelta(seconds=1)
LETTER = DeadLetter("row", "users", "file:1", "ROW_REJECTED")

COMMITS: dict[str, Callable[[Stores, Chunk], None]] = {
    "renew": lambda s, c: s.chunks.renew(c, until=LATER + LEASE),
    "complete": lambda s, c: s.chunks.complete(c, {"late": True}),
    "release": lambda s, c: s.chunks.release(c),
    "commit of a page": lambda s, c: s.pages.commit(c, [page("late")], [LETTER], {"late": 1}),
    "replace": lambda s, c: s.pages.whole(c, "users", {}, deleted=page("deleted")),
    "confirm": lambda s, c: s.ledger.confirm(c, PORTAL, [record("late")], LATER),
    "clear": lambda s, c: s.plans.clear(c),
    "add": lambda s, c: s.plans.add(c, PORTAL, [planned(99)], [LETTER], [("x", "y")], LATER),
    "settle": lambda s, c: s.plans.settle(c, PORTAL, [sent(0)], LATER),
    "remember": lambda s, c: s.snapshots.put(c, PORTAL, [day_of(c.run_id)]),
}


def everything(state: Stores) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with state.database.read() as connection:
        return {
            table.name: sorted(
                (tuple(map(str, row)) for row in connection.execute(sa.select(table))), key=str
            )
            for table in metadata.sorted_tables
        }


@pytest.fixture(params=COMMITS)
def commit(request: pytest.FixtureRequest) -> Callable[[Stores, Chunk], None]:
    return COMMITS[request.param]


def a_claimed_chunk(state: Stores) -> Chunk:
    """One in a run that has staged pages and a plan, so that a late commit could do harm."""
    run = state.run()
    reading = state.extraction(run)
    state.pages.commit(reading, [page("first")], [], {})
    state.chunks.complete(reading, {"source": "app", "stream": "users", "cursor": "", "rows": 1})
    computing = state.chunk(run, "compute")
    state.plans.add(computing, PORTAL, [planned(0)], [], [], NOW)
    state.chunks.complete(computing, {})
    state.plans.number(run.id)
    chunk = state.chunk(run, "push", source="app", stream="users")
    state.plans.add(chunk, PORTAL, [planned(1)], [], [], NOW)
    return chunk


def test_a_late_commit_of_an_old_owner_is_refused_and_changes_nothing(
    state: Stores, commit: Callable[[Stores, Chunk], None]
) -> None:
    old = a_claimed_chunk(state)
    new = state.claim(old.id, "somebody else", now=LATER)
    before = everything(state)
    with pytest.raises(ClaimLost, match=f"chunk {old.id} of run {old.run_id}"):
        commit(state, old)
    assert everything(state) == before
    state.chunks.complete(new, {})


def test_a_commit_of_the_owner_is_taken(
    state: Stores, commit: Callable[[Stores, Chunk], None]
) -> None:
    chunk = a_claimed_chunk(state)
    before = everything(state)
    commit(state, chunk)
    assert everything(state) != before


def test_a_commit_after_the_run_was_closed_is_refused_and_changes_nothing(
    state: Stores, commit: Callable[[Stores, Chunk], None]
) -> None:
    chunk = a_claimed_chunk(state)
    state.finish(state.runs.get(chunk.run_id), "failed")
    before = everything(state)
    with pytest.raises(ClaimLost):
        commit(state, chunk)
    assert everything(state) == before


def test_a_held_chunk_is_nobody_elses_until_its_lease_has_run_out(state: Stores) -> None:
    chunk = state.chunk(state.run())
    at_the_end = NOW + LEASE
    assert state.chunks.claim(chunk.id, owner="b", now=at_the_end, until=LATER) is None
    taken = state.claim(chunk.id, "b", now=LATER)
    assert taken.claim > chunk.claim


def test_a_renewed_lease_keeps_others_away(state: Stores) -> None:
    chunk = state.chunk(state.run())
    state.chunks.renew(chunk, until=LATER + LEASE)
    assert state.chunks.claim(chunk.id, owner="b", now=LATER, until=LATER) is None


def test_the_same_owner_gets_its_chunk_back_at_once(state: Stores) -> None:
    chunk = state.chunk(state.run())
    again = state.claim(chunk.id)
    assert (again.id, again.claim, again.attempts) == (chunk.id, chunk.claim + 1, 2)


def test_a_finished_chunk_and_one_of_a_closed_run_cannot_be_claimed(state: Stores) -> None:
    run = state.run()
    state.step(run, "push", [{}, {}])
    (first, _), (second, _) = state.chunks.take(run.id, now=NOW, most=2)
    state.chunks.complete(state.claim(first), {"sent": 1})
    assert state.chunks.claim(first, owner="me", now=LATER, until=LATER) is None
    state.finish(run)
    assert state.chunks.claim(second, owner="me", now=LATER, until=LATER) is None


def test_attempts_count_and_start_anew_when_a_page_is_committed(state: Stores) -> None:
    chunk = state.extraction(state.run())
    for attempts in (2, 3):
        chunk = state.claim(chunk.id)
        assert chunk.attempts == attempts
    state.pages.commit(chunk, [page("p1")], [], {"resume": "here"})
    again = state.claim(chunk.id)
    assert (again.attempts, again.progress) == (1, {"resume": "here"})


def test_a_released_chunk_is_taken_again_with_its_progress(state: Stores) -> None:
    run = state.run()
    chunk = state.extraction(run)
    state.pages.commit(chunk, [], [], {"resume": "there"})
    assert state.chunks.take(run.id, now=NOW, most=4) == []
    state.chunks.release(chunk)
    assert state.chunks.take(run.id, now=NOW, most=4) == [(chunk.id, "extract")]
    assert state.claim(chunk.id, "b").progress == {"resume": "there"}


def test_no_more_than_the_limit_is_in_flight(state: Stores) -> None:
    run = state.run()
    state.step(run, "push", [{"n": n} for n in range(7)])
    first = state.chunks.take(run.id, now=NOW, most=3)
    assert [step for _, step in first] == ["push"] * 3
    assert state.chunks.take(run.id, now=NOW, most=3) == []
    chunk = state.claim(first[0][0])
    assert state.chunks.take(run.id, now=NOW, most=3) == []
    state.chunks.complete(chunk, {})
    assert len(state.chunks.take(run.id, now=NOW, most=3)) == 1
    assert state.chunks.take(run.id, now=NOW, most=1) == []


def test_a_steps_figures_come_back_and_its_open_chunks_are_counted(state: Stores) -> None:
    run = state.run()
    state.step(run, "push", [{"n": n} for n in range(2)])
    (first, _), _ = state.chunks.take(run.id, now=NOW, most=2)
    state.chunks.complete(state.claim(first), {"sent": 5})
    assert state.chunks.left(run.id, "push") == 1
    assert state.chunks.results(run.id, "push") == [{"sent": 5}]
    assert state.chunks.results(run.id, "extract") == []


def test_what_a_killed_worker_held_and_what_got_lost_is_freed(state: Stores) -> None:
    run = state.run()
    state.step(run, "push", [{"n": n} for n in range(3)])
    (killed, _), (lost, _) = state.chunks.take(run.id, now=NOW, most=2)
    state.claim(killed)
    before_the_end = {"now": NOW + LEASE, "enqueued_before": NOW}
    assert state.chunks.free_lost(**before_the_end) == 0
    assert state.chunks.held(run.id, now=NOW)
    after = {"now": LATER, "enqueued_before": NOW + timedelta(seconds=1)}
    assert not state.chunks.held(run.id, now=LATER)
    assert state.chunks.free_lost(**after) == 2
    assert {i for i, _ in state.chunks.take(run.id, now=LATER, most=2)} == {killed, lost}


def test_one_runs_chunks_are_freed_where_only_they_are_asked_for(state: Stores) -> None:
    mine, other = state.run("mine"), state.run("other")
    for run in (mine, other):
        state.step(run, "push", [{}])
        state.chunks.take(run.id, now=NOW, most=1)
    assert state.chunks.free_lost(now=LATER, enqueued_before=LATER, run_id=mine.id) == 1
    assert state.chunks.take(other.id, now=LATER, most=9) == []
    assert len(state.chunks.take(mine.id, now=LATER, most=9)) == 1


def test_a_freed_chunk_is_lost_to_its_old_owner(state: Stores) -> None:
    chunk = state.chunk(state.run())
    state.chunks.free_lost(now=LATER, enqueued_before=NOW)
    with pytest.raises(ClaimLost):
        state.chunks.complete(chunk, {})


def test_chunks_of_a_closed_run_are_left_alone(state: Stores) -> None:
    run = state.run()
    state.chunk(run)
    state.finish(run)
    assert state.chunks.free_lost(now=LATER, enqueued_before=LATER) == 0


def test_processes_share_200_chunks_and_each_is_got_once(
    url: str, processes: ProcessPoolExecutor
) -> None:
    with stores(url) as state:
        run = state.run()
        state.step(run, "push", [{"n": n} for n in range(200)])
        got = _all(processes.submit(work_on_all, url, run.id, owner) for owner in "abc")
        assert len(got) == len(set(got)) == 200
        assert len(state.chunks.results(run.id, "push")) == 200


def test_two_threads_that_claim_the_same_200_chunks_get_each_once(url: str) -> None:
    with stores(url) as state:
        run = state.run()
        state.step(run, "push", [{"n": n} for n in range(200)])
        ids = [chunk_id for chunk_id, _ in state.chunks.take(run.id, now=NOW, most=200)]
    with ThreadPoolExecutor(2) as pool:
        got = _all(pool.submit(claim_everything, url, ids, owner) for owner in "ab")
    assert sorted(got) == sorted(ids)


def test_while_two_take_at_once_no_more_than_the_limit_is_in_flight(state: Stores) -> None:
    run = state.run()
    state.step(run, "push", [{"n": n} for n in range(50)])

    def take(_: int) -> list[tuple[int, object]]:
        return list(state.chunks.take(run.id, now=NOW, most=5))

    with ThreadPoolExecutor(4) as pool:
        taken = [chunk for chunks in pool.map(take, range(12)) for chunk in chunks]
    assert len(taken) == len(set(taken)) == 5


def _all(futures: object) -> list[int]:
    started: list[Future[list[int]]] = list(futures)
    return [chunk_id for future in started for chunk_id in future.result(60)]
