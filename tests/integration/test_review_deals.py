"""Deals: people's pipelines are people's, and no deal begins nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.in_process import Company

from syncworker.sandbox.pipelines import create_pipeline
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("nothing_to_remember")

DEALS = """\
objects:
  deals:
    match: {property: saas_subscription_id, column: sub_id}
    policy: upsert
    pipeline: {pipeline: default, stages: {active: closedwon, canceled: closedlost}}
    properties: {saas_subscription_mrr: subscription_mrr}
"""
ACTIVE = {"sub_id": "s1", "account_id": "a1", "status": "active", "started_at": "2025-01-01"}
ENDED = {**ACTIVE, "status": "canceled", "ended_at": "2026-11-01"}
TRIAL = {**ACTIVE, "status": "trialing", "trial_start": "2026-11-10", "trial_end": "2026-11-30"}
RENEWALS = {
    "id": "renewals",
    "label": "Renewals",
    "displayOrder": 1,
    "stages": [{"id": "due", "label": "Due", "displayOrder": 0, "metadata": {"probability": "1"}}],
}

Make = Callable[..., Company]


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(Portal(limits=False)) as running:
        deals = running.portal.records("deals")
        create_pipeline(deals.pipelines, RENEWALS, "", running.portal.now())
        yield running


@pytest.fixture
def company(tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Make:
    def make(subscription: dict[str, object]) -> Company:
        made = Company(
            tmp_path,
            server,
            monkeypatch,
            DEALS,
            accounts=[{"account_id": "a1", "name": "Acme", "domain": "acme.example"}],
            subscriptions=[subscription],
            subscription_items=[
                {
                    "item_id": "i1",
                    "sub_id": "s1",
                    "unit_amount": 4900,
                    "quantity": 1,
                    "interval": "month",
                    "currency": "EUR",
                }
            ],
        )
        made.create_properties()
        return made

    return make


def test_a_deal_in_another_pipeline_keeps_its_stage_and_says_why(
    company: Make, server: SandboxServer
) -> None:
    acme = company(ACTIVE)
    there = server.portal.put(
        "deals",
        {"dealname": "x", "pipeline": "renewals", "dealstage": "due", "saas_subscription_id": "s1"},
    )

    run = acme.sync()

    assert run.status == "done", acme.letters()
    assert there.values["dealstage"] == "due"
    assert there.values["saas_subscription_mrr"] == "49"
    (planned,) = acme.engine.plans.show(run.id, 9)
    assert "the deal is in pipeline renewals, not in default" in planned.body
    requests = server.portal.stats.requests
    assert acme.sync().status == "done"
    assert server.portal.stats.requests == requests


def test_a_deal_of_ours_that_a_person_moved_to_another_pipeline_stays_there(
    company: Make, server: SandboxServer
) -> None:
    acme = company(ACTIVE)
    acme.sync()
    (deal,) = server.portal.records("deals").live.values()
    assert deal.values["dealstage"] == "closedwon"
    server.portal.put("deals", {"pipeline": "renewals", "dealstage": "due"}, deal.id)
    acme.rows("subscriptions", [ENDED])

    run = acme.sync(force=True)

    assert run.status == "done", acme.letters()
    assert deal.values["dealstage"] == "due"
    assert deal.values["saas_subscription_mrr"] == "0"


def test_a_subscription_whose_state_has_no_stage_gets_no_deal_until_it_has(
    company: Make, server: SandboxServer
) -> None:
    acme = company(TRIAL)

    run = acme.sync()

    assert run.status == "done"
    assert server.portal.records("deals").live == {}
    (unlinked,) = acme.engine.unlinked.all("acme")
    assert unlinked.reason == (
        "it cannot be created without a deal stage: "
        "the mapping names none where subscription is trialing"
    )
    acme.rows("subscriptions", [{**TRIAL, "status": "active", "trial_end": "2026-11-15"}])
    acme.sync()
    (deal,) = server.portal.records("deals").live.values()
    assert deal.values["dealstage"] == "closedwon"
    assert acme.engine.unlinked.all("acme") == []
