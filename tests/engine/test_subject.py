"""Whom a forgetting is about: by the newest rows, with the money that names only a customer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import AS_OF, FakePortal, FakeSource, frame_of, make_engine

from syncworker.engine import sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import StagedPage
from syncworker.engine.subject import find
from syncworker.errors import ConfigError


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path, FakePortal(0), FakeSource(0))


def staged(engine: Engine, stream: str, *rows: dict[str, Any], day: int = 0) -> None:
    """Rows that were read on a day."""
    at = AS_OF + timedelta(days=day)
    place = engine.staging.write("acme", stream, f"{stream}-{day}", frame_of(stream, [*rows], at))
    run = engine.runs.running("acme") or sync.start(engine, "acme", kind="prune")
    engine.pages.swap(run, [], StagedPage("app", stream, place, len(rows)))


def user(number: int, account: str, email: str) -> dict[str, Any]:
    return {"user_id": f"u{number}", "account_id": account, "email": email}


def test_money_that_names_only_a_customer_goes_with_the_account(engine: Engine) -> None:
    staged(engine, "accounts", {"account_id": "a1"}, {"account_id": "cus_2"})
    staged(engine, "identity", {"kind": "customer", "value": "cus_1", "account_id": "a1"})
    staged(
        engine,
        "subscriptions",
        {"sub_id": "s1", "customer_id": "cus_1"},
        {"sub_id": "s2", "customer_id": "cus_2"},
        {"sub_id": "s3", "customer_id": "cus_3"},
    )
    staged(engine, "invoices", {"invoice_id": "i1", "customer_id": "cus_1"})
    one, two = find(engine, "acme", "a1"), find(engine, "acme", "cus_2")
    assert (one.keys["sub_id"], one.keys["invoice_id"]) == ({"s1"}, {"i1"})
    assert one.records["deals"] == {"s1"}
    assert two.keys["sub_id"] == {"s2"}
    assert "invoice_id" not in two.keys


def test_tickets_that_name_only_an_address_go_with_the_account(engine: Engine) -> None:
    staged(engine, "accounts", {"account_id": "a1"})
    staged(engine, "users", user(1, "a1", "ann@x.example"))
    staged(engine, "tickets", {"ticket_id": "t1", "email": "Ann@X.example"})
    assert find(engine, "acme", "a1").keys["ticket_id"] == {"t1"}


def test_who_moved_to_another_account_stays_when_the_old_one_goes(engine: Engine) -> None:
    staged(engine, "accounts", {"account_id": "a1"}, {"account_id": "a2"})
    staged(engine, "users", user(1, "a1", "ann@x.example"), user(2, "a1", "bob@x.example"))
    staged(engine, "users", user(1, "a2", "ann@x.example"), day=1)
    old, new = find(engine, "acme", "a1"), find(engine, "acme", "a2")
    assert (old.keys["user_id"], old.keys["email"]) == ({"u2"}, {"bob@x.example"})
    assert new.keys["user_id"] == {"u1"}


def test_an_address_that_was_passed_on_is_its_new_owners(engine: Engine) -> None:
    staged(engine, "users", user(1, "a1", "info@x.example"))
    staged(engine, "users", user(1, "a1", "ann@x.example"), day=1)
    staged(engine, "users", user(2, "a1", "info@x.example"), day=2)
    typed = find(engine, "acme", "info@x.example")
    assert (typed.keys["user_id"], typed.keys["email"]) == ({"u2"}, {"info@x.example"})
    assert find(engine, "acme", "u1").keys["email"] == {"ann@x.example"}


def test_every_address_that_somebody_had_goes_with_them(engine: Engine) -> None:
    staged(engine, "users", user(1, "a1", "ann@x.example"))
    staged(engine, "users", user(1, "a1", "ann@y.example"), day=1)
    found = find(engine, "acme", "ann@y.example")
    assert found.keys["email"] == {"ann@x.example", "ann@y.example"}


def test_a_domain_is_its_owners_now_and_refused_where_several_have_it(engine: Engine) -> None:
    staged(engine, "accounts", *({"account_id": f"a{i}", "domain": "x.example"} for i in (1, 2, 3)))
    staged(engine, "accounts", {"account_id": "a1", "domain": "y.example"}, day=1)
    with pytest.raises(ConfigError, match="of several accounts in acme: a2, a3") as refused:
        find(engine, "acme", "X.example")
    assert refused.value.code == "SEVERAL_ACCOUNTS"
    staged(engine, "accounts", {"account_id": "a3", "domain": "z.example"}, day=2)
    found = find(engine, "acme", "x.example")
    assert found.keys["account_id"] == {"a2"}
    assert find(engine, "acme", "a1").texts == {"a1", "y.example"}
