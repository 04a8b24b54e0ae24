"""Users that are recognised, and what is recognised by them."""

from support.identity_rows import (
    LATER,
    answer,
    conflicts,
    demo,
    found,
    given,
    identity,
    rows,
    ticket,
    whose,
)
from support.metric_facts import AS_OF, event


def test_a_user_without_an_account_is_known_by_id_address_or_domain() -> None:
    done = found(
        given(
            users=[
                {"user_id": "by id", "email": "x@bolt.example"},
                {"user_id": "by twin", "email": "twin@gmail.com"},
                {"user_id": "twin", "email": "twin@gmail.com", "account_id": "b"},
                {"user_id": "by email", "email": "mail@gmail.com"},
                {"user_id": "by domain", "email": "y@acme.example"},
                {"user_id": "nobody", "email": "z@gmail.com"},
                {"user_id": "without address"},
                {"user_id": "disputed", "source_id": "disputed"},
            ],
            identity=[
                identity("user", "by id", "a"),
                identity("email", "mail@gmail.com", "a"),
                identity("user", "disputed", "a"),
                identity("user", "disputed", "b"),
            ],
            events=[
                event(1, AS_OF, account_id=None, user_id="by id"),
                event(2, AS_OF, account_id=None, user_id="by twin"),
                event(3, AS_OF, account_id=None, user_id="nobody"),
                event(4, AS_OF, account_id=None, user_id=None),
            ],
        )
    )
    assert {row["user_id"]: row["account_id"] for row in rows(done, "users")} == {
        "by id": "a",
        "by twin": "b",
        "twin": "b",
        "by email": "a",
        "by domain": "a",
        "nobody": None,
        "without address": None,
        "disputed": None,
    }
    accounts = [row["account_id"] for row in rows(done, "events")]
    assert sorted(accounts, key=str) == [None, None, "a", "b"]
    assert conflicts(done) == [("users", "app", "disputed", "user_id", "disputed", ["a", "b"])]
    assert dict(done.unresolved.collect().iter_rows()) == {"users": 3, "events": 1}


def test_usage_is_the_users_accounts_else_by_identity() -> None:
    usage = {"name": "x", "day": AS_OF.date(), "quantity": 1.0}
    done = found(
        given(
            users=[{"user_id": "u", "account_id": "a"}, {"user_id": "gone", "account_id": "b"}],
            identity=[identity("user", "u", "b"), identity("user", "other", "b")],
            usage_daily=[{"user_id": "u", **usage}, {"user_id": "other", **usage}],
        )
    )
    assert {row["user_id"]: row["account_id"] for row in rows(done, "usage_daily")} == {
        "u": "a",
        "other": "b",
    }


def test_what_a_deleted_user_did_stays_their_accounts_but_their_address_tells_nothing() -> None:
    gone = {"user_id": "u", "account_id": "a", "email": "ann@gmail.com", "deleted_at": AS_OF}
    done = found(
        given(
            users=[gone],
            events=[event(1, AS_OF, account_id=None, user_id="u")],
            tickets=ticket(email="ann@gmail.com"),
        )
    )
    assert whose(done, "events") == "a"
    assert (whose(done, "tickets"), rows(done, "tickets")[0]["user_id"]) == (None, None)


def test_a_user_or_an_account_of_the_future_tells_nothing_yet() -> None:
    done = found(
        given(
            accounts=[{"account_id": "a", "domain": "acme.example", "created_at": LATER}],
            demo_requests=demo("x@acme.example"),
        )
    )
    assert whose(done, "demo_requests") is None


def test_a_ticket_and_an_answer_get_the_user_of_their_address() -> None:
    users = [
        {"user_id": "u", "account_id": "a", "email": "ann@gmail.com"},
        {"user_id": "v", "account_id": "a", "email": "two@gmail.com"},
        {"user_id": "w", "account_id": "a", "email": "two@gmail.com"},
    ]
    for email, user in (("ANN@gmail.com", "u"), ("two@gmail.com", None)):
        done = found(
            given(users=users, tickets=ticket(email=email), survey_responses=answer(email=email))
        )
        for name in ("tickets", "survey_responses"):
            (row,) = rows(done, name)
            assert (row["account_id"], row["user_id"]) == ("a", user)
    about_another = found(given(users=users, tickets=ticket(email="ann@gmail.com", account_id="b")))
    (row,) = rows(about_another, "tickets")
    assert (row["account_id"], row["user_id"]) == ("b", "u")
