"""What the engine may expect of any source, whatever it reads."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from support.sources import START, WATERMARK, MakeSource, ids, read, users

from syncworker.model.streams import STREAMS


def test_pages_hold_every_row_once_in_the_streams_schema(make_source: MakeSource) -> None:
    pages = read(make_source(users(10)), watermark=WATERMARK)

    frame = pl.concat(page.frames["users"] for page in pages)
    assert len(pages) == 4
    assert sorted(frame["user_id"]) == [f"u{number:03}" for number in range(10)]
    assert frame.schema == STREAMS["users"].schema()
    first = frame.filter(user_id="u001").row(0, named=True)
    assert first["email"] == "user1@example.com"
    assert first["created_at"] == START + timedelta(hours=1)
    assert first["synced_at"] == WATERMARK
    assert (first["source"], first["source_id"]) == ("app", "u001")
    assert first["deleted_at"] is None


@pytest.mark.parametrize("cursor", [None, "updated_at"])
def test_resuming_after_any_page_loses_and_doubles_nothing(
    make_source: MakeSource, cursor: str | None
) -> None:
    source = make_source(users(10), cursor=cursor)
    pages = read(source, watermark=WATERMARK)

    for done in range(1, len(pages) + 1):
        rest = read(source, watermark=WATERMARK, resume=pages[done - 1].resume)
        assert ids(pages[:done]) + ids(rest) == ids(pages)
        assert rest[-1].cursor == pages[-1].cursor


def test_a_bad_row_is_told_with_place_position_field_and_reason_and_the_rest_goes_on(
    make_source: MakeSource, kind: str
) -> None:
    rows = users(7)
    rows[3]["email"] = "max at example"
    rows[5]["user_id"] = None
    pages = read(make_source(rows), watermark=WATERMARK)

    assert sorted(ids(pages)) == ["u000", "u001", "u002", "u004", "u006"]
    rejected = {row.field: row for page in pages for row in page.rejected}
    assert set(rejected) == {"email", "user_id"}
    wrong = rejected["email"]
    assert wrong.reason == "is not an e-mail address"
    assert (wrong.stream, wrong.key) == ("users", "u003")
    assert wrong.place == ("query of users" if "sql" in kind else f"users.{kind}")
    assert wrong.position == (5 if kind in ("csv", "sqlite") else 4)  # header; NULL first
    assert rejected["user_id"].reason == "is missing"


def test_an_empty_source_gives_one_empty_page(make_source: MakeSource) -> None:
    pages = read(make_source([]), watermark=WATERMARK)

    assert len(pages) == 1
    assert pages[0].frames["users"].schema == STREAMS["users"].schema()
    assert pages[0].frames["users"].is_empty()
    assert pages[0].rejected == ()


def test_it_says_what_it_provides_and_how_it_is_read(make_source: MakeSource, kind: str) -> None:
    source = make_source(users(1), cursor="updated_at")

    assert source.provides("users") == ("users",)
    assert source.incremental("users") is ("sql" in kind)
    assert make_source(users(1)).incremental("users") is False
