"""What is asked: times in every format, windows, templates, parameters of query and body."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from support.http_server import Api, Asked, Reply, as_json
from support.sources import WATERMARK, ids, read

from syncworker.sources.http import HttpSource
from syncworker.sources.http_reading import Bounds

Make = Callable[..., HttpSource]
NOTHING = as_json({"data": []})
SINCE = datetime(2026, 11, 20, 15, 30, 10, 123456, UTC).isoformat()


def asked(api: Api, source: HttpSource, **more: Any) -> list[dict[str, str]]:
    api.asked.clear()
    read(source, **more)
    return [request.params for request in api.asked]


@pytest.mark.parametrize(
    ("format_", "since", "until"),
    [
        ("iso", "2026-11-20T15:25:10.123456Z", "2026-11-21T12:00:00Z"),
        ("seconds", "1795188310", "1795262400"),
        ("milliseconds", "1795188310123", "1795262400000"),
        ("date", "2026-11-20", "2026-11-21"),
        ("hour", "20261120T15", "20261121T12"),
    ],
)
def test_times_are_written_as_the_api_wants_them(
    api: Api, make: Make, format_: str, since: str, until: str
) -> None:
    api.script(NOTHING)
    cursor = {"field": "at", "param": "from", "upper_param": "to", "format": format_}
    assert datetime.fromtimestamp(1795262400, UTC) == WATERMARK

    assert asked(api, make({"cursor": cursor}), since=SINCE) == [{"from": since, "to": until}]
    assert asked(api, make({"cursor": cursor})) == [{"to": until}]


def test_the_overlap_is_subtracted(api: Api, make: Make) -> None:
    api.script(NOTHING)
    stream = {"cursor": {"field": "at", "param": "from"}, "overlap": "2d"}
    assert asked(api, make(stream), since=SINCE) == [{"from": "2026-11-18T15:30:10.123456Z"}]


def test_a_whole_reading_begins_at_its_start(api: Api, make: Make) -> None:
    api.script(NOTHING)
    cursor = {"field": "at", "param": "from", "start": date(2026, 11, 1)}
    assert asked(api, make({"cursor": cursor})) == [{"from": "2026-11-01T00:00:00Z"}]
    assert asked(api, make({"cursor": cursor}), since=SINCE)[0]["from"] > "2026-11-20"


@pytest.mark.parametrize(
    ("format_", "window", "windows"),
    [
        (
            "date",
            "2d",
            [
                ("2026-11-16", "2026-11-17"),
                ("2026-11-18", "2026-11-19"),
                ("2026-11-20", "2026-11-21"),
            ],
        ),
        (
            "hour",
            "1d",
            [
                ("20261119T16", "20261120T15"),
                ("20261120T16", "20261121T12"),
            ],
        ),
        (
            "iso",
            "12h",
            [
                ("2026-11-20T23:00:00Z", "2026-11-21T11:00:00Z"),
                ("2026-11-21T11:00:00Z", "2026-11-21T12:00:00Z"),
            ],
        ),
    ],
)
def test_a_long_time_is_asked_for_in_windows_without_a_gap_or_a_unit_twice(
    api: Api, make: Make, format_: str, window: str, windows: list[tuple[str, str]]
) -> None:
    api.script(NOTHING)
    since = {"date": "2026-11-16T13:10:00Z", "hour": "2026-11-19T16:59:00Z"}.get(
        format_, "2026-11-20T23:00:00Z"
    )
    cursor = {
        "field": "at",
        "param": "from",
        "upper_param": "to",
        "format": format_,
        "start": date(2026, 1, 1),
        "window": window,
    }
    source = make({"cursor": cursor, "overlap": "0s"})

    assert [tuple(params.values()) for params in asked(api, source, since=since)] == windows


def windowed(request: Asked) -> Reply:
    """Two pages in each window; a row a day, at noon."""
    first = datetime.fromisoformat(request.params["from"])
    days = [first + timedelta(days=n) for n in range(7)]
    last = datetime.fromisoformat(request.params["to"])
    rows = [
        {"id": f"u{day:%d}", "email": None, "at": f"{day:%Y-%m-%d}"} for day in days if day <= last
    ]
    start = int(request.params["skip"])
    return as_json({"data": rows[start : start + 2]})


@pytest.mark.parametrize("done", range(1, 9))
def test_a_reading_in_windows_goes_on_behind_any_page(api: Api, make: Make, done: int) -> None:
    api.answer = windowed
    stream = {
        "paging": {"by": "offset", "param": "skip"},
        "cursor": {
            "field": "at",
            "param": "from",
            "upper_param": "to",
            "format": "date",
            "start": date(2026, 11, 9),
            "window": "3d",
        },
    }
    pages = read(make(stream, bounds=Bounds(page_rows=1)))
    everything = [f"u{day:02}" for day in range(9, 22)]
    assert ids(pages) == everything
    assert len(pages) == 9  # windows of 3 rows give 2 and 1; the last has one row

    rest = read(make(stream, bounds=Bounds(page_rows=1)), resume=pages[done - 1].resume)
    assert ids(pages[:done]) + ids(rest) == everything
    assert rest[-1].cursor == pages[-1].cursor == "2026-11-21T00:00:00+00:00"


def test_templates_are_filled_in_path_params_and_body(api: Api, make: Make) -> None:
    api.script(NOTHING)
    stream = {
        "path": "/from/{since}/users",
        "method": "POST",
        "params": {"q": "at>={since} and at<{until}", "since": "{since}", "n": 5, "b": True},
        "body": {
            "sql": "{ x } {since} {unknown}",
            "since": "{since}",
            "cursor": "{cursor}",
            "list": ["{limit}", {"deep": "{offset}"}],
            "null": None,
            "number": 7,
        },
        "paging": {"by": "offset", "size": 50},
        "cursor": {"field": "at", "format": "seconds"},
    }
    read(make(stream), since=SINCE)
    read(make(stream))
    first, whole = api.asked

    assert first.path == "/from/1795188310/users"
    assert first.params == {
        "q": "at>=1795188310 and at<1795262400",
        "since": "1795188310",
        "n": "5",
        "b": "true",
    }
    assert first.json == {
        "sql": "{ x } 1795188310 {unknown}",
        "since": 1795188310,
        "list": [50, {"deep": 0}],
        "null": None,
        "number": 7,
    }
    assert whole.path == "/from/0/users"
    assert whole.params["q"] == "at>=0 and at<1795262400"
    assert "since" not in whole.params
    assert "since" not in whole.json


def test_a_value_in_a_path_is_quoted(api: Api, make: Make) -> None:
    api.script(as_json({"data": [], "next": "a/b?c"}), NOTHING)
    stream = {"path": "users/{cursor}", "paging": {"by": "cursor", "path": "next"}}
    read(make(stream))
    assert [request.path for request in api.asked] == ["/users/", "/users/a%2Fb%3Fc"]


def test_parameters_go_into_the_bodys_sections(api: Api, make: Make) -> None:
    api.script(NOTHING)
    stream = {
        "method": "POST",
        "send_in": "body",
        "body": {"filter": {"kind": "x"}, "sort": "asc"},
        "paging": {"by": "page", "param": "page.number", "size_param": "page.size", "size": 9},
        "cursor": {"field": "at", "param": "filter.at.from", "upper_param": "filter.at.to"},
    }
    read(make(stream), since=SINCE)

    assert api.asked[0].params == {}
    assert api.asked[0].json == {
        "filter": {
            "kind": "x",
            "at": {"from": "2026-11-20T15:25:10.123456Z", "to": "2026-11-21T12:00:00Z"},
        },
        "sort": "asc",
        "page": {"number": 1, "size": 9},
    }


def test_a_post_without_a_body_sends_an_empty_object(api: Api, make: Make) -> None:
    api.script(NOTHING)
    read(make({"method": "POST"}))
    assert api.asked[0].json == {}


def test_the_base_urls_path_comes_first_and_slashes_are_not_doubled(api: Api, make: Make) -> None:
    api.script(NOTHING)
    read(make(base_url=f"{api.url}/api/v2/"))
    assert api.asked[0].path == "/api/v2/users"


AT = {"cursor": {"field": "meta.at", "param": "from"}}


def row(number: int, at: object) -> dict[str, object]:
    return {"id": f"u{number}", "email": None, "meta": {"at": at}}


def test_the_cursor_is_the_largest_value_read_in_any_form(api: Api, make: Make) -> None:
    api.script(
        as_json(
            {
                "data": [
                    row(1, "2026-11-20T10:00:00+02:00"),
                    row(2, 1795188310),
                    row(3, 1795188310500),
                    row(4, "2026-11-20 09:00:00"),
                ]
            }
        )
    )
    (page,) = read(make(AT))
    assert page.cursor == "2026-11-20T15:25:10.500000+00:00"


def test_rows_whose_time_cannot_be_told_are_taken_and_move_no_cursor(api: Api, make: Make) -> None:
    rows = [row(1, None), row(2, "soon"), row(3, {"x": 1}), {"id": "u4", "email": None}]
    api.script(as_json({"data": rows}))
    (page,) = read(make(AT), since=SINCE)
    assert ids([page]) == ["u1", "u2", "u3", "u4"]
    assert page.cursor == SINCE
    assert read(make(AT))[0].cursor is None


def test_rows_after_the_watermark_wait_and_do_not_move_the_cursor(api: Api, make: Make) -> None:
    later = (WATERMARK + timedelta(microseconds=1)).isoformat()
    api.script(as_json({"data": [row(1, WATERMARK.isoformat()), row(2, later), row(3, "bad")]}))
    (page,) = read(make(AT))
    assert ids([page]) == ["u1", "u3"]
    assert page.cursor == WATERMARK.isoformat()


def test_a_source_says_how_its_streams_are_read(make: Make) -> None:
    source = make({**AT, "full_every": "1d"})
    assert source.incremental("users") is True
    assert source.full_every("users") == timedelta(days=1)
    assert source.provides("users") == ("users",)
    assert source.count("users") is None
    assert make().incremental("users") is False
    assert make().full_every("users") is None
