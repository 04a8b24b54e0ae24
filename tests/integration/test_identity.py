"""Who is who: rows linked to HubSpot records once, by several ways, never by a guess."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.in_process import Company

from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("nothing_to_remember")

COMPANIES = """\
objects:
  companies:
    match:
      - {property: saas_account_id, column: account_id}
      - {property: hs_object_id, column: hubspot_company_id}
      - {property: domain, column: domain}
    policy: POLICY
    properties: {saas_churned: churned}
"""
CONTACTS = """\
objects:
  contacts:
    match: {property: email, column: email}
    policy: upsert
    properties: {saas_demo_count: demo_count}
"""
SUBSCRIPTIONS = [
    {"sub_id": "s1", "account_id": "a1", "status": "active", "started_at": "2025-01-01"}
]

Make = Callable[..., Company]


@pytest.fixture
def company(tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Make:
    def make(mapping: str, **streams: list[dict[str, object]]) -> Company:
        made = Company(tmp_path, server, monkeypatch, mapping, **streams)
        made.create_properties()
        return made

    return make


def accounts(company: Make, *rows: dict[str, object], policy: str = "update_only") -> Company:
    everyone: list[dict[str, object]] = [
        {"account_id": f"a{n}", "name": f"Company {n}", "domain": "", "hubspot_company_id": ""}
        | row
        for n, row in enumerate(rows, start=1)
    ]
    return company(
        COMPANIES.replace("POLICY", policy), accounts=everyone, subscriptions=SUBSCRIPTIONS
    )


def test_a_record_found_by_domain_gets_our_own_key_and_is_found_by_it_ever_after(
    company: Make, server: SandboxServer
) -> None:
    there = server.portal.put("companies", {"name": "Acme", "domain": "acme.example"})
    acme = accounts(company, {"domain": "https://www.Acme.example/pricing"})

    acme.sync()

    assert acme.link("companies", "a1").linked_by == "domain"
    assert there.values["saas_account_id"] == "a1"
    assert acme.portal.records("companies").definitions.properties["saas_account_id"].unique
    # The ledger is lost and the domain has changed: our own key still finds it.
    acme.engine.ledger.doubt("acme", "companies", ["a1"])
    server.portal.put("companies", {"domain": "other.example"}, there.id)
    acme.sync()
    assert acme.link("companies", "a1").hubspot_id == there.id


def test_the_id_that_the_app_stores_links_a_company_without_a_domain(
    company: Make, server: SandboxServer
) -> None:
    there = server.portal.put("companies", {"name": "Acme"})
    acme = accounts(company, {"hubspot_company_id": there.id})

    run = acme.sync()

    assert run.status == "done"
    assert acme.link("companies", "a1").hubspot_id == there.id
    assert acme.link("companies", "a1").linked_by == "hs_object_id"


def test_two_companies_with_one_domain_are_a_conflict_and_never_a_guess(
    company: Make, server: SandboxServer
) -> None:
    ids = [server.portal.put("companies", {"domain": "acme.example"}).id for _ in range(2)]
    acme = accounts(company, {"domain": "acme.example"})

    acme.sync()

    (letter,) = acme.letters()
    assert letter.cause == "LINK_CONFLICT"
    assert all(one in letter.message for one in ids)
    assert all(
        "saas_churned" not in r.values for r in server.portal.records("companies").live.values()
    )


def test_two_rows_for_one_record_are_reported_with_both_keys(
    company: Make, server: SandboxServer
) -> None:
    server.portal.put("companies", {"domain": "acme.example"})
    acme = accounts(company, {"domain": "acme.example"}, {"domain": "acme.example"})

    acme.sync()

    letters = acme.letters()
    assert [letter.key for letter in letters] == ["a1", "a2"]
    assert all("a1, a2" in letter.message for letter in letters)


def test_a_record_that_carries_another_rows_key_is_not_taken_from_it(
    company: Make, server: SandboxServer
) -> None:
    acme = accounts(company, {"domain": "acme.example"}, {"domain": "b.example"})
    server.portal.put("companies", {"domain": "b.example", "saas_account_id": "a1"})

    acme.sync()

    (letter,) = acme.letters()
    assert letter.key == "a2"
    assert "a1" in letter.message


def test_update_only_makes_no_company_and_says_who_has_none(company: Make) -> None:
    acme = accounts(company, {"domain": "acme.example"}, {"account_id": "", "domain": "x.example"})

    acme.sync()

    assert acme.portal.records("companies").live == {}
    (unlinked,) = acme.engine.unlinked.all("acme")
    assert (unlinked.key, unlinked.name) == ("a1", "acme.example")
    assert unlinked.reason == "HubSpot has none with this saas_account_id or domain"


def test_upsert_creates_a_company_once_with_its_name_domain_and_our_key(company: Make) -> None:
    acme = accounts(company, {"domain": "acme.example"}, policy="upsert")

    acme.sync()
    acme.sync()

    (record,) = acme.portal.records("companies").live.values()
    assert record.values["name"] == "Company 1"
    assert record.values["domain"] == "acme.example"
    assert record.values["saas_account_id"] == "a1"
    assert acme.link("companies", "a1").linked_by == "created"


def test_create_only_never_changes_what_is_there(company: Make, server: SandboxServer) -> None:
    there = server.portal.put("companies", {"domain": "acme.example"})
    acme = accounts(
        company, {"domain": "acme.example"}, {"domain": "new.example"}, policy="create_only"
    )
    before = dict(there.values)

    acme.sync()

    assert there.values == before
    new = [r for r in server.portal.records("companies").live.values() if r.id != there.id]
    assert [r.values["domain"] for r in new] == ["new.example"]
    acme.rows("subscriptions", [{**SUBSCRIPTIONS[0], "account_id": "a2"}])
    writes = server.portal.stats.writes
    acme.sync()
    assert server.portal.stats.writes == writes


def test_a_contact_is_found_by_its_secondary_address(company: Make, server: SandboxServer) -> None:
    jane = server.portal.put("contacts", {"email": "jane@acme.example"})
    server.portal.records("contacts").add_email(jane, "j.doe@acme.example", server.portal.now())
    acme = company(
        CONTACTS,
        users=[{"user_id": "u1", "email": "J.Doe@acme.example", "account_id": ""}],
        demo_requests=[
            {"submission_id": "d1", "email": "j.doe@acme.example", "submitted_at": "2026-11-01"}
        ],
    )

    acme.sync()

    assert len(server.portal.records("contacts").live) == 1
    assert jane.values["saas_demo_count"] == "1"
    assert jane.values["email"] == "jane@acme.example"


def test_a_contact_somebody_makes_while_we_create_it_is_linked_and_keeps_what_they_typed(
    company: Make, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = CONTACTS.replace(
        "{saas_demo_count: demo_count}",
        "{saas_demo_count: demo_count, saas_first_demo: {metric: first_demo_request_at, "
        "mode: fill_empty}}",
    )
    acme = company(
        mapping,
        users=[{"user_id": "u1", "email": "jane@acme.example", "account_id": ""}],
        demo_requests=[
            {"submission_id": "d1", "email": "jane@acme.example", "submitted_at": "2026-11-01"}
        ],
    )
    portal = server.portal
    typed = {"firstname": "Jane", "saas_first_demo": "2026-01-01T09:00:00.000Z"}
    made = []

    take = portal.faults.take

    def quicker(method: str, path: str) -> object:
        """A person creates the contact between our looking for it and our creating it."""
        if path.endswith("/batch/create") and not made:
            made.append(portal.put("contacts", {**typed, "email": "jane@acme.example"}))
        return take(method, path)

    monkeypatch.setattr(portal.faults, "take", quicker)

    run = acme.sync()

    assert run.status == "done"
    (record,) = portal.records("contacts").live.values()
    assert record is made[0]
    assert {name: record.values[name] for name in typed} == typed
    assert record.values["saas_demo_count"] == "1"
    assert acme.link("contacts", "u1").hubspot_id == record.id


def test_a_merged_company_is_followed_to_its_new_id(company: Make, server: SandboxServer) -> None:
    portal = server.portal
    there = portal.put("companies", {"domain": "acme.example"})
    acme = accounts(company, {"domain": "acme.example"})
    acme.sync()
    other = portal.put("companies", {"domain": "acme-old.example"})
    merged = portal.records("companies").merge(
        portal.records("companies").live[there.id], other, portal.now()
    )

    acme.rows(
        "subscriptions", [{**SUBSCRIPTIONS[0], "status": "canceled", "ended_at": "2026-11-01"}]
    )
    acme.sync(force=True)
    acme.sync(force=True)

    assert acme.link("companies", "a1").hubspot_id == merged.id
    assert merged.values["saas_churned"] == "true"
