"""Associations outlive the records: what was deleted is looked up again, or forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.in_process import Company

from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("nothing_to_remember")

TEAMS = """\
objects:
  companies:
    match: {property: domain, column: domain}
  contacts:
    match: {property: email, column: email}
    associate: [companies]
    properties: {saas_demo_count: demo_count}
"""
JANE: dict[str, object] = {"user_id": "u1", "email": "jane@acme.example", "account_id": "a1"}
DEMO: dict[str, object] = {
    "submission_id": "d1",
    "email": "jane@acme.example",
    "submitted_at": "2026-11-01",
}

Make = Callable[..., Company]


@pytest.fixture
def company(tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Make:
    def make(mapping: str, **streams: list[dict[str, object]]) -> Company:
        rows: dict[str, list[dict[str, object]]] = {
            "accounts": [{"account_id": "a1", "name": "Acme", "domain": "acme.example"}],
            "users": [JANE],
            "demo_requests": [DEMO],
            **streams,
        }
        made = Company(tmp_path, server, monkeypatch, mapping, **rows)
        made.create_properties()
        return made

    return make


def test_a_person_is_associated_with_the_company_that_was_made_anew(
    company: Make, server: SandboxServer
) -> None:
    """Nothing of the company is mapped, so nothing but the association tells that it is gone."""
    contacts = [
        server.portal.put("contacts", {"email": f"{name}@acme.example"}) for name in ("jane", "joe")
    ]
    old = server.portal.put("companies", {"domain": "acme.example"})
    acme = company(TEAMS)
    assert acme.sync().status == "done"
    server.portal.records("companies").archive(old, server.portal.now())
    new = server.portal.put("companies", {"domain": "acme.example"})
    acme.rows("users", [JANE, {**JANE, "user_id": "u2", "email": "joe@acme.example"}])
    acme.rows("demo_requests", [DEMO, {**DEMO, "submission_id": "d2", "email": "joe@acme.example"}])

    assert acme.sync().status == "rejects"
    assert [one.cause for one in acme.letters()] == ["OBJECT_NOT_FOUND"]
    assert acme.sync().status == "done"

    assert acme.letters() == []
    assert all(list(contact.linked["companies"])[-1] == new.id for contact in contacts)


@pytest.mark.long
def test_a_contact_deleted_for_good_leaves_no_letter_about_its_associations(
    company: Make, server: SandboxServer
) -> None:
    jane = server.portal.put("contacts", {"email": "jane@acme.example"})
    old = server.portal.put("companies", {"domain": "acme.example"})
    acme = company(TEAMS)
    acme.sync()
    server.portal.records("contacts").archive(jane, server.portal.now())
    server.portal.records("companies").archive(old, server.portal.now())
    server.portal.put("companies", {"domain": "acme.example"})
    acme.engine.ledger.doubt("acme", "companies", ["a1"])
    acme.rows("demo_requests", [DEMO, {**DEMO, "submission_id": "d2"}])

    for _ in range(3):
        acme.sync()

    assert acme.letters() == []
    assert [one.key for one in acme.engine.unlinked.all("acme")] == ["u1"]
