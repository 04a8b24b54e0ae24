"""Unlinked rows: the newest finding of each key, and nothing of rows that are gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.stores import NOW, PORTAL, Stores

from syncworker.engine.memory import Unlinked
from syncworker.errors import ClaimLost

A = Unlinked("companies", "a", "a.example", "HubSpot has none with this domain")
B = Unlinked("companies", "b", "", "its domain is empty")


def test_what_was_found_comes_back_by_object_and_key(state: Stores) -> None:
    chunk = state.chunk(state.run())
    person = Unlinked("contacts", "a", 'zoë "Q"\0@x.example', "HubSpot has none with this email")
    state.unlinked.replace(chunk, PORTAL, "contacts", ["a"], [person], NOW)
    state.unlinked.replace(chunk, PORTAL, "companies", ["b", "a"], [B, A], NOW)
    shown = replace(person, name='zoë "Q"\ufffd@x.example')
    assert state.unlinked.all(PORTAL) == [A, B, shown]
    assert state.unlinked.all("other") == []


def test_a_key_that_is_linked_now_is_gone_and_keys_not_asked_about_stay(state: Stores) -> None:
    chunk = state.chunk(state.run())
    other = replace(A, object="contacts")
    state.unlinked.replace(chunk, PORTAL, "contacts", ["a"], [other], NOW)
    state.unlinked.replace(chunk, PORTAL, "companies", ["a", "b"], [A, B], NOW)
    state.unlinked.replace(chunk, PORTAL, "companies", ["a"], [], NOW)
    assert state.unlinked.all(PORTAL) == [B, other]


def test_a_later_reason_replaces_the_earlier_one(state: Stores) -> None:
    chunk = state.chunk(state.run())
    state.unlinked.replace(chunk, PORTAL, "companies", ["b"], [B], NOW)
    later = replace(B, name="b.example", reason="HubSpot has none with this domain")
    state.unlinked.replace(chunk, PORTAL, "companies", ["b"], [later], NOW)
    assert state.unlinked.all(PORTAL) == [later]


def test_what_only_earlier_runs_found_is_forgotten_for_that_portal(state: Stores) -> None:
    first = state.run(id="20261121T060000000001-aaaaaa")
    chunk = state.chunk(first)
    state.unlinked.replace(chunk, PORTAL, "companies", ["a", "b"], [A, B], NOW)
    state.finish(first)
    elsewhere = state.chunk(state.run("other", id="20261121T060000000000-cccccc"))
    state.unlinked.replace(elsewhere, "other", "companies", ["a"], [A], NOW)
    second = state.run(id="20261121T070000000000-bbbbbb")
    state.unlinked.replace(state.chunk(second), PORTAL, "companies", ["b"], [B], NOW)
    state.unlinked.forget(PORTAL, before_run=second.id)
    assert state.unlinked.all(PORTAL) == [B]
    assert state.unlinked.all("other") == [A]


def test_thousands_of_keys_are_replaced_in_one_go(state: Stores) -> None:
    chunk = state.chunk(state.run())
    many = [replace(A, key=f"a{n:04}") for n in range(1_234)]
    keys = [one.key for one in many]
    state.unlinked.replace(chunk, PORTAL, "companies", keys, many, NOW)
    state.unlinked.replace(chunk, PORTAL, "companies", keys, many[1_000:], NOW)
    assert state.unlinked.all(PORTAL) == many[1_000:]


def test_a_late_finding_of_an_old_owner_changes_nothing(state: Stores) -> None:
    chunk = state.chunk(state.run())
    state.unlinked.replace(chunk, PORTAL, "companies", ["a"], [A], NOW)
    with pytest.raises(ClaimLost):
        state.unlinked.replace(replace(chunk, claim=0), PORTAL, "companies", ["a"], [], NOW)
    assert state.unlinked.all(PORTAL) == [A]
