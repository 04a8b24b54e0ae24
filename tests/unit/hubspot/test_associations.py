"""Who belongs to whom: read in few requests; one outcome per pair, whatever HubSpot answers."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted_hubspot import Answer, Script

from syncworker.engine.ports import Pair
from syncworker.errors import Forbidden, Unavailable
from syncworker.hubspot import associations
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.transport import Transport

ASSOCIATE = "POST /crm/associations/2026-09/contacts/companies/batch/associate/default"
READ = "POST /crm/associations/2026-09/contacts/companies/batch/read"


@pytest.fixture
def transport(portal: HubSpotPortal) -> Transport:
    return portal._transport


def row(one: Any, *others: Any, after: str = "") -> dict[str, Any]:
    """A result of a read."""
    paging = {"paging": {"next": {"after": after}}} if after else {}
    return {"from": {"id": one}, "to": [{"toObjectId": other} for other in others], **paging}


def pairs(*ids: str) -> list[Pair]:
    return [Pair(*one.split("-")) for one in ids]


def done(*ids: str) -> list[dict[str, Any]]:
    """Results of a creation."""
    return [{"from": {"id": p.from_id}, "to": {"id": p.to_id}} for p in pairs(*ids)]


def error(category: str, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": message, **more}


def causes(made: tuple[associations.PairOutcome, ...]) -> list[str]:
    return [one.cause for one in made]


def inputs(script: Script) -> list[list[str]]:
    """What each request asked about."""
    return [
        [f"{one['from']['id']}-{one['to']['id']}" if "from" in one else one["id"] for one in asked]
        for asked in (received.body["inputs"] for received in script.received)
    ]


def test_records_without_associations_come_back_empty(transport: Transport, script: Script) -> None:
    nobody = error("OBJECT_NOT_FOUND", subCategory="crm.associations.NO_ASSOCIATIONS_FOUND")
    script.add(Answer(207, {"results": [row("1", 8, "9")], "errors": [nobody]}))
    found = associations.read(transport, "contacts", "companies", ["1", "2", "1"])
    assert found == {"1": frozenset({"8", "9"}), "2": frozenset()}
    assert script.asked == [READ]
    assert inputs(script) == [["1", "2"]]


def test_a_thousand_are_asked_about_at_once(transport: Transport, script: Script) -> None:
    found = associations.read(transport, "contacts", "companies", [str(n) for n in range(2500)])
    assert [len(one) for one in inputs(script)] == [1000, 1000, 500]
    assert set(found.values()) == {frozenset()}
    assert associations.read(transport, "contacts", "companies", []) == {}
    assert len(script.received) == 3


def test_a_records_further_pages_are_read_together_with_other_records(
    transport: Transport, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(associations, "READ_AT_ONCE", 2)
    script.add(
        Answer(200, {"results": [row("1", "a", after="p2"), row("2", "b", after="q2")]}),
        Answer(200, {"results": [row("3", "c"), row("1", "d", after="p3")]}),
        Answer(200, {"results": [row("2", "e"), row("1", "f", "a")]}),
    )
    found = associations.read(transport, "contacts", "companies", ["1", "2", "3"])
    assert found == {"1": {"a", "d", "f"}, "2": {"b", "e"}, "3": {"c"}}
    assert [one.body["inputs"] for one in script.received][1:] == [
        [{"id": "3"}, {"id": "1", "after": "p2"}],
        [{"id": "2", "after": "q2"}, {"id": "1", "after": "p3"}],
    ]


def test_a_mark_that_does_not_move_ends_the_reading(transport: Transport, script: Script) -> None:
    script.add(*[Answer(200, {"results": [row("1", "a", after="p")]})] * 9)
    assert associations.read(transport, "contacts", "companies", ["1"]) == {"1": {"a"}}
    assert len(script.received) == 2


@pytest.mark.parametrize(
    "results",
    [None, [7], [{}], [row("other", "a")], [{"from": {"id": "1"}, "to": None, "paging": 7}]],
)
def test_what_cannot_be_read_of_an_answer_is_passed_over(
    transport: Transport, script: Script, results: Any
) -> None:
    script.add(Answer(200, {"results": results}))
    assert associations.read(transport, "contacts", "companies", ["1"]) == {"1": frozenset()}


def test_pairs_are_associated_a_hundred_at_a_time_each_once(
    transport: Transport, script: Script
) -> None:
    many = [f"{n}-c" for n in range(250)]
    script.add(*[Answer(200, {"results": done(*many)})] * 3)
    made = associations.create(
        transport, "contacts", "companies", pairs(*many, "0-c", "1-c"), "acme"
    )
    assert [len(one) for one in inputs(script)] == [100, 100, 50]
    assert set(script.asked) == {ASSOCIATE}
    assert [one.pair for one in made] == pairs(*many, "0-c", "1-c")
    assert set(causes(made)) == {""}


def test_without_pairs_nothing_is_asked(transport: Transport, script: Script) -> None:
    assert associations.create(transport, "contacts", "companies", [], "acme") == ()
    assert script.received == []


@pytest.mark.parametrize(
    "result",
    [
        {"from": {"id": 1}, "to": {"id": 2}},
        {"fromObjectId": "1", "toObjectId": "2"},
        {"fromObjectId": 1, "toObjectId": 2, "labels": []},
    ],
)
def test_every_shape_of_a_result_counts(
    transport: Transport, script: Script, result: dict[str, Any]
) -> None:
    script.add(Answer(201, {"results": [result]}))
    made = associations.create(transport, "contacts", "companies", pairs("1-2"), "acme")
    assert causes(made) == [""]
    assert len(script.received) == 1


def test_a_bad_pair_does_not_harm_its_neighbours(transport: Transport, script: Script) -> None:
    gone = {"fromObjectId": ["2"], "fromObjectType": ["contact"], "toObjectType": ["company"]}
    script.add(
        Answer(
            207,
            {
                "results": done("1-8"),
                "errors": [
                    error("OBJECT_NOT_FOUND", "contact 2 is gone", context=gone),
                    error("OBJECT_NOT_FOUND", "9 is gone", context={"ids": ["9"]}),
                    error("X_LIMIT", context={"fromObjectId": ["4"], "toObjectId": ["8"]}),
                ],
            },
        )
    )
    made = associations.create(
        transport, "contacts", "companies", pairs("1-8", "2-8", "3-9", "4-8"), "acme"
    )
    assert causes(made) == ["", "OBJECT_NOT_FOUND", "OBJECT_NOT_FOUND", "X_LIMIT"]
    assert made[1].message == "contact 2 is gone"
    assert made[2].message == "9 is gone"
    assert "looks it up again" in made[1].help
    assert "as many associations as" in made[3].help
    assert len(script.received) == 1


def test_the_finer_category_is_told_where_it_helps(transport: Transport, script: Script) -> None:
    no_right = "crm.associations.USER_DOES_NOT_HAVE_PERMISSIONS"
    script.add(
        Answer(
            207,
            {
                "errors": [
                    error("VALIDATION_ERROR", subCategory=no_right, context={"ids": ["1"]}),
                    error("VALIDATION_ERROR", subCategory="crm.associations.ODD"),
                ]
            },
        )
    )
    made = associations.create(transport, "contacts", "companies", pairs("1-8", "2-8"), "acme")
    assert causes(made) == ["USER_DOES_NOT_HAVE_PERMISSIONS", "VALIDATION_ERROR"]
    assert "super admin" in made[0].help
    assert "syncworker sync acme" in made[0].help
    assert "may be associated" in made[1].help


def test_what_an_answer_leaves_open_is_settled_by_reading(
    transport: Transport, script: Script
) -> None:
    script.add(
        Answer(200, {"results": done("1-8")}), Answer(200, {"results": [row("2", "8", "7")]})
    )
    made = associations.create(
        transport, "contacts", "companies", pairs("1-8", "2-8", "3-8"), "acme"
    )
    assert causes(made) == ["", "", "VANISHED"]
    assert script.asked == [ASSOCIATE, READ]
    assert inputs(script)[1] in (["2", "3"], ["3", "2"])


def test_a_request_refused_as_a_whole_is_halved_until_the_bad_pair_is_alone(
    transport: Transport, script: Script
) -> None:
    many = [f"{n}-c" for n in range(8)]
    refused = Answer(400, error("VALIDATION_ERROR", "5 is not valid"))
    script.add(
        refused,
        Answer(200, {"results": done(*many[:4])}),
        refused,
        refused,
        Answer(200, {"results": done(many[4])}),
        refused,
        Answer(200, {"results": done(*many[6:])}),
    )
    made = associations.create(transport, "contacts", "companies", pairs(*many), "acme")
    assert causes(made) == ["", "", "", "", "", "VALIDATION_ERROR", "", ""]
    assert made[5].message == "5 is not valid"
    assert len(script.received) == 7


def test_a_missing_right_refused_as_a_whole_is_not_asked_for_pair_by_pair(
    transport: Transport, script: Script
) -> None:
    script.add(Answer(400, error("USER_DOES_NOT_HAVE_PERMISSIONS")))
    made = associations.create(transport, "contacts", "companies", pairs("1-8", "2-8"), "acme")
    assert set(causes(made)) == {"USER_DOES_NOT_HAVE_PERMISSIONS"}
    assert len(script.received) == 1


def test_a_missing_scope_stops(transport: Transport, script: Script) -> None:
    script.add(Answer(403, error("MISSING_SCOPES")))
    with pytest.raises(Forbidden):
        associations.create(transport, "contacts", "companies", pairs("1-8"), "acme")


def test_an_answer_that_got_lost_is_asked_for_again(
    transport: Transport, script: Script, slept: list[float]
) -> None:
    script.add(Answer(502), Answer(200, {"results": done("1-8")}))
    made = associations.create(transport, "contacts", "companies", pairs("1-8"), "acme")
    assert causes(made) == [""]
    assert script.asked == [ASSOCIATE, ASSOCIATE]
    script.add(*[Answer(502)] * 9)
    with pytest.raises(Unavailable):
        associations.create(transport, "contacts", "companies", pairs("1-8"), "acme")
