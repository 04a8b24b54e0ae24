"""Slots are claimed once; property definitions are remembered for a while."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

from support.stores import NOW, PORTAL, Stores, claim_slots

from syncworker.engine.ports import PropertyDefinition

STATUS = PropertyDefinition(
    name="saas_status",
    type="enumeration",
    field_type="select",
    label="Status",
    description="…",
    group="saas_metrics",
    options=(("active", "Active"), ("gone", "Gone")),
    read_only=True,
    unique=True,
)
PLAIN = PropertyDefinition("saas_mrr", "number", "number")


def test_a_slot_is_claimed_once_per_portal_and_job(state: Stores) -> None:
    assert state.slots.claim(PORTAL, "sync", NOW)
    assert not state.slots.claim(PORTAL, "sync", NOW)
    assert state.slots.claim("other", "sync", NOW)
    assert state.slots.claim(PORTAL, "verify", NOW)
    assert state.slots.claim(PORTAL, "sync", NOW + timedelta(microseconds=1))


def test_of_two_schedulers_one_gets_each_slot(url: str, processes: ProcessPoolExecutor) -> None:
    slots = [NOW + timedelta(minutes=n) for n in range(50)]
    futures = [processes.submit(claim_slots, url, slots) for _ in range(2)]
    first, second = (future.result(60) for future in futures)
    assert [a != b for a, b in zip(first, second, strict=True)] == [True] * 50


def test_definitions_are_remembered_until_they_are_too_old(state: Stores) -> None:
    found = {d.name: d for d in (STATUS, PLAIN)}
    state.definitions.put(PORTAL, "companies", found, NOW)
    before = NOW - timedelta(microseconds=1)
    assert state.definitions.get(PORTAL, "companies", after=before) == found
    assert state.definitions.get(PORTAL, "companies", after=NOW) is None
    assert state.definitions.get(PORTAL, "contacts", after=before) is None
    assert state.definitions.get("other", "companies", after=before) is None


def test_newer_definitions_replace_older_ones(state: Stores) -> None:
    state.definitions.put(PORTAL, "companies", {STATUS.name: STATUS}, NOW)
    later = NOW + timedelta(hours=2)
    state.definitions.put(PORTAL, "companies", {}, later)
    assert state.definitions.get(PORTAL, "companies", after=NOW) == {}


def test_forgotten_definitions_are_read_anew_and_other_portals_keep_theirs(
    state: Stores,
) -> None:
    for portal in (PORTAL, "other"):
        for name in ("companies", "contacts"):
            state.definitions.put(portal, name, {PLAIN.name: PLAIN}, NOW)
    state.definitions.forget(PORTAL)
    before = NOW - timedelta(hours=1)
    assert state.definitions.get(PORTAL, "companies", after=before) is None
    assert state.definitions.get(PORTAL, "contacts", after=before) is None
    assert state.definitions.get("other", "companies", after=before) == {PLAIN.name: PLAIN}
