"""The inbox as a source: order, cursor, watermark, and what a form's JSON becomes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from support.source_world import START, WATERMARK, SourceWorld, keys, read
from support.webhook_world import NAME, PORTAL, WebhookWorld

from syncworker.engine.ports import Page
from syncworker.errors import SourceError
from syncworker.mapping.source_webhook import WebhookSource
from syncworker.sources.registry import Surroundings, build

HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> WebhookWorld:
    return WebhookWorld(tmp_path)


def filled(world: SourceWorld, count: int) -> list[str]:
    for number in range(count):
        world.put(number, START + number * HOUR)
    return [world.key(number) for number in range(count)]


def received(world: WebhookWorld, body: object, **config: object) -> Page:
    """The page of one delivery, read with that configuration."""
    text = body if isinstance(body, str) else json.dumps(body)
    streams = config.setdefault("streams", ["demo_requests"])
    assert isinstance(streams, list)
    assert world.inbox.put(PORTAL, NAME, streams[0], "d1", text, START)
    made = WebhookSource.model_validate({"kind": "webhook", "secret": "env:X", **config})
    source = build(NAME, made, Surroundings(str, portal=PORTAL, inbox=world.inbox))
    (page,) = source.pages(streams[0], since=None, resume=None, watermark=WATERMARK)
    return page


def test_every_delivery_is_read_once_in_pages_and_the_next_run_reads_only_what_is_new(
    world: WebhookWorld,
) -> None:
    expected = filled(world, 10)

    pages = read(world)

    assert keys(world, pages) == expected
    assert [page.frames["demo_requests"].height for page in pages] == [3, 3, 3, 1]
    world.put(10, START)  # received before, stored after
    later = read(world, since=pages[-1].cursor)
    assert keys(world, later) == [world.key(10)]
    assert keys(world, read(world, since=later[-1].cursor)) == []


def test_resuming_after_any_page_loses_and_doubles_nothing(world: WebhookWorld) -> None:
    filled(world, 10)
    pages = read(world)

    for done in range(1, len(pages) + 1):
        rest = read(world, resume=pages[done - 1].resume)
        assert keys(world, pages[:done]) + keys(world, rest) == keys(world, pages)
        assert rest[-1].cursor == pages[-1].cursor


def test_an_empty_inbox_gives_one_empty_page_and_keeps_the_cursor(world: WebhookWorld) -> None:
    (page,) = read(world)
    assert (page.frames["demo_requests"].height, page.cursor) == (0, None)
    filled(world, 2)
    cursor = read(world)[-1].cursor
    (page,) = read(world, since=cursor)
    assert (page.frames["demo_requests"].height, page.cursor) == (0, cursor)


def test_what_was_received_after_the_watermark_waits_and_hides_nothing(world: WebhookWorld) -> None:
    world.put(0, START)
    world.put(1, WATERMARK + HOUR)  # by a clock that runs ahead
    for number in range(2, 9):
        world.put(number, START + number * HOUR)

    first = read(world)
    second = read(world, since=first[-1].cursor, watermark=WATERMARK + 2 * HOUR)

    assert keys(world, first) == [world.key(number) for number in (0, *range(2, 9))]
    assert keys(world, second) == [world.key(number) for number in range(1, 9)]
    for page in first:
        assert read(world, resume=page.resume)[-1].cursor == first[-1].cursor


def test_a_forms_json_of_any_shape_becomes_a_row(world: WebhookWorld) -> None:
    body = {
        "event": {"id": 77},
        "answers": [{"text": " Ann@X.example "}, {"text": "video"}],
        "page": "/pricing",
        "submitted_at": 1_763_600_000,
    }
    fields = {"submission_id": "event.id", "email": "answers.0.text", "type": "answers.1.text"}

    page = received(world, body, fields=fields)

    row = page.frames["demo_requests"].row(0, named=True)
    assert (row["submission_id"], row["email"], row["type"]) == ("77", "ann@x.example", "video")
    assert (row["page"], row["submitted_at"].timestamp()) == ("/pricing", 1_763_600_000)
    assert (row["source"], row["synced_at"], row["deleted_at"]) == (NAME, WATERMARK, None)
    assert page.columns == {
        "demo_requests": {"submission_id", "email", "type", "page", "submitted_at"}
    }
    assert not page.declared


def test_a_submission_without_id_and_time_has_those_of_its_delivery(world: WebhookWorld) -> None:
    page = received(world, {"email": "ann@x.example"}, streams=["trials"])

    row = page.frames["trials"].row(0, named=True)
    assert (row["trial_id"], row["requested_at"], row["email"]) == ("d1", START, "ann@x.example")
    assert page.columns == {"trials": {"email"}}


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"email": "ann at x"}, "email", "is not an e-mail address"),
        ({"email": {"value": "a@b.c"}}, "email", "is a dict, not text"),
        ({"name": "Ann"}, "email", "is missing"),
        ("[1]", "email", "is missing"),
        (
            {"email": "a@b.example", "submitted_at": "soon"},
            "submitted_at",
            "is not a date and time",
        ),
    ],
)
def test_a_submission_that_does_not_fit_is_told_with_its_place(
    world: WebhookWorld, body: object, field: str, reason: str
) -> None:
    page = received(world, body)

    (rejected,) = page.rejected
    assert (rejected.stream, rejected.place) == ("demo_requests", "webhook")
    assert (rejected.position, rejected.field, rejected.key) == (1, field, "d1")
    assert rejected.reason.startswith(reason)
    assert page.frames["demo_requests"].is_empty()


def test_it_says_what_it_provides_and_how_it_is_read(world: WebhookWorld) -> None:
    source = world.source()

    assert source.provides("demo_requests") == ("demo_requests",)
    assert source.incremental("demo_requests")
    assert source.full_every("demo_requests") is None
    assert source.count("demo_requests") is None


def test_without_a_store_there_is_no_inbox_to_read() -> None:
    config = WebhookSource(kind="webhook", secret="env:X", streams=["trials"])
    with pytest.raises(SourceError) as wrong:
        build(NAME, config, Surroundings(str))
    assert wrong.value.code == "SOURCE_KIND"
