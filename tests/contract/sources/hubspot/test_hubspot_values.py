"""What people entered, and the stages that records went through."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from support.hubspot_world import clock_at, hubspot_source
from support.source_world import START, WATERMARK

from syncworker.engine.ports import Page, Source
from syncworker.errors import SourceError
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.records import Write
from syncworker.sandbox.server import SandboxServer

HOUR = timedelta(hours=1)
REASON = "trial_abandon_reason"


def _read(source: Source, stream: str, **more: object) -> pl.DataFrame:
    return pl.concat(page.frames[stream] for page in _pages(source, stream, **more))


def _pages(source: Source, stream: str, **more: object) -> list[Page]:
    arguments = {"since": None, "resume": None, "watermark": WATERMARK, **more}
    return list(source.pages(stream, **arguments))


@pytest.fixture
def portal(sandbox: SandboxServer) -> Portal:
    """Contacts and companies have a property of people's."""
    for name, group in (
        ("contacts", "contactinformation"),
        ("companies", "companyinformation"),
    ):
        sandbox.portal.records(name).definitions.create(
            {
                "name": REASON,
                "label": "Why not",
                "type": "string",
                "fieldType": "text",
                "groupName": group,
            },
            sandbox.portal.now(),
        )
    return sandbox.portal


def _values(sandbox: SandboxServer, page_rows: int = 3) -> Source:
    properties = {"contacts": [REASON], "companies": [REASON]}
    config = {"streams": ["crm_values"], "properties": properties}
    return hubspot_source(sandbox, page_rows=page_rows, **config)


