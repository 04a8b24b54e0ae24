"""No record is lost: every input of a batch gets exactly one outcome, or the call raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripted_hubspot import Answer, Script

from syncworker.errors import Unavailable
from syncworker.hubspot.outcomes import outcomes
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.planning.records import Action, Batch, BatchInput


def inputs(count: int, **properties: str) -> tuple[BatchInput, ...]:
    return tuple(
        BatchInput(f"t{n}", f"acct-{n}", str(n), f"{n}.example", properties or {"a": "x"})
        for n in range(1, count + 1)
    )


def updates(count: int, **properties: str) -> Batch:
    return Batch("companies", "update", "domain", inputs(count, **properties))


def creations(*emails: str) -> Batch:
    made = [
        BatchInput(f"t{n}", email, None, email, {"a": "x"}) for n, email in enumerate(emails, 1)
    ]
    return Batch("contacts", "create", "email", tuple(made))


def result(n: int, **more: object) -> dict[str, Any]:
    return {"id": str(n), "properties": {"a": "x", "hs_object_id": str(n)}, **more}


def bad_option(**context: list[str]) -> dict[str, Any]:
    told = [{"isValid": False, "message": "not an option", "error": "INVALID_OPTION", "name": "a"}]
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "message": "Property values were not valid: " + json.dumps(told),
        "context": context,
    }


def test_updates_go_by_id_each_with_its_own_trace_id(portal: HubSpotPortal, script: Script) -> None:
    portal.write(updates(2))
    assert script.asked == ["POST /crm/objects/2026-09/companies/batch/update"]
    assert script.received[0].body == {
        "inputs": [
            {"id": "1", "properties": {"a": "x"}, "objectWriteTraceId": "t1"},
            {"id": "2", "properties": {"a": "x"}, "objectWriteTraceId": "t2"},
        ]
    }


def test_creations_are_upserts_by_the_match_property(portal: HubSpotPortal, script: Script) -> None:
    portal.write(creations("Ann@Acme.example"))
    assert script.asked == ["POST /crm/objects/2026-09/contacts/batch/upsert"]
    assert script.received[0].body["inputs"] == [
        {
            "id": "ann@acme.example",
            "idProperty": "email",
            "properties": {"a": "x"},
            "objectWriteTraceId": "t1",
        }
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
    script.add(Answer(200, {"results": [result(2), result(1)]}))
    assert [one.hubspot_id for one in portal.write(updates(2))] == ["1", "2"]
    made = {"id": "77", "properties": {"email": "ann@acme.example"}}
    script.add(Answer(200, {"results": [made]}))
    ann, bob = portal.write(creations("Ann@acme.example", "bob@acme.example"))
    assert (ann.status, ann.hubspot_id) == ("sent", "77")
    assert (bob.status, bob.cause) == ("rejected", "VANISHED")


def test_a_merged_record_comes_back_with_its_new_id(portal: HubSpotPortal, script: Script) -> None:
    script.add(Answer(200, {"results": [result(99, objectWriteTraceId="t1")]}))
    (outcome,) = portal.write(updates(1))
    assert (outcome.status, outcome.hubspot_id) == ("sent", "99")


def test_a_record_that_a_success_leaves_out_is_rejected(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(200, {"results": [result(1)]}))
    _, two = portal.write(updates(2))
    assert (two.status, two.cause, two.hubspot_id) == ("rejected", "VANISHED", None)
    assert "merged" in two.help


def test_one_error_may_list_many_ids(portal: HubSpotPortal, script: Script) -> None:
    missing = {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": ["1", "3"]}}
    script.add(Answer(207, {"results": [result(2)], "errors": [missing]}))
    assert [one.cause for one in portal.write(updates(3))] == [
        "OBJECT_NOT_FOUND",
        "",
        "OBJECT_NOT_FOUND",
    ]


def test_an_error_that_names_nobody_explains_those_left_out(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(200, {"results": [result(1)], "errors": [bad_option()]}))
    one, two = portal.write(updates(2))
    assert one.status == "sent"
    assert two.cause == "INVALID_OPTION"


def test_a_result_beside_an_error_for_the_same_record_is_no_success(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(200, {"results": [result(1)], "errors": [bad_option(ids=["1"])]}))
    assert portal.write(updates(1))[0].status == "rejected"


def test_a_batch_refused_as_a_whole_is_halved_until_the_bad_record_is_alone(
    portal: HubSpotPortal, script: Script
) -> None:
    batch = updates(8)
    refused = Answer(400, bad_option())

    def accepted(*ids: int) -> Answer:
        return Answer(200, {"results": [result(n) for n in ids]})

    # 8 refused; 1-4 fine; 5-8 refused; 5-6 refused; 5 fine; 6 refused; 7-8 fine
    script.add(
        refused,
        accepted(1, 2, 3, 4),
        refused,
        refused,
        accepted(5),
        refused,
        accepted(7, 8),
    )
    outcome = portal.write(batch)
    assert [one.key for one in outcome] == [one.key for one in batch.inputs]
    assert [one.key for one in outcome if one.status == "rejected"] == ["acct-6"]
    assert outcome[5].cause == "INVALID_OPTION"
    assert portal.writes == 7


def test_a_match_property_that_is_not_unique_is_told_at_once(
    portal: HubSpotPortal, script: Script
) -> None:
    message = "Unable to perform upsert by non-unique 0-2 property domain"
    script.add(Answer(400, {"message": message, "category": "VALIDATION_ERROR"}))
    outcome = portal.write(creations("a@a.example", "b@b.example", "c@c.example"))
    assert {one.cause for one in outcome} == {"NON_UNIQUE_MATCH"}
    assert "update_only" in outcome[0].help
    assert portal.requests == 1


def test_a_write_whose_answer_is_lost_is_sent_again(portal: HubSpotPortal, script: Script) -> None:
    script.add(Answer(200, {"results": [result(1)]}, cut=True), Answer(503))
    script.add(Answer(200, {"results": [result(1)]}))
    assert portal.write(updates(1))[0].status == "sent"
    assert len({json.dumps(one.body) for one in script.received}) == 1
    assert (portal.requests, portal.writes) == (3, 3)


def test_a_portal_that_is_down_raises_and_gives_no_outcome(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(*[Answer(502)] * 6)
    with pytest.raises(Unavailable):
        portal.write(updates(3))


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
def test_whatever_hubspot_answers_every_input_has_exactly_one_outcome(
    action: Action, answer: dict[str, Any]
) -> None:
    batch = Batch("companies", action, "domain", inputs(3))
    outcome = outcomes(batch, batch.inputs, answer, "acme")
    assert [one.key for one in outcome] == ["acct-1", "acct-2", "acct-3"]
    for one in outcome:
        assert one.status in ("sent", "rejected")
        assert bool(one.hubspot_id) == (one.status == "sent")
        assert (one.status == "sent") or (one.cause and one.message and one.help)
