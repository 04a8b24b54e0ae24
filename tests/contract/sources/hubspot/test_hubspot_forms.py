"""Submissions of forms as demo requests and trials."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from support.hubspot_world import FORM, OTHER_FORM, hubspot_source
from support.source_world import START, WATERMARK

from syncworker.engine.ports import Page, Source
from syncworker.errors import SourceError
from syncworker.sandbox import routes_account
from syncworker.sandbox.answers import Json
from syncworker.sandbox.server import SandboxServer

HOUR = timedelta(hours=1)
FORMS = {FORM: {"stream": "demo_requests", "type": "live"}, OTHER_FORM: {"stream": "trials"}}


def _submit(
    sandbox: SandboxServer, number: int, at: datetime, form: str = FORM, **more: object
) -> None:
    values = [{"name": "email", "value": f"user{number}@example.com", "objectTypeId": "0-1"}]
    body: Json = {
        "conversionId": f"c{number}",
        "submittedAt": round(at.timestamp() * 1000),
        "pageUrl": "https://vendor.example/demo",
        "values": values,
        **more,
    }
    sandbox.portal.forms.setdefault(form, []).append(body)


@pytest.fixture
def filled(sandbox: SandboxServer) -> SandboxServer:
    """Eight requests, one an hour."""
    for number in range(8):
        _submit(sandbox, number, START + number * HOUR)
    sandbox.portal.forms[OTHER_FORM] = []
    return sandbox


def _source(sandbox: SandboxServer, page_rows: int = 3, **more: object) -> Source:
    config = {"streams": ["demo_requests", "trials"], "forms": FORMS, **more}
    return hubspot_source(sandbox, page_rows=page_rows, **config)


def _read(source: Source, stream: str = "demo_requests", **more: object) -> list[Page]:
    arguments = {"since": None, "resume": None, "watermark": WATERMARK, **more}
    return list(source.pages(stream, **arguments))


def _ids(pages: list[Page], stream: str = "demo_requests") -> list[str]:
    return [key for page in pages for key in page.frames[stream]["source_id"]]


def test_every_submission_is_a_row_several_of_a_person_too(filled: SandboxServer) -> None:
    _submit(filled, 8, START + 8 * HOUR, values=[{"name": "email", "value": "User0@Example.com"}])
    pages = _read(_source(filled))

    assert _ids(pages) == [f"c{number}" for number in range(8, -1, -1)]
    row = pages[0].frames["demo_requests"].row(0, named=True)
    assert row["email"] == "user0@example.com"
    assert (row["type"], row["form_id"]) == ("live", FORM)
    assert row["page"] == "https://vendor.example/demo"
    assert row["submitted_at"] == START + 8 * HOUR
    assert {page.cursor for page in pages} == {(START + 8 * HOUR).isoformat()}
    assert "page" in pages[0].columns["demo_requests"]


def test_a_trial_form_gives_trials_with_address_and_form(filled: SandboxServer) -> None:
    _submit(filled, 1, START, OTHER_FORM)
    pages = _read(_source(filled), "trials")

    (row,) = pages[0].frames["trials"].rows(named=True)
    assert (row["trial_id"], row["email"]) == ("c1", "user1@example.com")
    assert (row["form_id"], row["requested_at"], row["account_id"]) == (OTHER_FORM, START, None)


def test_a_reading_from_a_cursor_ends_where_submissions_are_older_than_the_overlap(
    sandbox: SandboxServer,
) -> None:
    for number in range(200):
        _submit(sandbox, number, START + number * HOUR)
    last = START + 199 * HOUR
    _submit(sandbox, 200, last - timedelta(minutes=4))
    _submit(sandbox, 201, last - timedelta(minutes=6))
    source = _source(sandbox, page_rows=1_000)
    sandbox.portal.stats.reset()

    pages = _read(source, since=last.isoformat())

    assert _ids(pages) == ["c199", "c200"]
    assert sandbox.portal.stats.requests == 2
    assert pages[-1].cursor == last.isoformat()


def test_submissions_that_do_not_come_in_order_are_read_all_the_same(
    filled: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A submission by the API may state an earlier time; what order it then has is not published.
    order = {f"c{number}": place for place, number in enumerate((3, 7, 1, 5, 0, 6, 2, 4))}
    monkeypatch.setattr(
        routes_account,
        "sorted",
        lambda form, **_: sorted(form, key=lambda one: order[one["conversionId"]]),
        raising=False,
    )
    pages = _read(_source(filled))
    assert sorted(_ids(pages)) == [f"c{number}" for number in range(8)]
    assert pages[-1].cursor == (START + 7 * HOUR).isoformat()


def test_a_whole_reading_takes_a_request_for_fifty_submissions(sandbox: SandboxServer) -> None:
    for number in range(120):
        _submit(sandbox, number, START + number * HOUR)

    (page,) = _read(_source(sandbox, page_rows=20_000))

    assert page.frames["demo_requests"].height == 120
    queries = [one.query for one in sandbox.portal.stats.log]
    assert queries == ["limit=50", "limit=50&after=50", "limit=50&after=100"]


def test_resuming_after_any_page_loses_and_doubles_nothing(filled: SandboxServer) -> None:
    pages = _read(_source(filled))
    assert len(pages) == 3

    for done in range(1, len(pages) + 1):
        rest = _read(_source(filled), resume=pages[done - 1].resume)
        assert _ids(pages[:done]) + _ids(rest) == _ids(pages)
        assert rest[-1].cursor == pages[-1].cursor


@pytest.mark.parametrize("arriving", [1, 2, 7])
def test_what_arrives_while_pages_are_read_is_neither_lost_nor_doubles_others(
    filled: SandboxServer, arriving: int
) -> None:
    source = _source(filled)
    reading = source.pages("demo_requests", since=None, resume=None, watermark=WATERMARK)
    pages = [next(reading)]
    for number in range(arriving):
        _submit(filled, 100 + number, WATERMARK + timedelta(seconds=1 + number))
    resumed = _read(_source(filled), resume=pages[0].resume)
    pages += list(reading)

    assert _ids(pages) == [f"c{number}" for number in range(7, -1, -1)]
    assert _ids(pages[:1]) + _ids(resumed) == _ids(pages)
    later = _read(source, since=pages[-1].cursor, watermark=WATERMARK + HOUR)
    assert {f"c{100 + number}" for number in range(arriving)} <= set(_ids(later))


def test_two_of_one_moment_on_both_sides_of_a_page_are_both_read(sandbox: SandboxServer) -> None:
    for number in range(7):
        _submit(sandbox, number, START)

    assert sorted(_ids(_read(_source(sandbox)))) == [f"c{number}" for number in range(7)]


def test_several_forms_of_one_stream_are_read_one_after_the_other(filled: SandboxServer) -> None:
    both = {FORM: {"stream": "demo_requests"}, OTHER_FORM: {"stream": "demo_requests"}}
    for number in range(10, 14):
        _submit(filled, number, START + number * HOUR, OTHER_FORM)
    source = _source(filled, streams=["demo_requests"], forms=both)

    pages = _read(source)

    assert sorted(_ids(pages)) == sorted(f"c{n}" for n in (*range(8), *range(10, 14)))
    assert pages[-1].cursor == (START + 13 * HOUR).isoformat()
    for done in range(1, len(pages) + 1):
        assert _ids(pages[:done]) + _ids(_read(source, resume=pages[done - 1].resume)) == _ids(
            pages
        )


def test_a_submission_without_an_address_is_rejected(filled: SandboxServer) -> None:
    fields = [
        {"name": "company", "value": "ACME"},
        {"name": "email", "value": "sales@acme.example", "objectTypeId": "0-2"},
    ]
    _submit(filled, 8, START + 8 * HOUR, values=fields)
    pages = _read(_source(filled))

    (rejected,) = [row for page in pages for row in page.rejected]
    assert (rejected.field, rejected.reason) == ("email", "is missing")
    assert (rejected.place, rejected.position, rejected.key) == (f"form {FORM}", 1, "c8")
    assert len(_ids(pages)) == 8


def test_a_submission_whose_time_cannot_be_read_is_rejected(filled: SandboxServer) -> None:
    filled.portal.forms[FORM][7]["submittedAt"] = 9**30
    pages = _read(_source(filled))

    assert [row.field for page in pages for row in page.rejected] == ["submitted_at"]
    assert len(_ids(pages)) == 7


def test_a_form_without_submissions_gives_an_empty_page(filled: SandboxServer) -> None:
    (page,) = _read(_source(filled), "trials")
    assert page.frames["trials"].is_empty()
    assert page.cursor is None
    assert _source(filled).count("trials") is None


def test_a_form_that_is_not_there_is_named(filled: SandboxServer) -> None:
    del filled.portal.forms[OTHER_FORM]
    with pytest.raises(SourceError) as told:
        _read(_source(filled), "trials")

    assert told.value.code == "SOURCE_FORM"
    assert told.value.message == f"source crm, stream trials: the portal has no form {OTHER_FORM}"
    assert "forms" in told.value.help
    assert told.value.recovery == "stop"
