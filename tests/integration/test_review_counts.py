"""What HubSpot is asked: one request per 100 changed or new records, none for unchanged ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.in_process import Company

from syncworker import bootstrap
from syncworker.sandbox.server import SandboxServer
from syncworker.settings import Settings

pytestmark = pytest.mark.usefixtures("nothing_to_remember")

CONTACTS = """\
objects:
  contacts:
    match: {property: email, column: email}
    policy: upsert
    properties: {saas_demo_count: demo_count}
"""
COMPANIES = """\
objects:
  companies:
    match: {property: saas_account_id, column: account_id}
    policy: upsert
    properties: {saas_churned: churned}
"""
READ, CREATE, UPDATE = "batch/read", "batch/create", "batch/update"


def users(count: int) -> list[dict[str, object]]:
    return [
        {"user_id": f"u{n}", "email": f"u{n}@acme.example", "account_id": ""} for n in range(count)
    ]


def demos(people: int, times: int = 1) -> list[dict[str, object]]:
    return [
        {
            "submission_id": f"d{n}-{i}",
            "email": f"u{n}@acme.example",
            "submitted_at": "2026-11-01",
        }
        for n in range(people)
        for i in range(times)
    ]


def accounts(count: int) -> list[dict[str, object]]:
    return [{"account_id": f"a{n}", "name": f"Company {n}"} for n in range(count)]


def asked(company: Company, work: Callable[[], object]) -> list[str]:
    """The ends of the paths of what a run in a new process asks."""
    company.engine = bootstrap.engine(
        Settings(home=company.folder / "home", mappings=company.folder / "mappings")
    )
    before = company.portal.stats.requests
    work()
    log = list(company.portal.stats.log)
    made = company.portal.stats.requests - before
    return ["/".join(one.path.split("/")[-2:]) for one in log[len(log) - made :]]


@pytest.fixture
def acme(tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A portal whose definitions are known, with one contact."""
    made = Company(tmp_path, server, monkeypatch, CONTACTS, users=users(1), demo_requests=demos(1))
    made.create_properties()
    made.sync()
    return made


def test_100_new_contacts_cost_one_request_and_one_to_look_for_them(acme: Company) -> None:
    acme.rows("users", users(101))
    acme.rows("demo_requests", demos(101))

    assert asked(acme, acme.sync) == [READ, CREATE]
    assert len(acme.portal.records("contacts").live) == 101


def test_100_changed_records_cost_one_request_and_100_unchanged_none(acme: Company) -> None:
    acme.rows("users", users(100))
    acme.rows("demo_requests", demos(100))
    acme.sync()

    assert asked(acme, acme.sync) == []
    acme.rows("demo_requests", demos(100, times=2))
    assert asked(acme, acme.sync) == [UPDATE]
    assert {
        contact.values["saas_demo_count"]
        for contact in acme.portal.records("contacts").live.values()
    } == {"2"}


def test_100_new_companies_with_a_key_of_ours_cost_two_requests_in_a_new_process(
    tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = {"status": "canceled", "started_at": "2025-01-01", "ended_at": "2026-11-01"}
    acme = Company(
        tmp_path,
        server,
        monkeypatch,
        COMPANIES,
        accounts=accounts(1),
        subscriptions=[{"sub_id": "s0", "account_id": "a0", **ended}],
    )
    acme.create_properties()
    acme.sync()
    acme.rows("accounts", accounts(101))

    assert asked(acme, acme.sync) == [READ, CREATE]
    assert len(server.portal.records("companies").live) == 101
