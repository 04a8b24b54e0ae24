"""Doubted values, chunks that wait, runs handed over, files merged, plans and letters dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from support.stores import LEASE, NOW, PORTAL, Stores, page, record, sent

from syncworker.engine.memory import Chunk, DeadLetter
from syncworker.errors import ClaimLost

LATER = NOW + LEASE + timedelta(seconds=1)
COMMITS: dict[str, Callable[[Stores, Chunk], object]] = {
    "postpone": lambda s, c: s.chunks.postpone(c, until=LATER),
    "sending": lambda s, c: s.plans.sending(c, [0]),
    "forget": lambda s, c: s.ledger.forget(c, PORTAL, "companies", ["a0"]),
    "merge": lambda s, c: s.pages.merge(c, page("merged"), []),
}


def values(state: Stores, *keys: str) -> dict[str, dict[str, str]]:
    found = state.ledger.get(PORTAL, "companies", keys)
    return {key: dict(known.values) for key, known in sorted(found.items())}


@pytest.mark.parametrize("commit", COMMITS.values(), ids=COMMITS)
def test_these_are_refused_to_an_old_owner_as_well(
    state: Stores, commit: Callable[[Stores, Chunk], object]
) -> None:
    old = state.planned(state.run(), 1)
    state.claim(old.id, "somebody else", now=LATER)
    with pytest.raises(ClaimLost):
        commit(state, old)


def test_of_a_failed_run_the_ledger_forgets_what_was_sent_and_not_settled(state: Stores) -> None:
    run = state.run()
    chunk = state.planned(run, 3)
    known = [record(f"a{i}", f"hs{i}", saas_mrr="1") for i in range(3)]
    other = replace(known[1], object="contacts")
    state.ledger.confirm(chunk, PORTAL, [*known, other], NOW)
    state.ledger.confirm(chunk, "other", known, NOW)
    state.plans.sending(chunk, [0, 1])
    state.plans.settle(chunk, PORTAL, [sent(0)], NOW)
    assert state.plans.outcomes(run.id) == {"sent": 1, "planned": 2}
    assert [p.position for p in state.plans.open(run.id, 0, 2)] == [1, 2]

    state.finish(run, "failed")

    assert values(state, "a0", "a1", "a2") == {
        "a0": {"saas_mrr": "100"},
        "a1": {},
        "a2": {"saas_mrr": "1"},
    }
    assert state.ledger.owners(PORTAL, "companies", ["hs1"]) == {"hs1": "a1"}, "still linked"
    assert state.ledger.get(PORTAL, "contacts", ["a1"])["a1"].values == {"saas_mrr": "1"}
    assert state.ledger.get("other", "companies", ["a1"])["a1"].values == {"saas_mrr": "1"}


def test_a_settled_record_is_not_sent_a_second_time(state: Stores) -> None:
    run = state.run()
    chunk = state.planned(run, 2)
    state.plans.settle(chunk, PORTAL, [sent(0)], NOW)
    state.plans.sending(chunk, [0, 1])
    assert [p.position for p in state.plans.open(run.id, 0, 1)] == [1]
    assert state.plans.outcomes(run.id) == {"sent": 1, "planned": 1}


def test_doubted_records_stay_linked_and_forgotten_ones_are_gone(state: Stores) -> None:
    chunk = state.planned(state.run(), 1)
    state.ledger.confirm(chunk, PORTAL, [record(k, k, x="1") for k in "abc"], NOW)
    state.ledger.doubt(PORTAL, "companies", ["a"])
    state.ledger.forget(chunk, PORTAL, "companies", ["b"])
    assert values(state, "a", "b", "c") == {"a": {}, "c": {"x": "1"}}


def test_a_postponed_chunk_counts_as_enqueued_until_its_message_is_overdue(state: Stores) -> None:
    run = state.run()
    chunk = state.chunk(run)
    again = state.claim(chunk.id)
    assert state.chunks.postpone(again, until=LATER) == 2
    assert state.chunks.take(run.id, now=NOW, most=4) == []
    assert state.chunks.free_lost(now=LATER, enqueued_before=LATER) == 0
    assert state.claim(chunk.id, "its message").attempts == 3
    state.chunks.postpone(state.claim(chunk.id, "its message"), until=LATER)
    overdue = LATER + timedelta(seconds=1)
    assert state.chunks.free_lost(now=overdue, enqueued_before=overdue) == 1


def test_a_chunk_that_was_given_back_begins_its_count_anew(state: Stores) -> None:
    chunk = state.chunk(state.run())
    state.chunks.release(state.claim(chunk.id))
    assert state.claim(chunk.id).attempts == 1


def test_the_last_sign_of_a_run_is_its_latest_lease_or_enqueueing(state: Stores) -> None:
    run = state.run()
    assert state.chunks.last_sign(run.id) is None
    state.step(run, "push", [{}, {}])
    assert state.chunks.last_sign(run.id) is None
    (first, _), _ = state.chunks.take(run.id, now=NOW, most=2)
    assert state.chunks.last_sign(run.id) == NOW
    state.claim(first)
    assert state.chunks.last_sign(run.id) == NOW + LEASE


def test_an_inline_run_is_handed_over_once_and_only_while_it_is_open(state: Stores) -> None:
    run = state.run(mode="inline")
    assert state.runs.queued() == []
    assert state.runs.hand_over(run.id)
    assert [found.id for found in state.runs.queued()] == [run.id]
    assert not state.runs.hand_over(run.id)
    state.finish(run)
    other = state.run(mode="inline")
    state.finish(other)
    assert not state.runs.hand_over(other.id)


def test_a_merged_file_counts_instead_of_those_it_holds(state: Stores) -> None:
    chunk = state.extraction(state.run())
    state.pages.commit(chunk, [page("a"), page("b"), page("c")], [], {})
    merged = replace(page("ab"), deletions=True)
    state.pages.merge(chunk, merged, ["a", "b"])
    assert state.pages.staged(PORTAL, "users") == [page("c"), merged]
    assert state.pages.outdated(PORTAL) == ["a", "b"]


def test_plans_of_runs_that_ended_long_ago_are_dropped_and_no_others(state: Stores) -> None:
    old, other = state.run(), state.run("other")
    state.planned(old, 2)
    state.planned(other, 1)
    state.finish(old)
    state.finish(other)
    still_open = state.run()
    state.planned(still_open, 1)
    state.plans.forget(PORTAL, finished_before=NOW)
    assert len(state.plans.show(old.id, 9)) == 2
    state.plans.forget(PORTAL, finished_before=LATER)
    shown = [len(state.plans.show(run.id, 9)) for run in (old, other, still_open)]
    assert shown == [0, 1, 1]


def test_letters_of_records_that_a_whole_sync_did_not_meet_again_are_resolved(
    state: Stores,
) -> None:
    letters = [DeadLetter("record", "companies", key, "X") for key in ("met", "not met")]
    row = DeadLetter("row", "users", "f:1", "ROW_REJECTED")
    first = state.run()
    reading = state.extraction(first)
    state.pages.commit(reading, [], [row], {})
    state.chunks.complete(reading, {"source": "app", "stream": "users", "cursor": "", "rows": 1})
    state.plans.add(state.chunk(first, "compute"), PORTAL, [], letters, [], NOW)
    state.finish(first, "rejects")
    for status, keys in (
        ("failed", ["met", "not met"]),
        ("refused", ["met", "not met"]),
        ("rejects", ["met"]),
    ):
        run = state.run()
        state.plans.add(state.chunk(run, "compute"), PORTAL, [], letters[:1], [], NOW)
        state.finish(run, status)
        found = state.letters.open(PORTAL, run_id=None, most=9)
        assert sorted(x.key for x in found) == ["f:1", *keys]
