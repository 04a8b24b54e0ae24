"""Tickets as a stream: pages, cursor, deletions, and what a row holds."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from support.hubspot_world import ACCOUNT, HubSpotWorld, clock_at, hubspot_source
from support.source_world import START, WATERMARK, keys, read

from syncworker.model.streams import STREAMS
from syncworker.sandbox import search
from syncworker.sandbox.server import SandboxServer

HOUR = timedelta(hours=1)


@pytest.fixture
def world(sandbox: SandboxServer) -> HubSpotWorld:
    made = HubSpotWorld(sandbox)
    for number in range(8):
        made.put(number, START + number * HOUR)
    return made


def _all(world: HubSpotWorld) -> list[str]:
    return [world.key(number) for number in range(8)]


def test_a_whole_reading_gives_every_ticket_once_in_the_streams_schema(
    world: HubSpotWorld,
) -> None:
    pages = read(world)

    frame = pl.concat(page.frames["tickets"] for page in pages)
    assert len(pages) == 3
    assert frame.schema == STREAMS["tickets"].schema()
    assert frame["ticket_id"].to_list() == _all(world)
    first = frame.row(0, named=True)
    assert (first["email"], first["account_id"]) == ("user0@example.com", "a0")
    assert first["text"].startswith("ticket 0")
    assert (first["opened_at"], first["deleted_at"]) == (START, None)
    assert pages[-1].cursor == (START + 7 * HOUR).isoformat()


def test_a_quiet_reading_takes_two_requests_and_no_row(
    world: HubSpotWorld, sandbox: SandboxServer
) -> None:
    source = world.source(page_rows=1_000)
    cursor = (WATERMARK - HOUR).isoformat()
    sandbox.portal.stats.reset()

    pages = read(world, source, since=cursor)

    assert keys(world, pages) == []
    assert (len(pages), pages[0].cursor) == (1, cursor)
    assert sandbox.portal.stats.by_path == {
        "POST /crm/objects/tickets/search": 1,
        "GET /crm/objects/tickets": 1,
    }


def test_a_reading_from_a_cursor_gives_what_changed_since_and_late_ones_of_the_overlap(
    world: HubSpotWorld,
) -> None:
    cursor = read(world)[-1].cursor
    world.put(2, START + 9 * HOUR)
    world.put(8, START + 7 * HOUR - timedelta(minutes=4))

    pages = read(world, since=cursor)

    assert keys(world, pages) == [world.key(2), world.key(7), world.key(8)]
    assert pages[-1].cursor == (START + 9 * HOUR).isoformat()


@pytest.mark.parametrize("since", [None, START.isoformat()])
def test_resuming_after_any_page_in_a_fresh_process_loses_and_doubles_nothing(
    world: HubSpotWorld, since: str | None
) -> None:
    world.put(3, START + 9 * HOUR)
    world.remove(4)
    pages = read(world, since=since)
    assert world.key(4) in keys(world, pages) if since else len(keys(world, pages)) == 7

    for done in range(1, len(pages) + 1):
        rest = read(world, resume=pages[done - 1].resume, since=since)
        assert keys(world, pages[:done]) + keys(world, rest) == keys(world, pages)
        assert rest[-1].cursor == pages[-1].cursor


def test_a_ticket_made_after_the_watermark_waits_for_the_next_run(world: HubSpotWorld) -> None:
    world.put(8, WATERMARK + timedelta(seconds=1))
    pages = read(world)
    assert keys(world, pages) == _all(world)

    later = read(world, since=pages[-1].cursor, watermark=WATERMARK + HOUR)
    assert keys(world, later)[-1] == world.key(8)


def test_a_ticket_changed_while_it_is_read_from_a_cursor_is_read_by_the_next_run(
    world: HubSpotWorld,
) -> None:
    source = world.source()
    reading = source.pages("tickets", since=START.isoformat(), resume=None, watermark=WATERMARK)
    pages = [next(reading)]
    world.put(7, WATERMARK + timedelta(seconds=1))
    pages += list(reading)
    assert keys(world, pages) == _all(world)[:-1]

    later = read(world, since=pages[-1].cursor, watermark=WATERMARK + HOUR)
    assert world.key(7) in keys(world, later)


def test_a_ticket_changed_after_the_watermark_is_not_taken_for_deleted_by_a_whole_reading(
    world: HubSpotWorld,
) -> None:
    world.put(5, WATERMARK + timedelta(seconds=1))
    pages = read(world)
    assert keys(world, pages) == _all(world)
    assert pages[-1].cursor == (START + 7 * HOUR).isoformat()


def test_a_deleted_ticket_comes_once_more_with_the_time_of_its_deletion(
    world: HubSpotWorld,
) -> None:
    cursor = read(world)[-1].cursor
    world.remove(3)

    pages = read(world, since=cursor)

    frame = pl.concat(page.frames["tickets"] for page in pages)
    gone = frame.filter(pl.col("deleted_at").is_not_null())
    assert gone["ticket_id"].to_list() == [world.key(3)]
    assert gone["deleted_at"].to_list() == [WATERMARK - timedelta(minutes=1)]
    assert pages[-1].cursor == (WATERMARK - timedelta(minutes=1)).isoformat()


def test_a_ticket_with_an_unreadable_date_is_rejected_and_the_rest_goes_on(
    world: HubSpotWorld,
) -> None:
    field = world.spoil(4)
    pages = read(world)

    (rejected,) = [row for page in pages for row in page.rejected]
    assert keys(world, pages) == [key for key in _all(world) if key != world.key(4)]
    assert (rejected.field, rejected.place, rejected.position) == (field, "tickets", 5)
    assert rejected.key == world.key(4)


def test_a_property_that_is_gone_from_the_portal_is_gone_from_the_columns(
    world: HubSpotWorld,
) -> None:
    (before,) = read(world, world.source(page_rows=100))
    column = world.drop_column()
    (after,) = read(world, world.source(page_rows=100))

    assert before.columns["tickets"] - after.columns["tickets"] == {column}
    assert not before.declared
    assert "deleted_at" not in before.columns["tickets"]


def test_all_that_changed_in_one_moment_are_read_though_a_search_ends_before(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_RESULTS", 400)  # as HubSpot's 10,000, only sooner
    with clock_at(sandbox.portal, START):
        for number in range(1_050):
            sandbox.portal.put("tickets", {"subject": str(number)})
    source = hubspot_source(sandbox, page_rows=20_000, streams=["tickets"])
    sandbox.portal.stats.reset()

    pages = list(source.pages("tickets", since=START.isoformat(), resume=None, watermark=WATERMARK))

    found = [key for page in pages for key in page.frames["tickets"]["ticket_id"]]
    assert len(found) == len(set(found)) == 1_050
    assert sandbox.portal.stats.by_path["POST /crm/objects/tickets/search"] == 6


def test_the_rows_of_a_portal_with_everything(sandbox: SandboxServer) -> None:
    portal = sandbox.portal
    tickets, contacts = portal.records("tickets"), portal.records("contacts")
    with clock_at(portal, START):
        first = portal.put("contacts", {"email": "First@Example.com"})
        second = portal.put("contacts", {"email": "second@example.com"})
        made = portal.put(
            "tickets",
            {
                "subject": "It does not load",
                "content": "Since noon.",
                "hs_ticket_priority": "HIGH",
                "hs_ticket_category": "PRODUCT_ISSUE;BILLING_ISSUE",
                "hs_pipeline_stage": "1",
            },
        )
        alone = portal.put("tickets", {"subject": "Nobody's"})
        for person in (second, first):
            portal.link(tickets, made, contacts, person)
    with clock_at(portal, START + HOUR):
        portal.put("tickets", {"hs_pipeline_stage": "4"}, made.id)
    source = hubspot_source(sandbox, streams=["tickets"])

    (page,) = source.pages("tickets", since=None, resume=None, watermark=WATERMARK)

    row, other = page.frames["tickets"].rows(named=True)
    assert row["email"] == "first@example.com"
    assert row["text"] == "It does not load\n\nSince noon."
    assert (row["priority"], row["status"]) == ("HIGH", "4")
    assert row["labels"] == "PRODUCT_ISSUE,BILLING_ISSUE"
    assert row["closed_at"] == START + HOUR
    assert row["hubspot_ticket_id"] == row["ticket_id"] == made.id
    assert (other["ticket_id"], other["email"], other["closed_at"]) == (alone.id, None, None)
    assert source.count("tickets") == 2
    assert ACCOUNT not in page.columns["tickets"]


def test_a_change_date_that_cannot_be_read_moves_no_cursor(
    world: HubSpotWorld, sandbox: SandboxServer
) -> None:
    tickets = sandbox.portal.records("tickets")
    tickets.live[world.key(7)].values["hs_lastmodifieddate"] = "soon"
    pages = read(world)
    assert keys(world, pages) == _all(world)
    assert pages[-1].cursor == (START + 6 * HOUR).isoformat()


def test_a_portal_without_categories_has_no_labels(
    world: HubSpotWorld, sandbox: SandboxServer
) -> None:
    for name in ("hs_ticket_category", "subject", "content"):
        del sandbox.portal.records("tickets").definitions.properties[name]
    (page,) = read(world, world.source(page_rows=100))
    assert not {"labels", "text"} & page.columns["tickets"]
    assert page.frames["tickets"]["text"].null_count() == 8
