"""Whose a row is, rule by rule."""

import pytest
from support.identity_rows import (
    ACCOUNTS,
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
from support.metric_facts import AS_OF, Row, event, item, sub

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.settings import MetricSettings


def test_what_a_row_says_itself_wins() -> None:
    whole = given(
        users=[{"user_id": "u", "account_id": "a", "email": "ann@bolt.example"}],
        tickets=ticket(account_id="b", user_id="u", email="ann@acme.example"),
        subscriptions=[sub(account_id="unknown", customer_id="cus_1")],
        identity=[identity("customer", "cus_1", "a"), identity("email", "ann@bolt.example", "b")],
    )
    done = found(whole)
    assert [whose(done, name) for name in ("users", "tickets", "subscriptions")] == [
        "a",
        "b",
        "unknown",
    ]
    assert conflicts(done) == []


@pytest.mark.parametrize(
    ("stated", "more", "expected"),
    [
        ("crm-7", [], "a"),
        ("crm-8", [], "crm-8"),
        ("crm-7", [identity("external", "crm-7", "b")], "crm-7"),
        ("b", [identity("external", "b", "a")], "b"),
        ("dead", [identity("external", "dead", "a")], "dead"),
    ],
)
def test_another_systems_account_id_is_translated_unless_an_account_has_it(
    stated: str, more: list[Row], expected: str
) -> None:
    ids = [identity("external", "crm-7", "a"), *more]
    done = found(
        given(
            identity=ids,
            users=[{"user_id": "u", "account_id": stated}],
            events=[event(1, AS_OF, account_id=stated)],
        )
    )
    assert whose(done, "events") == whose(done, "users") == expected


def test_a_row_with_another_systems_id_of_two_accounts_is_a_conflict() -> None:
    ids = [identity("external", "crm-7", name) for name in ("b", "a")]
    done = found(
        given(
            identity=ids,
            subscriptions=[sub(account_id="crm-7", source_id="s1")],
            events=[event(1, AS_OF, account_id="crm-7", user_id=None, source_id="e1")],
        )
    )
    assert conflicts(done) == [
        ("events", "app", "e1", "account_id", "crm-7", ["a", "b"]),
        ("subscriptions", "app", "s1", "account_id", "crm-7", ["a", "b"]),
    ]
    assert rows(done, "subscriptions") == []
    assert done.unresolved_rows.collect().rows() == [("subscriptions", "app", "s1")]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([identity("customer", "cus_c", "a")], "a"),
        ([], "cus_c"),
        ([identity("customer", "cus_c", "a", confidence=0.5)], "a"),
        ([identity("customer", "cus_c", "a", confidence=0.49)], "cus_c"),
        ([identity("customer", "cus_c", "a", deleted_at=AS_OF)], "cus_c"),
        ([identity("customer", "cus_c", "a", deleted_at=LATER)], "a"),
        ([identity("customer", "cus_c", "dead")], "cus_c"),
        ([identity("customer", " cus_c ", "a")], "a"),
        ([identity("email", "cus_c", "a")], "cus_c"),
    ],
)
def test_a_customer_is_known_by_identity_else_by_the_account_of_that_id(
    ids: list[Row], expected: str
) -> None:
    invoice = {"invoice_id": "i", "amount_ex_tax": 1, "currency": "USD", "customer_id": "cus_c"}
    done = found(
        given(
            identity=ids,
            subscriptions=[sub(account_id=None, customer_id="cus_c")],
            invoices=[invoice],
        )
    )
    assert whose(done, "subscriptions") == whose(done, "invoices") == expected


def test_a_customer_of_nobody_is_left_out_and_told() -> None:
    whole = given(
        subscriptions=[
            sub(account_id=None, customer_id="cus_x", source_id="s1"),
            sub(sub_id="s2", account_id=None, customer_id="dead", source_id="s2"),
            sub(sub_id="s3", account_id=None, customer_id="x", source_id="s3", deleted_at=AS_OF),
        ],
        subscription_items=[item(), item(item_id="i2", sub_id="s2")],
        trials=[{"trial_id": "t", "email": "x@gmail.com", "requested_at": AS_OF}],
        invoices=[
            {"invoice_id": "i", "amount_ex_tax": 1, "currency": "USD", "customer_id": "cus_x"}
        ],
    )
    done = found(whole)
    assert sorted(done.unresolved_rows.collect().rows()) == [
        ("invoices", "app", "1"),
        ("subscriptions", "app", "s1"),
        ("subscriptions", "app", "s2"),
        ("trials", "app", "1"),
    ]
    assert {name: n for name, n in done.unresolved.collect().iter_rows() if n} == {
        "subscriptions": 2,
        "invoices": 1,
        "trials": 1,
    }
    computed = compute(done.facts, MetricSettings())
    assert computed.subscriptions.collect().is_empty()
    accounts = computed.accounts.collect()
    assert (accounts["mrr"] == 0).all()
    assert accounts["trial_requested_at"].is_null().all()


