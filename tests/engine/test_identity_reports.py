"""Rows whose account cannot be told: none counts anywhere, each is reported, and each is mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.engine import identity, inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import DeadLetter, Run

IDENTITY = MAPPING.replace(
    "      subscription_items:",
    "      identity: {query: x}\n      users: {query: x}\n      subscription_items:",
)


def run(engine: Engine, hours: int = 0) -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours))
    return inline.carry_out(engine, started, "me")


def letters(engine: Engine) -> list[DeadLetter]:
    found = engine.letters.open("acme", run_id=None, most=5_000)
    return [one for one in found if one.kind == "identity"]


def world(folder: Path, accounts: int) -> tuple[Engine, FakeSource, FakePortal]:
    source, portal = FakeSource(accounts), FakePortal(accounts)
    for number, row in enumerate(source.streams["subscriptions"]):
        row["customer_id"] = f"cus_{number}"
        del row["account_id"]
    source.streams["identity"] = [
        {"kind": "customer", "value": f"cus_{n}", "account_id": f"a{n}"} for n in range(accounts)
    ]
    return make_engine(folder, portal, source, mapping=IDENTITY), source, portal


def test_revenue_finds_its_account_by_the_billing_systems_customer(tmp_path: Path) -> None:
    engine, _, portal = world(tmp_path, 3)
    ended = run(engine)
    assert ended.status == "done"
    assert portal.companies["1"]["saas_mrr"] == "10.01"
    assert letters(engine) == []


def test_a_subscription_of_nobody_counts_nowhere_until_an_identity_row_comes_late(
    tmp_path: Path,
) -> None:
    engine, source, portal = world(tmp_path, 3)
    late = source.streams["identity"].pop()
    ended = run(engine)
    assert ended.status == "rejects"
    assert ended.summary["unresolved"] == {"subscriptions": 1}
    (letter,) = letters(engine)
    assert (letter.cause, letter.subject, letter.key) == (
        "ACCOUNT_UNKNOWN",
        "subscriptions",
        "app, s2",
    )
    assert "docs/identity.md" in letter.help
    assert portal.companies["2"]["saas_mrr"] == "0"

    source.streams["identity"].append(late)
    assert run(engine, 1).status == "done"
    assert portal.companies["2"]["saas_mrr"] == "10.02"
    assert letters(engine) == []


def test_a_customer_of_two_accounts_is_a_conflict_with_both_named_and_given_to_neither(
    tmp_path: Path,
) -> None:
    engine, source, portal = world(tmp_path, 3)
    source.streams["identity"].append({"kind": "customer", "value": "cus_0", "account_id": "a1"})
    ended = run(engine)
    assert ended.status == "rejects"
    (letter,) = letters(engine)
    assert (letter.cause, letter.property) == ("IDENTITY_CONFLICT", "customer_id")
    assert letter.message == "cus_0 stands for several accounts: a0, a1"
    assert (portal.companies["0"]["saas_mrr"], portal.companies["1"]["saas_mrr"]) == ("0", "10.01")


def test_addresses_in_conflicts_are_masked(tmp_path: Path) -> None:
    engine, source, _ = world(tmp_path, 2)
    for user, account in (("u0", "a0"), ("u1", "a1")):
        source.streams["users"].append({"user_id": f"x{user}", "account_id": account})
    source.streams["identity"] += [
        {"kind": "email", "value": "ann@elsewhere.example", "account_id": account}
        for account in ("a0", "a1")
    ]
    source.streams["users"].append({"user_id": "ann", "email": "ann@elsewhere.example"})
    run(engine)
    (letter,) = letters(engine)
    assert letter.message == "a…@elsewhere.example stands for several accounts: a0, a1"


def test_of_very_many_the_first_are_told_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "MOST", 3)
    engine, source, _ = world(tmp_path, 5)
    source.streams["identity"] = []
    ended = run(engine)
    assert ended.summary["unresolved"] == {"subscriptions": 5}
    assert [letter.key for letter in letters(engine)] == ["app, s0", "app, s1", "app, s2"]
