"""A write whose answer got lost is settled by reading the records, never by hoping."""

from __future__ import annotations

import socket

import pytest
from support.hubspot_writes import contact, creations, gone, licences, result, results, updates
from support.scripted_hubspot import Answer, Script

from syncworker.errors import Unavailable
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.hubspot.settling import holds
from syncworker.planning.records import Batch, BatchInput

CUT = Answer(200, {"results": []}, cut=True)


def asked(script: Script) -> list[str]:
    return [one.rsplit("/", 1)[1] for one in script.asked]


@pytest.mark.parametrize(
    "lost",
    [
        CUT,
        Answer(hang=0.5),
        Answer(200, b""),
        Answer(200, b"<html>Sorry</html>"),
        Answer(200, b'{"results": [{"id'),
        Answer(200, [1]),
        Answer(204, b""),
        Answer(504, b"<html>Gateway</html>"),
        Answer(502, b"<html>", cut=True),
    ],
    ids=["cut", "silent", "empty", "html", "half", "list", "204", "504", "502 cut"],
)
def test_what_was_written_is_not_written_again(
    portal: HubSpotPortal, script: Script, slept: list[float], lost: Answer
) -> None:
    script.add(lost, results(result(1), {"id": "2", "properties": {"a": "old"}}))
    script.add(results(result(2)))
    one, two = portal.write(updates(2))
    assert (one.status, one.hubspot_id, one.values) == ("sent", "1", {"a": "x"})
    assert (two.status, two.hubspot_id, two.values) == ("sent", "2", {"a": "x"})
    assert asked(script) == ["update", "read", "update"]
    assert [one["id"] for one in script.received[2].body["inputs"]] == ["2"]
    assert len(slept) == 1, "HubSpot has a moment to finish what it may be doing"


def test_a_record_that_is_gone_meanwhile_is_rejected(portal: HubSpotPortal, script: Script) -> None:
    script.add(CUT, Answer(207, {"results": [result(1)], "errors": [gone("2")]}))
    one, two = portal.write(updates(2))
    assert (one.status, two.cause) == ("sent", "OBJECT_NOT_FOUND")
    assert "looks it up again" in two.help


def test_no_record_is_created_twice(portal: HubSpotPortal, script: Script) -> None:
    script.add(CUT, results(contact("7", "ann@acme.example")))
    script.add(results(contact("8", "bob@acme.example")))
    ann, bob = portal.write(creations("Ann@acme.example", "bob@acme.example"))
    assert (ann.status, ann.hubspot_id) == ("sent", "7")
    assert (bob.status, bob.hubspot_id) == ("sent", "8")
    assert asked(script) == ["create", "read", "create"]
    assert script.received[1].body["idProperty"] == "email"
    assert len(script.received[2].body["inputs"]) == 1


def test_what_somebody_else_made_meanwhile_is_not_taken_for_ours(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(CUT, results({"id": "7", "properties": {"app_id": "A1", "a": "theirs"}}))
    (outcome,) = portal.write(licences("A1"))
    assert (outcome.status, outcome.hubspot_id) == ("existing", "7")


def test_a_conflict_after_a_lost_answer_may_be_our_own_record(
    portal: HubSpotPortal, script: Script
) -> None:
    conflict = {"message": "Contact already exists. Existing ID: 7", "category": "CONFLICT"}
    script.add(CUT, results(), Answer(409, conflict), results(contact("7", "ann@acme.example")))
    (outcome,) = portal.write(creations("ann@acme.example"))
    assert (outcome.status, outcome.hubspot_id) == ("sent", "7")


def test_answers_that_get_lost_for_ever_raise_after_some_tries(
    portal: HubSpotPortal, script: Script
) -> None:
    old = results({"id": "1", "properties": {"a": "old"}})
    script.add(*[CUT, old] * 10)
    with pytest.raises(Unavailable, match="the connection broke"):
        portal.write(updates(1))
    assert portal.writes == 6


def test_a_portal_that_cannot_be_read_either_raises(portal: HubSpotPortal, script: Script) -> None:
    script.add(CUT, *[Answer(503)] * 9)
    with pytest.raises(Unavailable, match="503"):
        portal.write(updates(1))
    assert portal.writes == 1


def test_what_never_left_is_simply_sent_again(slept: list[float]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        portal = HubSpotPortal("t", base_url=url, patience=Patience(sleep=slept.append))
        with pytest.raises(Unavailable, match="no connection"):
            portal.write(updates(1))
    assert portal.writes == portal.requests == 6


def test_a_creation_that_nothing_could_find_again_is_not_sent_at_all(
    portal: HubSpotPortal, script: Script
) -> None:
    nameless = BatchInput("t1", "k", None, " ", {"a": "x"})
    script.add(results({"id": "7", "properties": {"app_id": "A1"}}))
    outcomes = portal.write(
        Batch("2-123", "create", "app_id", (nameless, *licences("A2", "A1").inputs[1:]))
    )
    assert [one.cause or one.status for one in outcomes] == ["NO_MATCH_VALUE", "sent"]
    assert "a value of app_id" in outcomes[0].help
    assert len(script.received[0].body["inputs"]) == 1


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("x", "x"),
        ("1.50", "1.5"),
        ("2026-11-01", "1793491200000"),
        ("2026-11-01T10:00:00Z", "2026-11-01T10:00:00.000Z"),
        ("b;a", "a;b"),
        (";c", "a;b;c"),
        ("TRUE", "true"),
        ("Ann@Acme.example", "ann@acme.example"),
        (" x ", "x"),
        ("", ""),
    ],
)
def test_a_value_is_known_again_in_another_spelling(sent: str, held: str) -> None:
    assert holds({"p": held}, {"p": sent})


@pytest.mark.parametrize(
    ("sent", "held"), [("x", "y"), ("1", "2"), ("", "x"), ("x", ""), (";d", "a;b"), ("a;b", "a")]
)
def test_another_value_is_none_of_ours(sent: str, held: str) -> None:
    assert not holds({"p": held}, {"p": sent})
    assert not holds({}, {"p": sent or "x"})
