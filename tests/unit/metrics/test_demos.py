"""Demo requests of persons."""

from typing import Any

from support.metric_facts import AS_OF, facts, people, utc


def request(
    number: int, at: str, email: str = "ann@acme.example", **more: object
) -> dict[str, Any]:
    return {"submission_id": f"r{number}", "email": email, "submitted_at": utc(at), **more}


ANN = {"user_id": "ann", "account_id": "acme", "email": "Ann@acme.example"}


def test_first_and_last_request_are_kept_with_their_types() -> None:
    requests = [
        request(2, "2026-05-02", type="live"),
        request(1, "2026-05-01", type="video", email=" ANN@acme.example "),
        request(3, "2026-05-03"),
    ]
    row = people(facts(users=[ANN], demo_requests=requests))["ann"]
    assert (row["first_demo_request_at"], row["last_demo_request_at"]) == (
        utc("2026-05-01"),
        utc("2026-05-03"),
    )
    assert (row["demo_type_first"], row["demo_type_last"]) == ("video", "unknown")
    assert row["demo_count"] == 3


def test_of_two_requests_at_one_instant_the_submission_id_decides() -> None:
    requests = [
        request(2, "2026-05-01", type="live"),
        request(1, "2026-05-01", type="video"),
    ]
    row = people(facts(users=[ANN], demo_requests=requests))["ann"]
    assert (row["demo_type_first"], row["demo_type_last"]) == ("video", "live")


def test_a_requester_who_is_no_user_is_a_person_without_an_account() -> None:
    given = facts(users=[ANN], demo_requests=[request(1, "2026-05-01", email="Eve@x.example")])
    rows = people(given)
    assert rows.keys() == {"ann", "email:eve@x.example"}
    eve = rows["email:eve@x.example"]
    assert (eve["account_id"], eve["email"], eve["demo_count"]) == (None, "eve@x.example", 1)
    assert rows["ann"]["demo_count"] == 0
    assert rows["ann"]["first_demo_request_at"] is None


def test_requests_after_as_of_and_deleted_ones_do_not_count() -> None:
    requests = [
        request(1, "2026-06-15T12:00:00"),
        request(2, "2026-06-15T12:00:01"),
        request(3, "2026-05-01", deleted_at=AS_OF),
    ]
    row = people(facts(users=[ANN], demo_requests=requests))["ann"]
    assert (row["demo_count"], row["first_demo_request_at"]) == (1, AS_OF)


def test_a_user_without_an_address_is_not_joined_to_anything() -> None:
    given = facts(users=[{**ANN, "email": None}], demo_requests=[request(1, "2026-05-01")])
    rows = people(given)
    assert rows["ann"]["demo_count"] == 0
    assert rows["email:ann@acme.example"]["demo_count"] == 1
