"""No record is lost: every input of a batch gets exactly one outcome, or the call raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hubspot_writes import (
    bad_option,
    contact,
    creations,
    gone,
    inputs,
    licences,
    result,
    results,
    updates,
)
from support.scripted_hubspot import Answer, Script

from syncworker.errors import Unavailable
from syncworker.hubspot.outcomes import outcomes
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.planning.records import Action, Batch, BatchInput


def asked(script: Script) -> list[str]:
    return [one.rsplit("/", 1)[1] for one in script.asked]


def test_updates_go_by_id_each_with_its_own_trace_id(portal: HubSpotPortal, script: Script) -> None:
    script.add(results(result(1), result(2)))
    portal.write(updates(2))
    assert script.asked == ["POST /crm/objects/2026-09/companies/batch/update"]
    assert script.received[0].body == {
        "inputs": [
            {"id": "1", "properties": {"a": "x"}, "objectWriteTraceId": "t1"},
            {"id": "2", "properties": {"a": "x"}, "objectWriteTraceId": "t2"},
        ]
    }


def test_a_creation_never_changes_a_record_that_is_there(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results({"id": "7", "properties": {"app_id": "A1"}}))
    portal.write(licences("A1"))
    assert script.asked == ["POST /crm/objects/2026-09/2-123/batch/create"]
    assert script.received[0].body["inputs"] == [
        {"properties": {"app_id": "A1", "a": "x"}, "objectWriteTraceId": "t1"}
    ]


@pytest.mark.parametrize("status", [200, 207])
def test_good_and_bad_records_are_told_apart_whatever_the_status_and_order(
    portal: HubSpotPortal, script: Script, status: int
) -> None:
    body = {
        "results": [result(3, objectWriteTraceId="t3"), result(1, objectWriteTraceId="t1")],
        "errors": [bad_option(objectWriteTraceId=["t2"])],
    }
    script.add(Answer(status, body))
    one, two, three = portal.write(updates(3, a="gold"))
    assert (one.key, one.status, one.hubspot_id) == ("acct-1", "sent", "1")
    assert (three.key, three.status, three.hubspot_id) == ("acct-3", "sent", "3")
    assert (two.key, two.status, two.cause, two.property) == (
        "acct-2",
        "rejected",
        "INVALID_OPTION",
        "a",
    )
    assert two.message == "not an option"
    assert two.help.startswith('add the option "gold" to a in HubSpot')
    assert "syncworker sync acme" in two.help
    assert portal.requests == portal.writes == 1


def test_only_the_properties_sent_come_back_and_an_empty_one_as_an_empty_string(
    portal: HubSpotPortal, script: Script
) -> None:
    returned = {"lifecyclestage": "customer", "a": None, "createdate": "2026-01-01"}
    script.add(Answer(200, {"results": [{"id": "1", "properties": returned}]}))
    (outcome,) = portal.write(updates(1, a="", lifecyclestage="lead", unreturned="1"))
    assert outcome.values == {"a": "", "lifecyclestage": "customer"}


def test_without_trace_ids_results_are_found_by_id_or_match_value(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results(result(2), result(1)))
    assert [one.hubspot_id for one in portal.write(updates(2))] == ["1", "2"]
    script.add(results(contact("78", "bob@acme.example"), contact("77", "ann@acme.example")))
    made = portal.write(creations("Ann@acme.example", "bob@acme.example"))
    assert [one.hubspot_id for one in made] == ["77", "78"]


def test_a_merged_record_comes_back_with_its_new_id(portal: HubSpotPortal, script: Script) -> None:
    script.add(results(result(99, objectWriteTraceId="t1")))
    (outcome,) = portal.write(updates(1))
    assert (outcome.status, outcome.hubspot_id) == ("sent", "99")


def test_one_error_may_list_many_ids(portal: HubSpotPortal, script: Script) -> None:
    script.add(results(result(2), errors=[gone("1", "3")]))
    causes = [one.cause for one in portal.write(updates(3))]
    assert causes == ["OBJECT_NOT_FOUND", "", "OBJECT_NOT_FOUND"]


def test_a_result_beside_an_error_for_the_same_record_is_no_success(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results(result(1), errors=[bad_option(ids=["1"])]))
    assert portal.write(updates(1))[0].status == "rejected"


def test_when_an_error_names_nobody_those_left_out_are_sent_alone(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results(result(1), errors=[bad_option()]))
    script.add(results(result(2)), results(errors=[bad_option()]))
    one, two, three = portal.write(updates(3))
    assert (one.status, two.status) == ("sent", "sent")
    assert (three.status, three.cause) == ("rejected", "INVALID_OPTION")
    assert [len(received.body["inputs"]) for received in script.received] == [3, 1, 1]


def test_a_record_that_a_success_leaves_out_and_was_merged_is_named_and_not_written_to(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results(result(1)))
    merged = {"id": "9", "properties": {"a": "old", "hs_merged_object_ids": "2"}}
    script.add(results(merged))
    _, two = portal.write(updates(2))
    assert (two.key, two.status, two.hubspot_id) == ("acct-2", "existing", "9")
    assert asked(script) == ["update", "read"]


def test_a_record_that_a_success_leaves_out_and_is_gone_is_rejected(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results(result(1)), Answer(207, {"results": [], "errors": [gone("2")]}))
    _, two = portal.write(updates(2))
    assert (two.status, two.cause, two.hubspot_id) == ("rejected", "OBJECT_NOT_FOUND", None)


def test_a_record_that_is_left_out_again_and_again_is_rejected(
    portal: HubSpotPortal, script: Script
) -> None:
    there = {"id": "2", "properties": {"a": "old"}}
    script.add(results(result(1), {"properties": {}}), results(there), results(), results(there))
    _, two = portal.write(updates(2))
    assert (two.status, two.cause) == ("rejected", "VANISHED")
    assert asked(script) == ["update", "read", "update"]


def test_a_creation_that_a_success_leaves_out_is_looked_for(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results(contact("1", "a@a.example")))
    found = results(contact("2", "b@b.example"), contact("3", "c@c.example", a="theirs"))
    script.add(found, results(contact("4", "d@d.example")))
    emails = ["a@a.example", "b@b.example", "c@c.example", "d@d.example"]
    made = portal.write(creations(*emails))
    assert [(one.status, one.hubspot_id) for one in made] == [
        ("sent", "1"),
        ("sent", "2"),
        ("existing", "3"),
        ("sent", "4"),
    ]
    assert asked(script) == ["create", "read", "create"]


def test_a_record_that_is_there_twice_gets_an_outcome_each_time(
    portal: HubSpotPortal, script: Script
) -> None:
    one, two = inputs(2)
    again = BatchInput("t3", "other", "1", "", {"b": "y"})
    script.add(results(result(1), result(2)), results({"id": "1", "properties": {"b": "y"}}))
    outcome = portal.write(Batch("companies", "update", "", (one, again, two)))
    assert [(o.key, o.hubspot_id) for o in outcome] == [
        ("acct-1", "1"),
        ("other", "1"),
        ("acct-2", "2"),
    ]
    sent = [[i["id"] for i in received.body["inputs"]] for received in script.received]
    assert sent == [["1", "2"], ["1"]]


def test_a_portal_that_is_down_raises_and_gives_no_outcome(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(*[Answer(503)] * 6)
    with pytest.raises(Unavailable):
        portal.write(updates(3))
    assert portal.requests == 6


def test_an_empty_batch_asks_nothing(portal: HubSpotPortal) -> None:
    assert portal.write(Batch("companies", "update", "domain", ())) == ()
    assert portal.requests == 0


def test_two_inputs_with_one_trace_id_are_a_mistake_of_ours(portal: HubSpotPortal) -> None:
    twice = BatchInput("t", "k", "1", "", {})
    with pytest.raises(ValueError, match="one trace id"):
        portal.write(Batch("companies", "update", "domain", (twice, twice)))


NAMES = st.sampled_from(["t1", "t2", "t3", "1", "2", "3", "9", "1.example", ""])
RESULTS = st.fixed_dictionaries(
    {},
    optional={
        "id": NAMES | st.none() | st.integers(),
        "objectWriteTraceId": NAMES | st.none(),
        "properties": st.none() | st.dictionaries(st.sampled_from(["a", "domain"]), NAMES),
    },
)
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "category": NAMES,
        "message": NAMES,
        "context": st.none()
        | st.dictionaries(st.sampled_from(["ids", "objectWriteTraceId"]), st.lists(NAMES)),
    },
)


@settings(deadline=None)
@given(
    st.sampled_from(["update", "create"]),
    st.fixed_dictionaries(
        {},
        optional={
            "results": st.lists(RESULTS | st.none()) | st.none(),
            "errors": st.lists(ERRORS | st.text()) | st.none(),
        },
    ),
)
def test_whatever_hubspot_answers_every_input_is_in_exactly_one_place(
    action: Action, answer: dict[str, Any]
) -> None:
    batch = Batch("companies", action, "domain", inputs(3))
    read = outcomes(batch, batch.inputs, answer)
    placed = [one for one, _ in (*read.sent, *read.refused)] + list(read.left)
    assert sorted(one.trace_id for one in placed) == ["t1", "t2", "t3"]
    for one, outcome in read.sent:
        assert (outcome.key, outcome.status) == (one.key, "sent")
        assert outcome.hubspot_id
