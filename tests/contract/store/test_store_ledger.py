"""The ledger: the newest confirmed values of each record, whatever their number."""

from __future__ import annotations

from dataclasses import replace

from support.stores import NOW, PORTAL, Stores, record, sent


def test_confirmed_records_come_back_and_unknown_ones_are_absent(state: Stores) -> None:
    chunk = state.chunk(state.run())
    odd = record("ä|b'\"%", "2", name='Zoë "Q" \\ 株式会社\n\t', empty="", nul="a\0b")
    never_written = replace(record("c"), written_at=None)
    state.ledger.confirm(chunk, PORTAL, [record("a", saas_mrr="100"), odd, never_written], NOW)
    found = state.ledger.get(PORTAL, "companies", ["a", odd.key, "c", "unknown"])
    assert found == {"a": record("a", saas_mrr="100"), odd.key: odd, "c": never_written}
    assert state.ledger.get(PORTAL, "contacts", ["a"]) == {}
    assert state.ledger.get("other", "companies", ["a"]) == {}


def test_a_later_confirmation_replaces_the_values(state: Stores) -> None:
    chunk = state.chunk(state.run())
    state.ledger.confirm(chunk, PORTAL, [record("a", "1", x="1", gone="1")], NOW)
    state.ledger.confirm(chunk, PORTAL, [record("a", "9", x="2")], NOW)
    assert state.ledger.get(PORTAL, "companies", ["a"]) == {"a": record("a", "9", x="2")}
    assert state.ledger.owners(PORTAL, "companies", ["1", "9"]) == {"9": "a"}


def test_a_record_confirmed_twice_in_one_go_keeps_the_last(state: Stores) -> None:
    chunk = state.chunk(state.run())
    state.ledger.confirm(chunk, PORTAL, [record("a", x="1"), record("a", x="2")], NOW)
    assert state.ledger.get(PORTAL, "companies", ["a"])["a"].values == {"x": "2"}


def test_thousands_of_keys_and_ids_are_looked_up_in_one_call(state: Stores) -> None:
    records = [record(f"a{n}", f"hs{n}", n=str(n)) for n in range(2_345)]
    state.ledger.confirm(state.chunk(state.run()), PORTAL, records, NOW)
    assert state.ledger.get(PORTAL, "companies", [r.key for r in records]) == {
        r.key: r for r in records
    }
    ids = [r.hubspot_id for r in records]
    assert state.ledger.owners(PORTAL, "companies", ids) == {r.hubspot_id: r.key for r in records}


def test_nothing_asked_for_is_nothing(state: Stores) -> None:
    assert state.ledger.get(PORTAL, "companies", []) == {}
    assert state.ledger.owners(PORTAL, "companies", []) == {}
    state.ledger.confirm(state.chunk(state.run()), PORTAL, [], NOW)


def test_how_a_record_was_linked_is_kept_by_confirmations_that_do_not_say(state: Stores) -> None:
    run = state.run()
    chunk = state.planned(run, 1)
    found = replace(record("a0", "hs0"), linked_by="domain")
    state.ledger.confirm(chunk, PORTAL, [found, record("a1")], NOW)
    state.ledger.confirm(chunk, PORTAL, [record("a0", "hs0", x="1"), record("a1", x="1")], NOW)
    state.plans.settle(chunk, PORTAL, [sent(0)], NOW)
    known = state.ledger.get(PORTAL, "companies", ["a0", "a1"])
    assert known["a0"] == replace(record("a0", "hs0", saas_mrr="100"), linked_by="domain")
    assert known["a1"].linked_by == ""


def test_a_record_that_is_linked_anew_says_how(state: Stores) -> None:
    chunk = state.chunk(state.run())
    for way in ("domain", "saas_account_id"):
        state.ledger.confirm(chunk, PORTAL, [replace(record("a"), linked_by=way)], NOW)
    assert state.ledger.get(PORTAL, "companies", ["a"])["a"].linked_by == "saas_account_id"


def test_linked_records_come_by_object_and_key_without_their_values(state: Stores) -> None:
    chunk = state.chunk(state.run())
    companies = [
        replace(record(f"a{n:04}", f"hs{n}", x="1"), linked_by="domain") for n in range(2_345)
    ]
    person = replace(record("a0001", "9"), object="contacts", linked_by="created")
    state.ledger.confirm(chunk, PORTAL, [person, *reversed(companies)], NOW)
    state.ledger.confirm(chunk, "other", [record("z")], NOW)
    assert list(state.ledger.linked(PORTAL)) == [
        *(replace(c, values={}) for c in companies),
        person,
    ]
    assert list(state.ledger.linked("unknown")) == []


def test_linked_records_can_be_left_half_read(state: Stores) -> None:
    chunk = state.chunk(state.run())
    state.ledger.confirm(chunk, PORTAL, [record(f"a{n:04}") for n in range(1_500)], NOW)
    linked = state.ledger.linked(PORTAL)
    assert next(linked).key == "a0000"
    state.ledger.confirm(chunk, PORTAL, [record("a0000", "7")], NOW)
    linked.close()
    assert state.ledger.owners(PORTAL, "companies", ["7"]) == {"7": "a0000"}


def test_every_key_that_claims_a_hubspot_record_is_named(state: Stores) -> None:
    chunk = state.chunk(state.run())
    records = [record("b", "1"), record("a", "1"), record("c", "2")]
    state.ledger.confirm(chunk, PORTAL, records, NOW)
    assert state.ledger.claims(PORTAL, "companies", ["1", "2", "3"]) == {
        "1": ["a", "b"],
        "2": ["c"],
    }
    assert state.ledger.owners(PORTAL, "companies", ["1"]) == {"1": "a"}


def test_what_was_written_since_a_position_is_named_with_the_last_run(state: Stores) -> None:
    run = state.run()
    chunk = state.planned(run, 3)
    assert state.ledger.position(PORTAL) == 0
    state.plans.settle(chunk, PORTAL, [sent(0)], NOW)
    before = state.ledger.position(PORTAL)
    state.plans.settle(chunk, PORTAL, [sent(1)], NOW)
    keys = ["a0", "a1", "a2"]
    assert state.ledger.position(PORTAL) > before > 0
    assert state.ledger.written_since(PORTAL, "companies", keys, before) == {"a1": run.id}
    assert set(state.ledger.written_since(PORTAL, "companies", keys, 0)) == {"a0", "a1"}
    assert state.ledger.written_since(PORTAL, "contacts", keys, 0) == {}
    assert state.ledger.written_since("other", "companies", keys, 0) == {}
    assert state.ledger.position("other") == 0