def test_a_value_comes_with_when_and_by_what_it_was_set(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        first = portal.put("contacts", {"email": "a@example.com", REASON: "price"})
        portal.put("contacts", {"email": "b@example.com"})
        company = portal.put("companies", {"name": "ACME", REASON: "late"}, source="IMPORT")
    with clock_at(portal, START + HOUR):
        portal.put("contacts", {REASON: "too slow"}, first.id)

    frame = _read(_values(sandbox), "crm_values")

    assert frame.select("object", "record_id", "property", "value", "set_at", "set_by").rows() == [
        ("contacts", first.id, REASON, "too slow", START + HOUR, "CRM_UI"),
        ("companies", company.id, REASON, "late", START, "IMPORT"),
    ]


def test_a_value_taken_away_is_an_empty_one(sandbox: SandboxServer, portal: Portal) -> None:
    with clock_at(portal, START):
        made = portal.put("contacts", {"email": "a@example.com", REASON: "price"})
    cursor = _pages(_values(sandbox), "crm_values")[-1].cursor
    with clock_at(portal, START + HOUR):
        portal.put("contacts", {REASON: ""}, made.id)

    (row,) = _read(_values(sandbox), "crm_values", since=cursor).rows(named=True)
    assert (row["value"], row["set_at"]) == (None, START + HOUR)


def test_a_value_set_after_the_watermark_waits(sandbox: SandboxServer, portal: Portal) -> None:
    with clock_at(portal, START):
        made = portal.put("contacts", {"email": "a@example.com", REASON: "price"})
    with clock_at(portal, WATERMARK + HOUR):
        portal.put("contacts", {REASON: "too slow"}, made.id)

    pages = _pages(_values(sandbox), "crm_values")
    assert pages[0].frames["crm_values"]["value"].to_list() == ["price"]
    later = {"since": START.isoformat(), "watermark": WATERMARK + 2 * HOUR}
    assert _read(_values(sandbox), "crm_values", **later)["value"].to_list() == ["too slow"]


def test_records_are_read_with_their_history_fifty_at_a_time(
    sandbox: SandboxServer, portal: Portal
) -> None:
    with clock_at(portal, START):
        for number in range(120):
            portal.put("contacts", {"email": f"u{number}@example.com", REASON: "price"})
    source = _values(sandbox, page_rows=20_000)
    portal.stats.reset()

    (page,) = _pages(source, "crm_values", since=START.isoformat())

    assert page.frames["crm_values"].height == 120
    assert portal.stats.by_path == {
        "GET /crm/properties/contacts": 1,
        "GET /crm/properties/companies": 1,
        "POST /crm/objects/contacts/search": 1,
        "POST /crm/objects/contacts/batch/read": 3,
        "GET /crm/objects/contacts": 1,
        "POST /crm/objects/companies/search": 1,
        "GET /crm/objects/companies": 1,
    }
    assert [len(p.frames["crm_values"]) for p in _pages(source, "crm_values")] == [120]
    assert portal.stats.by_path["GET /crm/objects/contacts"] == 4


@pytest.mark.parametrize("since", [None, START.isoformat()])
def test_resuming_between_objects_and_archived_records_loses_and_doubles_nothing(
    sandbox: SandboxServer, portal: Portal, since: str | None
) -> None:
    with clock_at(portal, START):
        made = [
            portal.put(name, {key: f"x{number}.example", REASON: "price"})
            for name, key in (("companies", "domain"), ("contacts", "firstname"))
            for number in range(5)
        ]
    with clock_at(portal, START + HOUR):
        portal.records("contacts").archive(made[7], portal.now())
    pages = _pages(_values(sandbox), "crm_values", since=since)
    whole = pl.concat(page.frames["crm_values"] for page in pages)
    assert whole["deleted_at"].drop_nulls().to_list() == ([START + HOUR] if since else [])
    assert whole.height == (10 if since else 9)

    for done in range(1, len(pages) + 1):
        rest = _pages(_values(sandbox), "crm_values", since=since, resume=pages[done - 1].resume)
        both = pl.concat(page.frames["crm_values"] for page in [*pages[:done], *rest])
        assert both.equals(whole)
        assert rest[-1].cursor == pages[-1].cursor


def test_a_property_that_the_portal_does_not_have_is_named(
    sandbox: SandboxServer, portal: Portal
) -> None:
    portal.records("companies").definitions.archive(REASON, portal.now())
    with pytest.raises(SourceError) as told:
        _pages(_values(sandbox), "crm_values")

    assert told.value.code == "SOURCE_COLUMN"
    assert told.value.message == (
        f"source crm, stream crm_values: companies have no property {REASON}"
    )


def test_every_stage_that_a_record_entered_is_a_row(sandbox: SandboxServer, portal: Portal) -> None:
    with clock_at(portal, START):
        contact = portal.put("contacts", {"email": "a@example.com", "lifecyclestage": "lead"})
        company = portal.put("companies", {"name": "ACME", "lifecyclestage": "customer"})
        deal = portal.put("deals", {"dealname": "d", "dealstage": "contractsent"})
    with clock_at(portal, START + HOUR):
        portal.put("contacts", {"lifecyclestage": "customer"}, contact.id, source="IMPORT")
        portal.put("deals", {"dealstage": "closedwon"}, deal.id)
    with clock_at(portal, WATERMARK + HOUR):
        portal.put("deals", {"dealstage": "closedlost"}, deal.id)
    source = hubspot_source(sandbox, streams=["crm_stage_history"])

    frame = _read(source, "crm_stage_history")

    found = set(frame.select("object", "record_id", "stage", "entered_at", "set_by").rows())
    assert found == {
        ("contacts", contact.id, "lead", START, "CRM_UI"),
        ("contacts", contact.id, "customer", START + HOUR, "IMPORT"),
        ("companies", company.id, "customer", START, "CRM_UI"),
        ("deals", deal.id, "contractsent", START, "CRM_UI"),
        ("deals", deal.id, "closedwon", START + HOUR, "CRM_UI"),
    }
    assert set(frame["property"]) == {"lifecyclestage", "dealstage"}
    assert source.count("crm_stage_history") is None


def test_a_stage_set_again_is_not_entered_again(sandbox: SandboxServer, portal: Portal) -> None:
    with clock_at(portal, START):
        deal = portal.put("deals", {"dealname": "d", "dealstage": "contractsent"})
    with clock_at(portal, START + HOUR / 2):
        deal.writes.append(Write(portal.now(), "CRM_UI", {"dealstage": "contractsent"}))
    with clock_at(portal, START + HOUR):
        portal.put("deals", {"dealstage": "closedwon"}, deal.id)
    source = hubspot_source(sandbox, streams=["crm_stage_history"])

    frame = _read(source, "crm_stage_history")

    assert frame.sort("entered_at")["stage"].to_list() == ["contractsent", "closedwon"]
