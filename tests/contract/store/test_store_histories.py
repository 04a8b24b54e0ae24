"""The history tells what a run wrote, and what later ones wrote to the same records."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

from support.stores import NOW, PORTAL, Stores, record, sent

from syncworker.engine.histories import Writing
from syncworker.engine.memory import Run

_NUMBERS = count(1)


def written(state: Stores, places: list[int], *, created: bool = False) -> Run:
    # Runs sort by their ids, and those of one instant by chance.
    run = state.run(id=f"20261121T060000-{next(_NUMBERS):08}")
    chunk = state.planned(run, 4)
    settled = [replace(sent(place), created=created) for place in places]
    state.plans.settle(chunk, PORTAL, settled, NOW + timedelta(seconds=5))
    state.chunks.complete(chunk, {})
    state.finish(run)
    return run


def keys(writings: list[Writing]) -> list[tuple[str, str]]:
    return [(one.run_id, one.key) for one in writings]


def test_a_runs_writings_come_page_by_page_with_when_and_whether_it_made_the_record(
    state: Stores,
) -> None:
    run = written(state, [0, 1, 2], created=True)
    first = state.histories.of_run(run.id, after=0, most=2)
    rest = state.histories.of_run(run.id, after=first[-1].id, most=2)
    assert keys(first + rest) == [(run.id, "a0"), (run.id, "a1"), (run.id, "a2")]
    assert {(one.at, one.created) for one in first} == {(NOW + timedelta(seconds=5), True)}
    assert [change.new for one in first for change in one.changes] == ["100", "100"]
    assert state.histories.of_run("another", after=0, most=2) == []


def test_records_writings_are_told_from_a_run_on(state: Stores) -> None:
    first = written(state, [0, 1])
    second = written(state, [1])
    found = state.histories.of_records(PORTAL, "companies", ["a0", "a1", "a9"])
    assert keys(found) == [(first.id, "a0"), (first.id, "a1"), (second.id, "a1")]
    later = state.histories.of_records(PORTAL, "companies", ["a0", "a1"], from_run=second.id)
    assert keys(later) == [(second.id, "a1")]
    assert state.histories.of_records("another", "companies", ["a0"]) == []


def test_a_record_is_known_by_its_key_and_by_hubspots_id(state: Stores) -> None:
    written(state, [0, 1])
    assert state.histories.named(PORTAL, "a1") == [("companies", "a1")]
    assert state.histories.named(PORTAL, "hs1") == [("companies", "a1")]
    assert state.histories.named(PORTAL, "nobody") == []
    assert state.histories.near(PORTAL, "a_x", 9) == ["a0", "a1"]
    assert state.histories.near(PORTAL, "x", 9) == []


def test_the_ledger_is_paged_by_key_with_its_values(state: Stores) -> None:
    written(state, [0, 1, 2])
    assert state.ledger.count(PORTAL, "companies") == 3
    assert state.ledger.count(PORTAL, "contacts") == 0
    first = state.ledger.page(PORTAL, "companies", after="", most=2)
    rest = state.ledger.page(PORTAL, "companies", after=first[-1].key, most=2)
    assert first[0] == record("a0", "hs0", saas_mrr="100")
    assert [one.key for one in first + rest] == ["a0", "a1", "a2"]