def test_an_address_is_its_users_then_an_accounts_then_its_domains() -> None:
    users = [
        {"user_id": "u", "account_id": "a", "email": "ann@bolt.example"},
        {"user_id": "v", "email": "ben@bolt.example"},
        {"user_id": "w", "email": "eve@nowhere.example"},
    ]
    ids = [identity("email", "Cat@Bolt.example", "a"), identity("domain", "other.example", "a")]
    expected = {
        " Ann@Bolt.example": "a",
        "ben@bolt.example": "b",
        "cat@bolt.example": "a",
        "dan@other.example": "a",
        "eve@nowhere.example": None,
        "x@dead.example": None,
    }
    for email, account in expected.items():
        trial = {"trial_id": "t", "email": email, "requested_at": AS_OF}
        visit = {"visit_id": "v", "visitor_id": "x", "ts": AS_OF, "email": email}
        done = found(
            given(
                users=users,
                identity=ids,
                demo_requests=demo(email),
                tickets=ticket(email=email),
                survey_responses=answer(email=email),
                web_visits=[visit],
                trials=[trial],
            )
        )
        streams = ("demo_requests", "tickets", "survey_responses", "web_visits")
        assert [whose(done, name) for name in streams] == [account] * 4
        assert [row["account_id"] for row in rows(done, "trials")] == [account] * (
            account is not None
        )


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("x@acme.example", "a"),
        ("x@MAIL.acme.example", "a"),
        ("x@a.b.c.acme.example", "a"),
        ("x@notacme.example", None),
        ("x@example", None),
        ("x@uk.big.co.uk", "b"),
        ("x@big.co.uk", "b"),
        ("x@small.co.uk", None),
        ("x@gmail.com", None),
        ("x@mx.gmail.com", None),
        ("x@mail.free.example", None),
        ("x@de.acme.example", "b"),
        ("x@mail.de.acme.example", "b"),
        ("not an address", None),
        ("x@shop.example", "cus_c"),
    ],
)
def test_the_nearest_domain_decides_and_free_mail_never(email: str, expected: str | None) -> None:
    whole = given(
        accounts=[
            *ACCOUNTS,
            {"account_id": "sole", "domain": "gmail.com"},
            {"account_id": "cut", "domain": "co.uk"},
            {"account_id": "free", "domain": "free.example"},
        ],
        identity=[
            identity("domain", "https://www.Big.co.uk/about", "b"),
            identity("domain", "de.acme.example", "b"),
            identity("domain", "shop.example.", "cus_c"),
            identity("domain", "gmail.com", "a"),
        ],
        demo_requests=demo(email),
    )
    settings = MetricSettings(free_mail_domains=(" Free.example",))
    assert whose(found(whole, settings), "demo_requests") == expected


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"identity": [identity("domain", "acme.example", "b")]}, "domain"),
        ({"accounts": [*ACCOUNTS, {"account_id": "z", "domain": "acme.example"}]}, "domain"),
        (
            {
                "identity": [
                    identity("email", "ann@acme.example", "b"),
                    identity("email", "ann@acme.example", "a"),
                ]
            },
            "email",
        ),
        (
            {
                "users": [{"user_id": "u", "account_id": "a", "email": "ann@acme.example"}],
                "identity": [identity("email", "ann@acme.example", "b")],
            },
            "email",
        ),
        (
            {
                "users": [
                    {"user_id": "u", "account_id": "a", "email": "ann@acme.example"},
                    {"user_id": "v", "account_id": "b", "email": "ann@acme.example"},
                ]
            },
            "email",
        ),
    ],
)
def test_two_accounts_for_one_address_or_domain_are_told_and_not_guessed(
    more: dict[str, list[Row]], field: str
) -> None:
    done = found(given(**more, tickets=ticket(email="ann@acme.example")))
    (row,) = rows(done, "tickets")
    assert (row["account_id"], row["user_id"]) == (None, None)
    ((stream, source, key, what, value, accounts),) = conflicts(done)
    assert (stream, source, key, what) == ("tickets", "app", "t", field)
    assert value == ("ann@acme.example" if field == "email" else "acme.example")
    assert len(accounts) == 2
    assert dict(done.unresolved.collect().iter_rows())["tickets"] == 1
    assert compute(done.facts, MetricSettings()).tickets.collect()["account_id"].to_list() == [None]


def test_the_same_claim_twice_is_no_conflict() -> None:
    ids = [identity("domain", "acme.example", "a"), identity("domain", "www.acme.example", "a")]
    done = found(given(identity=ids, demo_requests=demo("x@acme.example")))
    assert (whose(done, "demo_requests"), conflicts(done)) == ("a", [])


def test_deleted_rows_are_not_reported() -> None:
    done = found(given(demo_requests=demo("x@nobody.example", deleted_at=AS_OF)))
    assert dict(done.unresolved.collect().iter_rows()) == {"demo_requests": 0}


def test_visits_that_name_nobody_are_not_counted() -> None:
    visits = [
        {"visit_id": str(n), "visitor_id": "x", "ts": AS_OF, "email": email}
        for n, email in enumerate([None, None, "x@nobody.example"])
    ]
    done = found(given(web_visits=visits))
    assert dict(done.unresolved.collect().iter_rows()) == {"web_visits": 1}


def test_streams_nobody_provides_stay_absent_and_reports_are_empty() -> None:
    done = found(Facts(AS_OF, "UTC", "USD", {}))
    assert done.facts.streams == {}
    assert conflicts(done) == []
    assert done.unresolved.collect().is_empty()
    assert done.unresolved_rows.collect().is_empty()
