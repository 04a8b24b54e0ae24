"""Dead letters are kept with their first time until what they are about gets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from support.stores import NOW, PORTAL, Stores

from syncworker.engine.letter_stores import Wanted
from syncworker.engine.memory import DeadLetter

LETTER = DeadLetter(
    kind="record",
    subject="companies",
    key="a1",
    cause="INVALID_OPTION",
    property="saas_status",
    message="`gone` is no option",
    help="add the option",
    values={"saas_status": "gone"},
)
LATER = NOW + timedelta(hours=1)


def put(state: Stores, letters: list[DeadLetter], at: object = NOW) -> str:
    run = state.run()
    state.plans.add(state.chunk(run), PORTAL, [], letters, [], at)
    state.finish(run, "planned")
    return run.id


def test_a_letter_comes_back_with_the_time_it_first_came_up(state: Stores) -> None:
    put(state, [LETTER])
    worse = replace(LETTER, cause="OTHER", message="worse")
    run_id = put(state, [worse], LATER)
    assert state.letters.open(PORTAL, run_id=run_id, most=9) == [replace(worse, first_at=NOW)]
    assert state.letters.count(run_id) == {"record": 1}


def test_a_resolved_letter_that_comes_up_again_is_open_again(state: Stores) -> None:
    put(state, [LETTER])
    run = state.run()
    chunk = state.chunk(run)
    state.plans.add(chunk, PORTAL, [], [], [("companies", "a1")], NOW)
    assert state.letters.open(PORTAL, run_id=None, most=9) == []
    state.plans.add(chunk, PORTAL, [], [LETTER], [], LATER)
    assert state.letters.open(PORTAL, run_id=None, most=9) == [replace(LETTER, first_at=NOW)]


def test_a_letter_met_twice_in_one_stretch_is_one(state: Stores) -> None:
    put(state, [LETTER, replace(LETTER, message="again")])
    (found,) = state.letters.open(PORTAL, run_id=None, most=9)
    assert found.message == "again"


def test_letters_are_shown_oldest_first_per_portal_and_run_up_to_a_number(
    state: Stores,
) -> None:
    put(state, [replace(LETTER, key="new")], LATER)
    run_id = put(state, [replace(LETTER, key="old-b"), replace(LETTER, key="old-a")])

    def keys(run_id: str | None, most: int) -> list[str]:
        return [found.key for found in state.letters.open(PORTAL, run_id=run_id, most=most)]

    assert keys(None, 9) == ["old-a", "old-b", "new"]
    assert keys(None, 1) == ["old-a"]
    assert keys(run_id, 9) == ["old-a", "old-b"]
    assert state.letters.open("other", run_id=None, most=9) == []


def test_one_records_letters_about_several_properties_stand_beside_each_other(
    state: Stores,
) -> None:
    run_id = put(state, [LETTER, replace(LETTER, property="saas_mrr")])
    assert state.letters.count(run_id) == {"record": 2}


def test_a_letter_takes_any_text(state: Stores) -> None:
    odd = replace(LETTER, message="NUL \0 and 株", values={"saas_status": "\0"})
    put(state, [odd])
    (found,) = state.letters.open(PORTAL, run_id=None, most=9)
    assert found.message == "NUL \ufffd and 株"
    assert found.values == {"saas_status": "\0"}


def test_a_discarded_letter_stays_so_while_cause_and_value_are_the_same(state: Stores) -> None:
    put(state, [LETTER])
    state.letters.discard(PORTAL, [LETTER], "a test", LATER)
    put(state, [replace(LETTER, values={"saas_status": "gone", "saas_mrr": "9"})], LATER)
    assert state.letters.open(PORTAL, run_id=None, most=9) == []
    assert len(state.letters.open(PORTAL, run_id=None, most=9, discarded=True)) == 1
    (kept,) = state.letters.kept(PORTAL, Wanted(key="a1"), discarded=True)
    assert (kept.discarded, kept.resolved_at, kept.letter.values["saas_mrr"]) == (
        *("a test", LATER), "9",
    )  # fmt: skip
    assert state.letters.portals() == [PORTAL]
    run_id = put(state, [replace(LETTER, values={"saas_status": "lost"})], LATER)
    (kept,) = state.letters.kept(PORTAL, Wanted(cause="INVALID_OPTION", run_id=run_id))
    assert (kept.discarded, kept.resolved_at) == ("", None)
    assert state.letters.causes(run_id) == {"INVALID_OPTION"}
    assert state.letters.kept(PORTAL, Wanted(kind="row")) == []


def test_open_letters_of_the_records_in_hand_are_found_by_key(state: Stores) -> None:
    pair = replace(LETTER, property="association:companies")
    others = [replace(LETTER, key="b9"), replace(LETTER, subject="contacts")]
    put(state, [LETTER, pair, *others, replace(LETTER, key="a2"), replace(LETTER, key="a3")])
    state.letters.discard(PORTAL, [replace(LETTER, key="a2")], "a test", LATER)

    found = state.letters.of_records(PORTAL, "companies", ["a1", "a2", "never"])

    assert {key: [one.property for one in letters] for key, letters in found.items()} == {
        "a1": ["association:companies", "saas_status"]
    }
    assert state.letters.of_records("other", "companies", ["a1"]) == {}


def test_when_a_value_was_sent_is_kept_until_its_property_changes(state: Stores) -> None:
    put(state, [replace(LETTER, tried=True)])
    put(state, [LETTER], LATER)  # met again, and not sent

    def refused(after: datetime) -> list[str]:
        return [*state.letters.refused(PORTAL, "companies", ["a1", "a2"], after=after)]

    assert (refused(NOW - timedelta(seconds=1)), refused(NOW)) == (["a1"], [])
    state.letters.try_again(PORTAL, "companies", ["other"])
    assert refused(NOW - timedelta(seconds=1)) == ["a1"]
    state.letters.try_again(PORTAL, "companies", ["saas_status"])
    assert refused(NOW - timedelta(seconds=1)) == []
