"""A portal's turns: runs wait for it, rest, are asked to stop, and are opened again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.stores import LEASE, NOW, PORTAL, Stores, page, planned, sent

from syncworker.engine.memory import Run
from syncworker.engine.turns import Count, Turn
from syncworker.errors import ClaimLost

LATER = NOW + timedelta(hours=1)
AFTER_LEASE = NOW + 2 * LEASE


def turn(run: Run, *, anew: bool = False) -> Turn:
    streams = ["app.users", "app.events"]
    return Turn("queue", LATER if anew else run.as_of, run.mapping, anew, streams, {"before": 1})


def test_a_wish_is_kept_until_the_run_ends(state: Stores) -> None:
    run = state.run()
    assert state.turns.wish(run.id) == ""
    assert state.turns.ask(run.id, "cancel")
    assert state.turns.wish(run.id) == "cancel"
    assert state.finish(run, "cancelled")
    assert state.turns.wish(run.id) == ""
    assert not state.turns.ask(run.id, "pause"), "it has ended"


def test_a_run_rests_only_while_nobody_holds_a_chunk_and_then_others_have_the_portal(
    state: Stores,
) -> None:
    run = state.run()
    chunk = state.chunk(run)
    assert not state.turns.rest(run, "waiting", now=NOW)
    assert state.turns.rest(run, "waiting", now=AFTER_LEASE)
    assert state.runs.running(PORTAL) is None
    with pytest.raises(ClaimLost):
        state.chunks.complete(chunk, {})
    assert state.chunks.claim(chunk.id, owner="late", now=AFTER_LEASE, until=LATER) is None
    other = state.run()
    assert not state.turns.take(state.runs.get(run.id), turn(run)), "another run holds it"
    assert state.finish(other)
    assert state.turns.take(state.runs.get(run.id), turn(run))
    assert not state.turns.take(state.runs.get(run.id), turn(run)), "it has it already"
    assert state.claim(chunk.id, now=AFTER_LEASE).attempts == 1


def test_waiting_runs_come_in_order_and_a_paused_one_is_none_of_them(state: Stores) -> None:
    runs = [state.run(id=name, status="waiting") for name in ("3", "1", "2")]
    state.run("other", status="waiting")
    assert [one.id for one in state.turns.waiting(PORTAL)] == ["1", "2", "3"]
    assert len(state.turns.waiting(None)) == 4
    state.turns.mark(runs[1].id, "paused")
    assert [one.id for one in state.turns.waiting(PORTAL)] == ["2", "3"]
    state.turns.mark(runs[1].id, "waiting")
    assert [one.id for one in state.turns.waiting(PORTAL)] == ["1", "2", "3"]


def test_what_was_sent_and_not_settled_is_doubted_when_a_run_rests(state: Stores) -> None:
    run = state.run()
    chunk = state.planned(run, 2)
    state.plans.settle(chunk, PORTAL, [sent(0), sent(1)], NOW)
    state.chunks.complete(chunk, {})
    state.finish(run)
    run = state.run()
    chunk = state.planned(run, 2)
    state.plans.sending(chunk, [0])
    assert state.turns.rest(run, "paused", now=AFTER_LEASE)
    values = {
        key: one.values for key, one in state.ledger.get(PORTAL, "companies", ["a0", "a1"]).items()
    }
    assert values == {"a0": {}, "a1": {"saas_mrr": "100"}}


def test_another_run_overtakes_once_it_has_been_at_work(state: Stores) -> None:
    run = state.run(status="paused")
    state.run(status="waiting", created_at=LATER)
    assert not state.turns.overtaken(run)
    other = state.run(as_of=LATER, created_at=LATER)
    assert not state.turns.overtaken(run), "it has done nothing yet"
    state.chunk(other)
    assert state.turns.overtaken(run)
    assert not state.turns.overtaken(replace(run, as_of=LATER))


def test_what_was_done_between_a_plan_and_its_apply_does_not_overtake_the_apply(
    state: Stores,
) -> None:
    other = state.run(as_of=LATER, created_at=LATER)
    state.chunk(other)
    state.finish(other)
    applied = state.run(kind="apply", as_of=NOW, created_at=LATER + timedelta(minutes=1))
    assert not state.turns.overtaken(applied)
    third = LATER + timedelta(minutes=2)
    state.finish(applied, "failed")
    state.chunk(state.run(as_of=third, created_at=third))
    assert state.turns.overtaken(applied)


def test_a_run_that_ended_goes_on_where_it_was_with_its_rejected_records(state: Stores) -> None:
    run = state.run()
    compute = state.chunk(run, "compute")
    state.plans.add(compute, PORTAL, [planned(i) for i in range(4)], [], [], NOW)
    state.chunks.complete(compute, {})
    state.plans.number(run.id)
    state.step(run, "push", [{"first": 0, "last": 1}, {"first": 2, "last": 3}])
    pushing = [state.claim(at) for at, _ in state.chunks.take(run.id, now=NOW, most=9)]
    refused = replace(sent(3), status="rejected", record=None, changes=())
    state.plans.settle(pushing[0], PORTAL, [sent(0), sent(1)], NOW)
    state.plans.settle(pushing[1], PORTAL, [sent(2), refused], NOW)
    for chunk in pushing:
        state.chunks.complete(chunk, {})
    state.step(run, "associate", [{"shard": 0}])
    state.finish(run, "rejects")
    first = state.runs.get(run.id)
    assert state.turns.take(first, turn(first))
    again = state.runs.get(run.id)
    assert (again.status, again.step, again.finished_at) == ("running", "push", None)
    assert state.turns.counts(run.id) == [Count("compute", 1, 1), Count("push", 1, 2)]
    assert [one.position for one in state.plans.open(run.id, 0, 9)] == [3]


def test_rejected_records_of_the_canary_are_tried_again_too(state: Stores) -> None:
    run = state.run(kind="apply")
    compute = state.chunk(run, "compute")
    state.plans.add(compute, PORTAL, [planned(i) for i in range(2)], [], [], NOW)
    state.chunks.complete(compute, {})
    state.plans.number(run.id)
    refused = replace(sent(0), status="rejected", record=None, changes=())
    for step, outcome in (("canary", refused), ("push", sent(1))):
        position = outcome.position
        state.step(run, step, [{"first": position, "last": position}])
        ((at, _),) = state.chunks.take(run.id, now=NOW, most=9)
        chunk = state.claim(at)
        state.plans.settle(chunk, PORTAL, [outcome], NOW)
        state.chunks.complete(chunk, {})
    state.finish(run, "rejects")
    ended = state.runs.get(run.id)
    assert state.turns.take(ended, turn(ended))
    assert state.turns.counts(run.id)[1:] == [Count("canary", 0, 1), Count("push", 1, 1)]
    assert [one.position for one in state.plans.open(run.id, 0, 9)] == [0]


def test_planned_anew_it_keeps_the_slices_it_has_read_and_drops_the_rest(state: Stores) -> None:
    run = state.run()
    payloads = [
        {"source": "app", "stream": "events", "from": "2026-11-01", "to": "2026-11-02"},
        {"source": "app", "stream": "events", "from": "2026-11-02", "to": "2026-11-03"},
        {"source": "app", "stream": "users"},
        {"source": "app", "stream": "gone"},
        {"source": "app", "stream": "users"},
    ]
    state.step(run, "extract", payloads)
    chunks = [state.claim(at) for at, _ in state.chunks.take(run.id, now=NOW, most=9)]
    state.chunks.complete(chunks[0], {"rows": 1})
    state.pages.commit(chunks[1], [page("slice")], [], {"resume": "here"})
    state.pages.commit(chunks[2], [page("half")], [], {"resume": "half"})
    state.chunks.complete(chunks[4], {"stopped": "SOURCE_QUERY"})
    state.finish(run, "failed")
    ended = state.runs.get(run.id)
    assert state.turns.take(ended, turn(ended, anew=True))

    again = state.runs.get(run.id)
    assert (again.step, again.as_of, again.summary) == ("extract", LATER, {"before": 1})
    assert state.turns.counts(run.id) == [Count("extract", 1, 4)]
    progress = [state.claim(one.id, now=LATER).progress for one in (chunks[1], chunks[2])]
    assert progress == [{"resume": "here"}, {}]
    assert [one.place for one in state.pages.staged(PORTAL, "users")] == ["slice"]


def test_runs_are_listed_by_what_is_asked(state: Stores) -> None:
    old = state.run(kind="plan", created_at=NOW - timedelta(days=2))
    state.finish(old, "failed")
    new = state.run()
    everything = {"portal": None, "statuses": (), "kind": None, "since": None, "most": 9}

    def listed(**more: object) -> set[str]:
        return {one.id for one in state.turns.list(**(everything | more))}

    assert listed() == {old.id, new.id}
    assert listed(portal="none") == set()
    assert listed(statuses=("failed", "cancelled")) == {old.id}
    assert listed(kind="sync") == {new.id}
    assert listed(since=NOW) == {new.id}
    assert len(listed(most=1)) == 1
