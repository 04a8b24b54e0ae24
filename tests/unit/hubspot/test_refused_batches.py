"""Batches that HubSpot refuses as a whole: the good records go through, each bad one is found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hubspot_writes import bad_option, creations, result, results, updates
from support.scripted_hubspot import Answer, Script

from syncworker.hubspot import objects
from syncworker.hubspot.paths import Endpoint
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.refusals import Refusal, refused
from syncworker.hubspot.retry import Patience
from syncworker.hubspot.transport import Transport
from syncworker.planning.records import RecordOutcome


class Picky:
    """Stands for the transport: refuses any batch with a bad id in it, and names nobody.

    Args:
        bad: The ids it refuses.
        most: Inputs of a request that is not too large.
    """

    patience = Patience()

    def __init__(self, bad: set[str], most: int = 100) -> None:
        self.bad = bad
        self.most = most
        self.requests: list[list[str]] = []

    def ask(
        self, endpoint: Endpoint, object_name: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any] | Refusal:
        ids = [one["id"] for one in body["inputs"]]
        self.requests.append(ids)
        if len(ids) > self.most:
            return refused(413, {}, "<html></html>", "POST /x")
        if self.bad & set(ids):
            words = f"no good: {ids[0]}" if len(ids) == 1 else "no good"
            told = f'{{"message": "{words}", "category": "VALIDATION_ERROR"}}'
            return refused(400, {}, told, "POST /x")
        return {"results": [result(int(n), objectWriteTraceId=f"t{n}") for n in ids]}


def write(count: int, picky: Picky) -> tuple[RecordOutcome, ...]:
    return objects.write(cast("Transport", picky), updates(count), "acme")


def rejected(outcomes: tuple[RecordOutcome, ...]) -> set[str]:
    return {one.key.removeprefix("acct-") for one in outcomes if one.status == "rejected"}


@pytest.mark.parametrize("count", range(1, 101))
def test_one_bad_record_costs_at_most_twice_the_logarithm_and_one_more_request(count: int) -> None:
    for bad in range(1, count + 1):
        picky = Picky({str(bad)})
        outcomes = write(count, picky)
        assert rejected(outcomes) == {str(bad)}
        assert outcomes[bad - 1].message == f"no good: {bad}"
        assert len(picky.requests) - 1 <= 2 * math.log2(count) + 1


@settings(deadline=None)
@given(st.integers(1, 100).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(1, n)))))
def test_any_number_of_bad_records_is_found_each_within_the_same_bound(
    case: tuple[int, set[int]],
) -> None:
    count, bad = case
    picky = Picky({str(one) for one in bad})
    outcomes = write(count, picky)
    assert [one.key for one in outcomes] == [f"acct-{n}" for n in range(1, count + 1)]
    assert rejected(outcomes) == picky.bad
    assert {one.hubspot_id for one in outcomes if one.status == "sent"} == {
        str(n) for n in range(1, count + 1) if n not in bad
    }
    assert len(picky.requests) - 1 <= len(bad) * (2 * math.log2(count) + 1)
    alone = [ids[0] for ids in picky.requests if len(ids) == 1]
    assert set(alone) >= picky.bad


@pytest.mark.parametrize("most", [1, 30, 99])
def test_a_batch_that_is_too_large_is_halved_and_nobody_is_to_blame(most: int) -> None:
    picky = Picky(set(), most)
    assert rejected(write(100, picky)) == set()
    taken = [one for ids in picky.requests if len(ids) <= most for one in ids]
    assert sorted(taken, key=int) == [str(n) for n in range(1, 101)]


def test_a_single_record_that_is_too_large_is_rejected_with_what_to_do() -> None:
    one, two = write(2, Picky(set(), 0))
    assert (one.cause, two.cause) == ("TOO_LARGE", "TOO_LARGE")
    assert "map fewer or shorter properties" in one.help


def test_a_refusal_that_names_the_bad_ones_costs_one_more_request(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(400, bad_option(objectWriteTraceId=["t2"], ids=["4"])))
    script.add(results(*[result(n) for n in (1, 3, 4, 5)]))
    assert rejected(portal.write(updates(5))) == {"2"}
    by_id = {"category": "VALIDATION_ERROR", "message": "no", "errors": [bad_option(ids=["3"])]}
    script.add(Answer(400, by_id), results(*[result(n) for n in (1, 2, 4, 5)]))
    outcomes = portal.write(updates(5))
    assert (rejected(outcomes), outcomes[2].cause) == ({"3"}, "INVALID_OPTION")
    assert portal.requests == 4


def test_a_refusal_that_names_everybody_needs_no_other_request(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(400, bad_option(ids=["1", "2"])))
    assert rejected(portal.write(updates(2))) == {"1", "2"}
    assert portal.requests == 1


def test_records_that_hubspot_takes_for_one_are_sent_each_alone(
    portal: HubSpotPortal, script: Script
) -> None:
    message = "Duplicate IDs found in batch input: [1, 3]. IDs must be unique"
    context = {"ids": ["1", "3"]}
    script.add(
        Answer(400, {"message": message, "category": "VALIDATION_ERROR", "context": context}),
        results(result(9, objectWriteTraceId="t1")),
        results(result(9, objectWriteTraceId="t3")),
        results(result(2), result(4)),
    )
    outcomes = portal.write(updates(4))
    assert [one.hubspot_id for one in outcomes] == ["9", "2", "9", "4"]
    assert [len(one.body["inputs"]) for one in script.received] == [4, 1, 1, 2]


def test_a_kind_of_object_that_is_not_there_stops_the_run_and_blames_no_record(
    portal: HubSpotPortal, script: Script
) -> None:
    message = "Unable to infer object type from: 2-99"
    script.add(Answer(400, {"message": message, "category": "VALIDATION_ERROR"}))
    with pytest.raises(Exception, match="infer object type") as stopped:
        portal.write(creations("a@a.example", "b@b.example"))
    assert getattr(stopped.value, "recovery", "") == "stop"
    assert portal.requests == 1
