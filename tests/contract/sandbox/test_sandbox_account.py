"""What an account is besides its records, and the account the demo starts with."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from contract.sandbox.http_client import Http

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.seed import (
    COMPANIES,
    DEMO_FORM,
    DUPLICATE,
    SECONDARY_EMAIL,
    TWO_EMAILS,
    seeded,
)
from syncworker.sandbox.server import SandboxServer

FORMS = "/form-integrations/v1/submissions/forms"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def demo(sandbox: SandboxServer) -> Portal:
    """The account the demo starts with, behind the server."""
    sandbox.portal = seeded(Portal(limits=False, clock=lambda: AT))
    return sandbox.portal


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_an_account_says_who_it_is(sandbox: SandboxServer, http: Http, version: str) -> None:
    sandbox.portal = Portal(limits=False, clock=lambda: AT)
    body = http.get(f"/account-info/{version}/details").json()
    assert body["portalId"] == sandbox.portal.portal_id
    assert (body["timeZone"], body["utcOffsetMilliseconds"]) == ("Europe/Berlin", 3_600_000)


def test_form_submissions_come_newest_first_in_pages_of_fifty(demo: Portal, http: Http) -> None:
    first = http.get(f"{FORMS}/{DEMO_FORM}?limit=50").json()
    rest = http.get(f"{FORMS}/{DEMO_FORM}?limit=50&after={first['paging']['next']['after']}").json()
    times = [one["submittedAt"] for one in first["results"] + rest["results"]]
    assert (len(first["results"]), len(rest["results"]), "paging" in rest) == (50, 10, False)
    assert times == sorted(times, reverse=True)
    assert http.get(f"{FORMS}/{DEMO_FORM}?limit=51").status_code == 400
    assert http.get(f"{FORMS}/nope").status_code == 404


def test_a_submission_made_later_is_the_first(demo: Portal, http: Http) -> None:
    body = {"submittedAt": 9_999_999_999_999, "values": [{"name": "email", "value": "a@b.example"}]}
    assert http.post(f"/_sandbox/forms/{DEMO_FORM}", body).status_code == 204
    (first,) = http.get(f"{FORMS}/{DEMO_FORM}?limit=1").json()["results"]
    assert first["values"] == body["values"]


def test_owners_are_found_by_address_and_by_page(demo: Portal, http: Http) -> None:
    nina = http.get("/crm/v3/owners?email=Nina.Vogt@vendor.example").json()["results"]
    assert [o["firstName"] for o in nina] == ["Nina"]
    first = http.get("/crm/v3/owners?limit=2").json()
    after = first["paging"]["next"]["after"]
    rest = http.get(f"/crm/v3/owners?limit=2&after={after}").json()
    assert [len(page["results"]) for page in (first, rest)] == [2, 1]
    assert http.get("/crm/v3/owners/9").status_code == 404
    assert http.get("/crm/v3/pipelines/deals/nope").status_code == 404
    assert http.get("/crm/v3/pipelines/companies").json() == {"results": []}


def test_associations_are_read_one_by_one_and_missing_ones_named(demo: Portal, http: Http) -> None:
    company = demo.records("companies").live[next(iter(demo.records("companies").live))]
    path = f"/crm/v4/objects/companies/{company.id}/associations/contacts"
    linked = [to["toObjectId"] for to in http.get(path).json()["results"]]
    assert len(linked) == 2
    batch = "/crm/v4/associations/contacts/companies/batch"
    body = {"inputs": [{"id": linked[0]}, {"id": "9"}]}
    read = http.post(f"{batch}/read", body)
    assert read.status_code == 207
    assert read.json()["results"][0]["to"][0]["toObjectId"] == company.id
    assert read.json()["errors"][0]["context"] == {"ids": ["9"]}
    pairs = [{"from": {"id": linked[0]}, "to": {"id": "9"}}]
    made = http.post(f"{batch}/associate/default", {"inputs": pairs})
    assert made.json()["errors"][0]["context"] == {"ids": ["9"]}
    assert http.post(f"{batch}/create", {"inputs": []}).status_code == 400


def test_the_demo_account_is_the_same_every_time() -> None:
    def values() -> list[dict[str, str]]:
        portal = seeded(Portal(clock=lambda: AT))
        return [r.values for name in portal.objects for r in portal.records(name).live.values()]

    assert values() == values()


def test_the_demo_account_has_what_real_accounts_have(demo: Portal) -> None:
    companies, contacts = demo.records("companies"), demo.records("contacts")
    assert (len(companies.live), len(contacts.live)) == (41, 90)
    domains = Counter(r.values["domain"] for r in companies.live.values())
    assert [d for d, n in domains.items() if n > 1] == [DUPLICATE["domain"]]
    assert {"subscriber", "lead", "opportunity", "customer", "evangelist"} <= {
        r.values["lifecyclestage"] for r in companies.live.values()
    }
    filled = [r for r in companies.live.values() if r.values.get("account_segment")]
    assert 0 < len(filled) < len(companies.live)
    twice = contacts.get(SECONDARY_EMAIL, "email")
    assert twice.values["email"] == TWO_EMAILS["email"]
    assert "customer_success" in companies.definitions.groups
    assert {w.source for r in companies.live.values() for w in r.writes} == {"CRM_UI"}


def test_every_address_and_domain_of_the_demo_is_a_reserved_one() -> None:
    people = [p["email"] for c in COMPANIES for p in c["people"]]
    assert len(set(people)) == len(people) == 90
    names = [c["domain"] for c in COMPANIES] + people + [DUPLICATE["domain"], SECONDARY_EMAIL]
    assert [n for n in names if not n.endswith(".example")] == []
