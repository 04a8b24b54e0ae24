"""Stripe's customer object as an account, and as what an account is known by."""

from __future__ import annotations

import pytest
from support.stripe_objects import Json, at, customer

from syncworker.model.stripe_customers import account_rows, identity_rows

FREE = frozenset({"mail.example"})


def account(given: Json, free: frozenset[str] = FREE) -> tuple[object, ...]:
    [row] = account_rows(given, "account_id", free).rows["accounts"]
    return tuple(row[name] for name in ("account_id", "name", "domain", "created_at"))


def test_an_account_is_named_by_its_metadata_or_is_the_customer() -> None:
    given = customer("cus_1", name="Acme", email="jo@Acme.com", metadata={"account_id": "a1"})
    assert account(given) == ("a1", "Acme", "Acme.com", at(1))
    assert account(customer("cus_1", name="Jo", business_name="Acme Ltd")) == (
        "cus_1",
        "Acme Ltd",
        None,
        at(1),
    )


def test_an_address_that_anybody_may_have_tells_no_domain() -> None:
    free = customer("cus_1", email="jo@Mail.Example")
    assert account(free)[2] is None
    # Nobody has said which domains these are: then none is trusted.
    assert account(customer("cus_1", email="jo@acme.com"), frozenset())[2] is None
    assert account(customer("cus_1", email="acme.com"))[2] == "acme.com"


def test_a_customer_leads_to_the_account_of_its_metadata_and_else_nowhere() -> None:
    known = customer("cus_1", metadata={"org": "a1"})
    assert identity_rows(known, "org").rows["identity"] == [
        {"kind": "customer", "value": "cus_1", "account_id": "a1"}
    ]
    assert identity_rows(known, "account_id").rows["identity"] == []


@pytest.mark.parametrize("broken", [{}, {"id": 7}, {"id": "sub_1", "object": "subscription"}])
def test_what_is_no_customer_is_refused(broken: Json) -> None:
    for result in (account_rows(broken, "account_id", FREE), identity_rows(broken, "account_id")):
        assert [one.field for one in result.refused] == ["object"]
        assert not any(result.rows.values())
