"""Nothing a person did is overwritten and no record is another row's, whatever comes between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.in_process import AS_OF, Company

from syncworker import bootstrap
from syncworker.engine import inline
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.records import Record
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
STAGES = """\
lifecycle:
  contacts:
    keep_peoples: true
    rules: [{stage: opportunity, when: [{metric: demo_count, gte: 1}]}]
"""
STATUS = """\
objects:
  contacts:
    match: {property: email, column: email}
    policy: upsert
    properties: {saas_demo_count: demo_count, saas_status: subscription_status}
"""
FILL = """\
objects:
  contacts:
    match: {property: email, column: email}
    properties:
      saas_demo_count: demo_count
      saas_first_demo: {metric: first_demo_request_at, mode: fill_empty}
"""
COMPANIES = """\
objects:
  companies:
    match:
      - {property: saas_KEY, column: KEY}
      - {property: domain, column: domain}
    properties: {saas_churned: churned}
"""
BY_DOMAIN = """\
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_churned: churned}
"""
BACK = """\
lifecycle:
  companies:
    - {stage: lead, allow_back: it ended, when: [{metric: churned, eq: true}]}
"""
JANE: dict[str, object] = {"user_id": "u1", "email": "jane@acme.example", "account_id": "a1"}
DEMO: dict[str, object] = {
    "submission_id": "d1",
    "email": "jane@acme.example",
    "submitted_at": "2026-11-01",
}
ACTIVE: dict[str, object] = {
    "sub_id": "s1",
    "account_id": "a1",
    "status": "active",
    "started_at": "2025-01-01",
}
ENDED: dict[str, object] = {**ACTIVE, "status": "canceled", "ended_at": "2026-11-01"}
NO_MORE_TODAY = {
    "status": "error",
    "message": "You have reached your daily limit.",
    "errorType": "RATE_LIMIT",
    "policyName": "DAILY",
}

Make = Callable[..., Company]


@pytest.fixture
def company(tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Make:
    def make(mapping: str, **streams: list[dict[str, object]]) -> Company:
        rows: dict[str, list[dict[str, object]]] = {
            "accounts": [{"account_id": "a1", "name": "Acme", "domain": "acme.example"}],
            "subscriptions": [ACTIVE],
            "users": [JANE],
            "demo_requests": [DEMO],
            **streams,
        }
        made = Company(tmp_path, server, monkeypatch, mapping, **rows)
        made.create_properties()
        return made

    return make


@pytest.fixture
def quicker(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Record]]:
    """A person creates a contact between our looking for it and our creating it."""

    def prepare(**typed: str) -> list[Record]:
        made: list[Record] = []
        take = server.portal.faults.take

        def before(method: str, path: str) -> object:
            if path.endswith("/batch/create") and not made:
                values = {"email": "jane@acme.example", **typed}
                made.append(server.portal.put("contacts", values))
            return take(method, path)

        monkeypatch.setattr(server.portal.faults, "take", before)
        return made

    return prepare


def only_options(server: SandboxServer, *values: str) -> None:
    """A person has given the property fewer options than we know."""
    prop = server.portal.records("contacts").definitions
    options = [{"value": v, "label": v, "hidden": False, "displayOrder": 0} for v in values]
    prop.update("saas_status", {"options": options}, server.portal.now())


def merge(server: SandboxServer, primary: str, other: str) -> Record:
    records = server.portal.records("companies")
    one, two = (records.live[i] for i in (primary, other))
    return records.merge(one, two, server.portal.now())


def test_a_stage_that_a_person_gave_a_contact_just_before_we_created_it_stays(
    company: Make, quicker: Callable[..., list[Record]]
) -> None:
    acme = company(CONTACTS + STAGES)
    made = quicker(lifecyclestage="lead")

    run = acme.sync()

    assert run.status == "done", run.message
    assert made[0].values["lifecyclestage"] == "lead"
    assert made[0].values["saas_demo_count"] == "1"


def test_a_contact_that_somebody_made_with_another_rows_key_is_not_taken_from_it(
    company: Make, quicker: Callable[..., list[Record]]
) -> None:
    keys = "match: [{property: email, column: email}, {property: saas_user_id, column: user_id}]"
    acme = company(CONTACTS.replace("match: {property: email, column: email}", keys))
    made = quicker(saas_user_id="u9")

    assert acme.sync().status == "rejects"

    (letter,) = acme.letters()
    assert letter.cause == "LINK_CONFLICT"
    assert "u9" in letter.message
    assert made[0].values["saas_user_id"] == "u9"
    assert acme.sync().status == "done", "there is no row u9"
    assert acme.link("contacts", "u1").hubspot_id == made[0].id


def test_create_only_links_a_contact_that_somebody_made_and_writes_nothing_to_it(
    company: Make, quicker: Callable[..., list[Record]]
) -> None:
    acme = company(CONTACTS.replace("upsert", "create_only"))
    made = quicker()

    assert acme.sync().status == "done"

    assert "saas_demo_count" not in made[0].values
    assert acme.link("contacts", "u1").hubspot_id == made[0].id


@pytest.mark.parametrize("count", ["", "1"], ids=["something to write", "nothing to write"])
def test_a_refused_option_is_told_though_somebody_else_created_the_record(
    company: Make, server: SandboxServer, quicker: Callable[..., list[Record]], count: str
) -> None:
    acme = company(STATUS)
    only_options(server, "trialing")
    quicker(saas_demo_count=count)

    run = acme.sync()

    assert run.status == "rejects"
    (letter,) = acme.letters()
    assert (letter.cause, letter.property) == ("INVALID_OPTION", "saas_status")
    assert acme.values("contacts", "u1")["saas_demo_count"] == "1"


def test_a_refused_option_is_written_in_the_next_run_once_the_portal_has_it(
    company: Make, server: SandboxServer
) -> None:
    acme = company(STATUS)
    only_options(server, "trialing")
    assert acme.sync().status == "rejects"
    only_options(server, "trialing", "active")

    assert acme.sync().status == "done"

    assert acme.letters() == []
    assert acme.values("contacts", "u1")["saas_status"] == "active"


def test_an_option_that_only_the_rows_know_is_written_once_the_portal_has_it(
    company: Make, server: SandboxServer
) -> None:
    definitions = server.portal.records("contacts").definitions
    named = {"name": "saas_demo_type", "label": "Demo", "groupName": "contactinformation"}
    options = [{"value": "video", "label": "Video", "hidden": False, "displayOrder": 0}]
    select = {"type": "enumeration", "fieldType": "select", "options": options}
    definitions.create({**named, **select}, server.portal.now())
    mapping = CONTACTS.replace("demo_count}", "demo_count, saas_demo_type: demo_type_last}")
    acme = company(mapping, demo_requests=[{**DEMO, "type": "live"}])
    assert acme.sync().status == "rejects"
    (letter,) = acme.letters()
    assert (letter.cause, letter.property) == ("INVALID_OPTION", "saas_demo_type")
    live = {"value": "live", "label": "Live", "hidden": False, "displayOrder": 1}
    definitions.update("saas_demo_type", {"options": [*options, live]}, server.portal.now())

    assert acme.sync().status == "done"

    assert acme.letters() == []
    assert acme.values("contacts", "u1")["saas_demo_type"] == "live"


@pytest.mark.long
def test_a_company_merged_into_another_rows_writes_nothing_to_it(
    company: Make, server: SandboxServer
) -> None:
    two: list[dict[str, object]] = [
        {"account_id": f"a{n}", "domain": f"{n}.example"} for n in (1, 2)
    ]
    acme = company(COMPANIES.replace("KEY", "account_id"), accounts=two)
    for row in two:
        server.portal.put("companies", {"domain": str(row["domain"])})
    acme.rows("subscriptions", [ACTIVE, {**ACTIVE, "sub_id": "s2", "account_id": "a2"}])
    acme.sync()
    ids = [acme.link("companies", key).hubspot_id for key in ("a1", "a2")]
    merged = merge(server, ids[1], ids[0])
    acme.rows("subscriptions", [ENDED, {**ACTIVE, "sub_id": "s2", "account_id": "a2"}])

    for _ in range(3):
        assert acme.sync(force=True).status == "rejects"
        (letter,) = acme.letters()
        assert (letter.key, letter.cause) == ("a1", "LINK_CONFLICT")
        assert "a2" in letter.message
        assert merged.values["saas_churned"] == "false"
        assert merged.values["saas_account_id"] == "a2"


def test_a_row_does_not_take_the_company_that_another_rows_was_merged_into(
    company: Make, server: SandboxServer
) -> None:
    """Both are looked up in the same stretch: one by its old id, one by the domain."""
    server.portal.put("companies", {"domain": "1.example"})
    acme = company(BY_DOMAIN, accounts=[{"account_id": "a1", "domain": "1.example"}])
    acme.sync()
    other = server.portal.put("companies", {"domain": "2.example"})
    merged = merge(server, other.id, acme.link("companies", "a1").hubspot_id)
    acme.rows("accounts", [{"account_id": f"a{n}", "domain": f"{n}.example"} for n in (1, 2)])
    acme.engine.ledger.doubt("acme", "companies", ["a1"])

    acme.sync()

    owners = acme.engine.ledger.get("acme", "companies", ["a1", "a2"])
    assert {key: row.hubspot_id for key, row in owners.items()} == {"a1": merged.id}
    assert [(one.key, one.cause) for one in acme.letters()] == [("a2", "LINK_CONFLICT")]


def test_a_record_with_another_rows_key_is_not_taken_whatever_column_the_key_is(
    company: Make, server: SandboxServer
) -> None:
    rows: list[dict[str, object]] = [
        {"account_id": f"a{n}", "domain": f"{n}.example", "hubspot_company_id": key}
        for n, key in ((1, "K1"), (2, ""))
    ]
    acme = company(COMPANIES.replace("KEY", "hubspot_company_id"), accounts=rows[:1])
    first = server.portal.put("companies", {"domain": "1.example"})
    acme.sync()
    assert first.values["saas_hubspot_company_id"] == "K1"
    # People move the key to another record, and a row without one has that record's domain.
    server.portal.put("companies", {"saas_hubspot_company_id": ""}, first.id)
    theirs = {"domain": "2.example", "saas_hubspot_company_id": "K1"}
    second = server.portal.put("companies", theirs)
    acme.rows("accounts", rows)

    acme.sync()

    (letter,) = acme.letters()
    assert (letter.key, letter.cause) == ("a2", "LINK_CONFLICT")
    assert "K1" in letter.message
    server.portal.put("companies", {"saas_hubspot_company_id": "K9"}, second.id)
    assert acme.sync().status == "done", "no row has K9"
    assert acme.link("companies", "a2").hubspot_id == second.id


def test_a_stage_is_not_emptied_for_a_record_that_hubspot_refuses(
    company: Make, server: SandboxServer
) -> None:
    acme = company(BY_DOMAIN + BACK)
    there = server.portal.put("companies", {"domain": "acme.example", "lifecyclestage": "customer"})
    acme.sync()
    definitions = server.portal.records("companies").definitions
    definitions.archive("saas_churned", server.portal.now())
    acme.rows("subscriptions", [ENDED])

    run = acme.sync(force=True)

    assert run.status == "rejects", run.message
    assert there.values["lifecyclestage"] == "customer"


def test_what_people_fill_while_a_run_waits_for_the_next_day_stays_theirs(
    company: Make, server: SandboxServer
) -> None:
    jane = server.portal.put("contacts", {"email": "jane@acme.example"})
    acme = company(FILL)
    server.portal.faults.add(Fault("contacts/batch/update", status=429, body=NO_MORE_TODAY))
    resting = acme.sync()
    assert resting.deferred_until is not None
    theirs = "2026-01-01T09:00:00.000Z"
    server.portal.put("contacts", {"saas_first_demo": theirs}, jane.id)

    then = resting.deferred_until + timedelta(minutes=1)
    tomorrow = bootstrap.engine(
        Settings(home=acme.folder / "home", mappings=acme.folder / "mappings")
    )
    acme.engine = replace(tomorrow, clock=lambda: then)
    run = inline.carry_out(acme.engine, resting, "test")

    assert run.status == "done", run.message
    assert jane.values["saas_first_demo"] == theirs
    assert jane.values["saas_demo_count"] == "1"
    assert acme.link("contacts", "u1").values["saas_first_demo"] == theirs
    assert sum(run.summary["outcomes"].values()) == 1
    assert run.as_of == AS_OF
