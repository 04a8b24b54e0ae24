"""Lifecycle stages: forward by default, back with a reason, and people's stay people's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.in_process import Company

from syncworker.sandbox.faults import Fault
from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("nothing_to_remember")

HEAD = """\
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_cancelled: cancelled}
lifecycle:
  companies:
"""
CUSTOMER = "{stage: customer, when: [{metric: subscription_status, eq: active}]}"
LEAD = "{stage: Lead, allow_back: the contract has ended, when: [{metric: churned, eq: true}]}"
ACTIVE = {"sub_id": "s1", "account_id": "a1", "status": "active", "started_at": "2025-01-01"}
ITEM = {
    "item_id": "i1",
    "sub_id": "s1",
    "unit_amount": 1000,
    "quantity": 1,
    "interval": "month",
    "currency": "EUR",
}
ENDED = {**ACTIVE, "status": "canceled", "ended_at": "2026-11-01"}

Make = Callable[..., Company]


@pytest.fixture
def company(tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Make:
    def make(lifecycle: str, subscription: dict[str, object], stage: str) -> Company:
        made = Company(
            tmp_path,
            server,
            monkeypatch,
            HEAD + lifecycle,
            accounts=[{"account_id": "a1", "domain": "acme.example"}],
            subscriptions=[subscription],
            subscription_items=[ITEM],
        )
        made.create_properties()
        there = server.portal.put("companies", {"domain": "acme.example", "lifecyclestage": "lead"})
        if stage != "lead":  # set by the API, as an integration would
            records = server.portal.records("companies")
            records.commit(
                records.prepare(there, {"lifecyclestage": stage}, {}), server.portal.now()
            )
        return made

    return make


def stage(server: SandboxServer) -> str:
    (record,) = server.portal.records("companies").live.values()
    return record.values["lifecyclestage"]


def writes(server: SandboxServer) -> list[str]:
    """What each write set the stage to, in order."""
    (record,) = server.portal.records("companies").live.values()
    return [w.values["lifecyclestage"] for w in record.writes if "lifecyclestage" in w.values]


def test_a_paying_account_becomes_a_customer(company: Make, server: SandboxServer) -> None:
    acme = company(f"    - {CUSTOMER}\n", ACTIVE, "lead")

    acme.sync()

    assert stage(server) == "customer"


def test_a_cancelled_customer_keeps_its_stage_beside_the_cancelled_property(
    company: Make, server: SandboxServer
) -> None:
    acme = company("    - {stage: lead, when: [{metric: churned, eq: true}]}\n", ENDED, "customer")

    acme.sync()

    assert stage(server) == "customer"
    assert acme.values("companies", "a1")["saas_cancelled"] == "true"


def test_a_stage_goes_back_with_a_reason_in_two_requests_and_is_read_back(
    company: Make, server: SandboxServer
) -> None:
    acme = company(f"    - {LEAD}\n", ENDED, "customer")

    run = acme.sync()

    assert run.summary["outcomes"] == {"sent": 1}
    assert writes(server)[-3:] == ["customer", "", "lead"]
    assert acme.link("companies", "a1").values["lifecyclestage"] == "lead"
    requests = server.portal.stats.requests
    acme.sync()
    assert server.portal.stats.requests == requests


def test_a_stage_that_a_person_set_last_stays(company: Make, server: SandboxServer) -> None:
    acme = company(f"    keep_peoples: true\n    rules: [{CUSTOMER}]\n", ACTIVE, "lead")

    run = acme.sync()

    assert stage(server) == "lead"
    (planned,) = acme.engine.plans.show(run.id, 1)
    assert "kept: rule says customer, a person set lead" in planned.body


def test_a_stage_that_an_integration_set_last_moves_all_the_same(
    company: Make, server: SandboxServer
) -> None:
    lifecycle = f"    keep_peoples: true\n    rules: [{CUSTOMER}]\n"
    acme = company(lifecycle, ACTIVE, "opportunity")

    acme.sync()

    assert stage(server) == "customer"


def test_churned_accounts_move_to_other_only_where_it_is_switched_on(
    company: Make, server: SandboxServer
) -> None:
    acme = company("    churned_to_other: true\n", ENDED, "customer")

    acme.sync()

    assert stage(server) == "other"


def test_a_churned_account_leaves_a_stage_of_the_portals_own_that_stands_after_other(
    company: Make, server: SandboxServer
) -> None:
    definitions = server.portal.records("companies").definitions
    options = definitions.get("lifecyclestage").definition["options"]
    own = {"value": "77", "label": "Partner", "displayOrder": len(options)}
    definitions.update("lifecyclestage", {"options": [*options, own]}, server.portal.now())
    acme = company("    churned_to_other: true\n", ENDED, "77")

    run = acme.sync()

    assert (stage(server), writes(server)[-2:]) == ("other", ["", "other"])
    (planned,) = acme.engine.plans.show(run.id, 1)
    assert "back because the mapping moves churned customers there" in planned.body


def test_a_stage_that_was_emptied_and_not_set_is_set_in_the_next_run(
    company: Make, server: SandboxServer
) -> None:
    acme = company(f"    - {LEAD}\n", ENDED, "customer")
    body = {"status": "error", "category": "VALIDATION_ERROR", "message": "not today"}
    server.portal.faults.add(Fault("companies/batch/update", skip=1, status=400, body=body))

    first = acme.sync()
    assert first.status == "rejects"
    assert stage(server) == ""
    acme.sync()

    assert stage(server) == "lead"
    assert acme.letters() == []
