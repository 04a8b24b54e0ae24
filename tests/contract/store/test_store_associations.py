"""Associations: known ones are remembered per portal and pair of objects, with their letters."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.stores import LEASE, NOW, PORTAL, Stores

from syncworker.engine.memory import Chunk, DeadLetter, SettledPairs
from syncworker.engine.ports import Pair
from syncworker.errors import ClaimLost


def settle(
    state: Stores,
    chunk: Chunk,
    pairs: Sequence[tuple[str, str]] = (),
    fine: Sequence[str] = (),
    letters: Sequence[DeadLetter] = (),
) -> None:
    made = tuple(Pair(*ids) for ids in pairs)
    settled = SettledPairs("contacts", "companies", made, tuple(fine), tuple(letters))
    state.associations.settle(chunk, PORTAL, settled, NOW)


def known(state: Stores, *ids: str, portal: str = PORTAL) -> set[tuple[str, str]]:
    found = state.associations.known(portal, "contacts", "companies", ids)
    return {(pair.from_id, pair.to_id) for pair in found}


def letter(key: str, name: str = "association:companies") -> DeadLetter:
    return DeadLetter("record", "contacts", key, "INVALID", name, "refused")


def keys_of_open(state: Stores) -> set[tuple[str, str]]:
    found = state.letters.open(PORTAL, run_id=None, most=99)
    return {(one.key, one.property) for one in found}


def test_pairs_are_known_by_the_record_they_start_from(state: Stores) -> None:
    chunk = state.chunk(state.run(), "associate")
    settle(state, chunk, [("1", "10"), ("1", "11"), ("2", "10")])
    assert known(state, "1") == {("1", "10"), ("1", "11")}
    assert known(state, "1", "2", "3") == {("1", "10"), ("1", "11"), ("2", "10")}
    assert known(state) == set()


def test_pairs_of_other_portals_and_objects_are_others(state: Stores) -> None:
    settle(state, state.chunk(state.run(), "associate"), [("1", "10")])
    assert known(state, "1", portal="other") == set()
    assert state.associations.known(PORTAL, "deals", "companies", ["1"]) == set()
    assert state.associations.known(PORTAL, "contacts", "deals", ["1"]) == set()


def test_a_pair_that_is_known_may_come_again(state: Stores) -> None:
    chunk = state.chunk(state.run(), "associate")
    settle(state, chunk, [("1", "10")])
    settle(state, chunk, [("1", "10"), ("2", "10")])
    assert known(state, "1", "2") == {("1", "10"), ("2", "10")}


def test_thousands_are_kept_and_found_at_once(state: Stores) -> None:
    pairs = [(str(i), f"c{i}") for i in range(2_500)]
    settle(state, state.chunk(state.run(), "associate"), pairs)
    assert known(state, *(str(i) for i in range(2_500))) == set(pairs)


def test_letters_of_the_association_are_resolved_and_others_of_the_record_stay(
    state: Stores,
) -> None:
    chunk = state.chunk(state.run(), "associate")
    settle(state, chunk, letters=[letter("u1"), letter("u2"), letter("u1", "saas_mrr")])
    settle(state, chunk, [("1", "10")], fine=["u1"])
    assert keys_of_open(state) == {("u2", "association:companies"), ("u1", "saas_mrr")}


def test_a_late_commit_of_an_old_owner_changes_nothing(state: Stores) -> None:
    chunk = state.chunk(state.run(), "associate")
    state.claim(chunk.id, "another", NOW + 2 * LEASE)
    with pytest.raises(ClaimLost):
        settle(state, chunk, [("1", "10")], letters=[letter("u1")])
    assert (known(state, "1"), keys_of_open(state)) == (set(), set())


def test_a_settled_stretch_is_progress(state: Stores) -> None:
    chunk = state.chunk(state.run(), "associate")
    settle(state, chunk, [("1", "10")])
    assert state.claim(chunk.id, "another", NOW + 2 * LEASE).attempts == 1
