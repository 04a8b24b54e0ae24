"""Deals with their money, and answers to surveys."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from support.hubspot_world import clock_at, hubspot_source
from support.source_world import START, WATERMARK

from syncworker.engine.ports import Page, Source
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

HOUR = timedelta(hours=1)


@pytest.fixture
def portal(sandbox: SandboxServer) -> Portal:
    return sandbox.portal


def _pages(source: Source, stream: str, **more: object) -> list[Page]:
    arguments = {"since": None, "resume": None, "watermark": WATERMARK, **more}
    return list(source.pages(stream, **arguments))


def _deals(sandbox: SandboxServer) -> Source:
    return hubspot_source(sandbox, streams=["crm_deals"])


def test_a_deal_with_recurring_revenue_is_told_in_minor_units_and_labels(
    sandbox: SandboxServer, portal: Portal
) -> None:
    portal.track_recurring_revenue()
    with clock_at(portal, START):
        deal = portal.put(
            "deals",
            {
                "dealname": "d",
                "amount": "1200.005",
                "deal_currency_code": "USD",
                "dealstage": "closedwon",
                "closedate": "2026-11-05T00:00:00Z",
                "recurring_revenue_amount": "99.9",
                "recurring_revenue_deal_type": "RENEWED_REVENUE",
                "recurring_revenue_inactive_date": "2026-11-20",
                "recurring_revenue_inactive_reason": "LOST_REVENUE",
            },
        )
        others = [portal.put("companies", {"name": name}) for name in ("Second", "First")]
        for company in others:
            portal.link(portal.records("deals"), deal, portal.records("companies"), company)
        labels = portal.associations.between(("deals", "companies"))[1:]
        portal.link(
            portal.records("deals"), deal, portal.records("companies"), others[1], list(labels)
        )

    (page,) = _pages(_deals(sandbox), "crm_deals")

    (row,) = page.frames["crm_deals"].rows(named=True)
    assert (row["amount"], row["recurring_amount"], row["currency"]) == (120_001, 9_990, "USD")
    assert (row["recurring_type"], row["inactive_reason"]) == ("Renewal", "Churned")
    assert row["inactive_on"] == date(2026, 11, 20)
    assert (row["pipeline"], row["stage"]) == ("default", "closedwon")
    assert (row["is_closed"], row["is_won"]) == (True, True)
    assert (row["created_at"], row["closed_at"].date()) == (START, date(2026, 11, 5))
    assert (row["deal_id"], row["company_id"]) == (deal.id, others[1].id)


def test_without_tracking_the_recurring_columns_are_empty(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        portal.put("deals", {"dealname": "d", "amount": "10"})

    (page,) = _pages(_deals(sandbox), "crm_deals")

    (row,) = page.frames["crm_deals"].rows(named=True)
    assert (row["amount"], row["currency"]) == (1_000, "EUR")
    assert row["recurring_amount"] is row["recurring_type"] is row["company_id"] is None
    assert not any(name.startswith(("recurring", "inactive")) for name in page.columns["crm_deals"])
    assert _deals(sandbox).count("crm_deals") == 1


def test_the_portals_own_currency_is_asked_for_once_and_only_where_a_deal_names_none(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        portal.put("deals", {"dealname": "d", "amount": "10", "deal_currency_code": "USD"})
    _pages(_deals(sandbox), "crm_deals")
    assert "GET /account-info/details" not in portal.stats.by_path
    with clock_at(portal, START):
        for _ in range(5):
            portal.put("deals", {"dealname": "d"})
    _pages(_deals(sandbox), "crm_deals")
    assert portal.stats.by_path["GET /account-info/details"] == 1


def test_an_amount_that_is_no_number_rejects_its_deal(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        deal = portal.put("deals", {"dealname": "d"})
        portal.put("deals", {"dealname": "e", "amount": "5"})
    for amount in ("much", "NaN", "1e999999"):
        deal.values["amount"] = amount
        (page,) = _pages(_deals(sandbox), "crm_deals")
        assert [(row.field, row.key) for row in page.rejected] == [("amount", deal.id)]
        assert page.frames["crm_deals"].height == 1


def test_a_deleted_deal_comes_with_the_time_of_its_deletion(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        deal = portal.put("deals", {"dealname": "d"})
    with clock_at(portal, START + HOUR):
        portal.records("deals").archive(deal, portal.now())

    pages = _pages(_deals(sandbox), "crm_deals", since=START.isoformat())

    (row,) = pages[0].frames["crm_deals"].rows(named=True)
    assert (row["deal_id"], row["deleted_at"]) == (deal.id, START + HOUR)


def _answer(portal: Portal, kind: str, value: str, email: str = "") -> str:
    feedback, contacts = portal.records("feedback_submissions"), portal.records("contacts")
    told = {"hs_survey_type": kind, "hs_value": value}
    made = portal.put("feedback_submissions", told)
    if email:
        portal.link(feedback, made, contacts, portal.put("contacts", {"email": email}))
    return made.id


def _surveys(sandbox: SandboxServer, **more: object) -> Source:
    return hubspot_source(sandbox, page_rows=100, streams=["survey_responses"], **more)


def test_answers_come_with_kind_scale_and_who_answered(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        nps = _answer(portal, "NPS", "9", "a@example.com")
        csat = _answer(portal, "CSAT", "2", "b@example.com")
        _answer(portal, "CES", "7", "c@example.com")
        _answer(portal, "CUSTOM", "1", "d@example.com")
        portal.put("feedback_submissions", {"hs_submission_timestamp": "2026-10-30T08:00:00Z"}, nps)
    source = _surveys(sandbox)

    (page,) = _pages(source, "survey_responses")

    columns = ("response_id", "kind", "score", "scale", "email")
    assert page.frames["survey_responses"].select(columns).rows() == [
        (nps, "nps", 9.0, 10, "a@example.com"),
        (csat, "csat", 2.0, 2, "b@example.com"),
    ]
    moments = page.frames["survey_responses"]["at"].to_list()
    assert (moments[0].isoformat(), moments[1]) == ("2026-10-30T08:00:00+00:00", START)
    assert page.rejected == ()
    assert source.count("survey_responses") == 2


def test_answers_off_their_scale_and_of_nobody_are_rejected(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        high = _answer(portal, "NPS", "11", "a@example.com")
        stars = _answer(portal, "CSAT", "5", "b@example.com")
        nobody = _answer(portal, "NPS", "3")
        empty = _answer(portal, "NPS", "", "c@example.com")
        words = _answer(portal, "NPS", "1", "d@example.com")
    portal.records("feedback_submissions").live[words].values["hs_value"] = "good"

    (page,) = _pages(_surveys(sandbox), "survey_responses")

    told = {row.key: (row.field, row.reason) for row in page.rejected}
    assert told[high] == ("score", "is not from 0 to 10")
    assert told[stars] == ("score", "is not from 0 to 2: see csat_scale in the mapping")
    assert told[nobody][0] == "user_id"
    assert told[empty] == ("score", "is missing")
    assert told[words][0] == "score"
    assert [row.position for row in page.rejected] == [1, 2, 3, 4, 5]
    again = _pages(_surveys(sandbox, csat_scale=5), "survey_responses")
    assert pl.concat(p.frames["survey_responses"] for p in again)["response_id"].to_list() == [
        stars
    ]


def test_answers_from_a_cursor_are_those_changed_since(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        _answer(portal, "NPS", "9", "a@example.com")
    with clock_at(portal, START + HOUR):
        made = _answer(portal, "NPS", "4", "b@example.com")

    since = (START + HOUR).isoformat()
    (page,) = _pages(_surveys(sandbox), "survey_responses", since=since)
    assert page.frames["survey_responses"]["response_id"].to_list() == [made]
