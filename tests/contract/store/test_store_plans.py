"""A plan's records get their positions and each one outcome, together with all that follows."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from support.stores import NOW, PORTAL, Stores, planned, record, sent

from syncworker.engine.memory import DeadLetter, Settled, Written
from syncworker.planning.records import Change
from syncworker.store import letters
from syncworker.store.tables import history


def letter(key: str, property_: str = "saas_mrr") -> DeadLetter:
    return DeadLetter("record", "companies", key, "INVALID_OPTION", property_)


def rejected(number: int) -> Settled:
    key = f"a{number}"
    return Settled(number, "rejected", "companies", key, None, (), (letter(key),))


def past(state: Stores) -> list[dict[str, Any]]:
    with state.database.read() as connection:
        rows = connection.execute(sa.select(history).order_by(history.c.id)).mappings()
        return [dict(row) for row in rows]


def open_letters(state: Stores) -> list[str]:
    return [found.key for found in state.letters.open(PORTAL, run_id=None, most=100)]


def test_records_of_all_chunks_are_numbered_in_one_row_however_often(state: Stores) -> None:
    run = state.run()
    state.step(run, "compute", [{"shard": 0}, {"shard": 1}])
    (first, _), (second, _) = state.chunks.take(run.id, now=NOW, most=2)
    later, earlier = state.claim(second), state.claim(first)
    state.plans.add(later, PORTAL, [planned(0), planned(1)], [], [], NOW)
    state.plans.add(earlier, PORTAL, [planned(0)], [], [], NOW)
    state.plans.add(earlier, PORTAL, [planned(1), planned(2)], [], [], NOW)
    for _ in range(2):
        assert state.plans.number(run.id) == 5
        found = state.plans.open(run.id, 0, 4)
        assert [p.position for p in found] == [0, 1, 2, 3, 4]
        assert [p.key for p in found] == ["a0", "a1", "a2", "a0", "a1"]
    assert [p.position for p in state.plans.open(run.id, 1, 3)] == [1, 2, 3]
    assert [p.position for p in state.plans.show(run.id, 2)] == [0, 1]


def test_two_workers_may_number_a_plan_at_once(state: Stores) -> None:
    run = state.run()
    state.planned(run, 3_000)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: state.plans.number(run.id), range(8))) == [3_000] * 8


def test_a_chunk_that_is_begun_again_plans_anew(state: Stores) -> None:
    run = state.run()
    state.step(run, "compute", [{"shard": 0}, {"shard": 1}])
    mine, other = (state.claim(i) for i, _ in state.chunks.take(run.id, now=NOW, most=2))
    state.plans.add(other, PORTAL, [planned(9)], [], [], NOW)
    for _ in range(2):
        state.plans.clear(mine)
        state.plans.add(mine, PORTAL, [planned(0), planned(1)], [], [], NOW)
    assert [p.key for p in state.plans.show(run.id, 10)] == ["a0", "a1", "a9"]


def test_a_plan_stretch_of_thousands_with_any_text_is_stored_as_it_is(state: Stores) -> None:
    run = state.run()
    body = json.dumps({"text": 'tab\t newline\n quote" \\N \\. ä 株 \0'}, ensure_ascii=True)
    records = [planned(n) for n in range(2_500)]
    records[7] = type(records[7])(7, "companies", "tab\tnew\nline\\N", body)
    state.plans.add(state.chunk(run, "compute"), PORTAL, records, [], [], NOW)
    assert state.plans.show(run.id, 3_000) == records


def test_what_needs_nothing_resolves_its_letters_and_conflicts_are_new_ones(
    state: Stores,
) -> None:
    first = state.run()
    state.plans.add(state.chunk(first), PORTAL, [], [letter("a1"), letter("a2")], [], NOW)
    state.finish(first, "rejects")
    second = state.run()
    state.plans.add(state.chunk(second), PORTAL, [], [letter("a3")], [("companies", "a1")], NOW)
    assert open_letters(state) == ["a2", "a3"]


def test_a_settled_batch_is_outcomes_ledger_history_and_letters(state: Stores) -> None:
    run = state.run()
    chunk = state.planned(run, 4)
    held = Settled(3, "held", "companies", "a3", None)
    state.plans.settle(chunk, PORTAL, [sent(0), rejected(1), held], NOW)
    assert state.plans.outcomes(run.id) == {"sent": 1, "rejected": 1, "held": 1, "planned": 1}
    assert [p.key for p in state.plans.open(run.id, 0, 3)] == ["a2"]
    assert state.ledger.get(PORTAL, "companies", ["a0", "a1", "a3"]) == {
        "a0": record("a0", "hs0", saas_mrr="100")
    }
    (entry,) = past(state)
    del entry["id"]
    assert entry == {
        "portal": PORTAL,
        "run_id": run.id,
        "object": "companies",
        "key": "a0",
        "hubspot_id": "hs0",
        "outcome": "sent",
        "changes": [["saas_mrr", "", "100", "first value"]],
        "action": "update",
        "at": NOW,
    }
    written = Written(run.id, NOW, (Change("saas_mrr", "", "100", "first value"),))
    assert state.ledger.history(PORTAL, "companies", "a0", 10) == [written]
    assert state.ledger.history(PORTAL, "companies", "a1", 10) == []
    assert state.ledger.history(PORTAL, "contacts", "a0", 10) == []
    assert state.ledger.history("another", "companies", "a0", 10) == []
    assert open_letters(state) == ["a1"]
    assert state.letters.count(run.id) == {"record": 1}


def test_a_record_that_has_an_outcome_keeps_it(state: Stores) -> None:
    run = state.run()
    chunk = state.planned(run, 2)
    state.plans.settle(chunk, PORTAL, [sent(0)], NOW)
    for again in ([sent(0)], [rejected(0)], [sent(0), sent(1)]):
        state.plans.settle(chunk, PORTAL, again, NOW)
    assert state.plans.outcomes(run.id) == {"sent": 2}
    assert [entry["key"] for entry in past(state)] == ["a0", "a1"]
    assert open_letters(state) == []


def test_a_batch_of_which_nothing_was_tried_settles_nothing(state: Stores) -> None:
    run = state.run()
    chunk = state.planned(run, 1)
    again = state.claim(chunk.id)
    state.plans.settle(again, PORTAL, [], NOW)
    assert state.plans.outcomes(run.id) == {"planned": 1}
    assert state.claim(chunk.id).attempts == 3, "nothing tried is no progress"


def test_a_batch_that_fails_in_the_middle_leaves_nothing_behind(
    state: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = state.run()
    chunk = state.planned(run, 2)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(letters, "put", crash)  # the last step of all
        with pytest.raises(KeyboardInterrupt):
            state.plans.settle(chunk, PORTAL, [sent(0), rejected(1)], NOW)
    assert state.plans.outcomes(run.id) == {"planned": 2}
    assert state.ledger.get(PORTAL, "companies", ["a0"]) == {}
    assert past(state) == []
    state.plans.settle(chunk, PORTAL, [sent(0), rejected(1)], NOW)
    assert state.plans.outcomes(run.id) == {"sent": 1, "rejected": 1}


def test_a_record_that_gets_through_resolves_its_letters(state: Stores) -> None:
    first = state.run()
    state.plans.settle(state.planned(first, 2), PORTAL, [rejected(0), rejected(1)], NOW)
    state.finish(first, "rejects")
    second = state.run()
    state.plans.settle(state.planned(second, 2), PORTAL, [sent(0)], NOW)
    assert open_letters(state) == ["a1"]


def test_a_run_without_a_plan_has_none(state: Stores) -> None:
    run = state.run()
    assert state.plans.number(run.id) == 0
    assert state.plans.show(run.id, 10) == []
    assert state.plans.outcomes(run.id) == {}
