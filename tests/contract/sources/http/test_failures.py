"""What a server or a network may do, and what is tried, waited for and said then."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from support.http_server import Api, Reply, as_json
from support.sources import WATERMARK, ids, read

from syncworker.errors import SourceError
from syncworker.sources.http import HttpSource
from syncworker.sources.http_reading import Bounds

Make = Callable[..., HttpSource]
GOOD = as_json({"data": [{"id": "u1", "email": "a@example.com"}]})
SECRET = "s3cr3t-value"


def failed(source: HttpSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(source)
    assert caught.value.message.startswith("source app, stream users: GET /users, page 1: ")
    assert SECRET not in caught.value.message + caught.value.help
    return caught.value


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 599])
def test_what_passes_by_itself_is_tried_again(
    api: Api, make: Make, clock: Any, status: int
) -> None:
    api.script(Reply(status=status), Reply(status=status), GOOD)

    assert ids(read(make())) == ["u1"]
    assert len(api.asked) == 3
    assert len(clock.slept) == 2
    assert 1 <= clock.slept[0] <= 2 <= clock.slept[1] <= 4


@pytest.mark.parametrize(
    ("status", "code"), [(429, "SOURCE_RATE_LIMIT"), (500, "SOURCE_UNAVAILABLE"), (503, "")]
)
def test_trying_again_ends_and_then_it_is_for_the_next_run(
    api: Api, make: Make, clock: Any, status: int, code: str
) -> None:
    api.script(Reply(b"<html>busy", status))
    error = failed(make({"params": {"token": SECRET}}))

    assert (error.code, error.recovery) == (code or "SOURCE_UNAVAILABLE", "retry")
    assert f"HTTP {status}" in error.message
    assert len(api.asked) == 6
    assert sum(clock.slept) < 180


@pytest.mark.parametrize(
    ("named", "low", "high"),
    [
        ("7", 7, 8),
        ("0", 0, 1),
        ("-5", 0, 1),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30, 31),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0, 1),
        ("Sat, 21 Nov 2026 12:00:30", 30, 31),
        ("soon", 1, 2),
        ("", 1, 2),
        ("9" * 400, 1, 2),
    ],
)
def test_the_wait_an_api_names_is_kept(
    api: Api, make: Make, clock: Any, named: str, low: float, high: float
) -> None:
    api.script(Reply(status=429, headers={"Retry-After": named}), GOOD)
    if named == "9" * 400:
        assert failed(make()).recovery == "retry"
        return
    assert ids(read(make())) == ["u1"]
    assert low <= clock.slept[0] <= high


def test_a_wait_that_is_too_long_is_left_to_the_next_run(api: Api, make: Make, clock: Any) -> None:
    api.script(Reply(status=429, headers={"Retry-After": "3600"}), GOOD)
    error = failed(make())

    assert (error.code, error.recovery) == ("SOURCE_RATE_LIMIT", "retry")
    assert (clock.slept, len(api.asked)) == ([], 1)


@pytest.mark.parametrize("status", [400, 402, 405, 406, 409, 410, 413, 418, 422, 451, 304, 206])
def test_a_refused_request_stops_at_once_with_the_apis_own_words(
    api: Api, make: Make, status: int
) -> None:
    body = b'{"error":\n "no such filter, max@example.com"}' if status != 304 else b""
    api.script(Reply(body, status))
    error = failed(make({"params": {"key": SECRET}}))

    assert (error.code, error.recovery) == ("SOURCE_REQUEST", "stop")
    assert f"HTTP {status}" in error.message
    if body:
        assert 'no such filter, m…@example.com"' in error.message
    assert len(api.asked) == 1


def test_an_echoed_key_is_not_repeated(api: Api, make: Make) -> None:
    api.answer = lambda asked: Reply(f"bad key {asked.headers['X-K']}".encode(), 400)
    auth = {"by": "header", "name": "X-K", "value": "env:KEY"}
    error = failed(make(auth=auth, secrets={"env:KEY": SECRET}))
    assert "bad key ***" in error.message


def test_a_long_error_page_is_cut(api: Api, make: Make) -> None:
    api.script(Reply(b"x" * 5000, 400))
    assert len(failed(make()).message) < 300


def test_404_stops_the_stream_unless_it_means_no_records(api: Api, make: Make) -> None:
    api.script(Reply(b"Not found", 404))
    error = failed(make())
    assert (error.code, error.recovery) == ("SOURCE_MISSING", "stop")
    assert "missing_is_empty: true" in error.help

    (page,) = read(make({"missing_is_empty": True}))
    assert page.frames["users"].is_empty()


def test_404_on_a_later_page_ends_the_list_where_it_means_no_records(api: Api, make: Make) -> None:
    api.script(GOOD, Reply(status=404))
    stream = {"missing_is_empty": True, "paging": {"by": "page", "param": "p"}}
    assert ids(read(make(stream))) == ["u1"]


def test_silence_is_tried_again_and_then_told(api: Api, make: Make) -> None:
    api.answer = lambda _: Reply(hang=20)
    error = failed(make(timeout_seconds=1))
    assert (error.code, error.recovery) == ("SOURCE_TIMEOUT", "retry")
    assert "timeout_seconds" in error.help
    assert len(api.asked) == 6


def test_a_body_that_breaks_off_is_tried_again(api: Api, make: Make) -> None:
    api.script(Reply(GOOD.body[:-5], length=len(GOOD.body)), GOOD)
    assert ids(read(make())) == ["u1"]
    assert len(api.asked) == 2


def test_a_body_that_always_breaks_off_is_told(api: Api, make: Make) -> None:
    api.script(Reply(GOOD.body[:-5], length=len(GOOD.body)))
    error = failed(make())
    assert (error.code, error.recovery) == ("SOURCE_UNREACHABLE", "retry")
    assert "broke off" in error.message


def test_a_body_larger_than_any_export_is_not_kept(
    api: Api, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncworker.sources.http_sender.MOST_BYTES", 1000)
    api.script(as_json({"data": ["x" * 2000]}))
    error = failed(make())
    assert (error.code, error.recovery, len(api.asked)) == ("SOURCE_SIZE", "stop", 1)


def test_a_large_body_goes_to_a_file_and_not_to_memory(
    api: Api, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncworker.sources.http_sender.IN_MEMORY", 10)
    api.script(GOOD)
    assert ids(read(make())) == ["u1"]


def test_a_full_disk_is_told(api: Api, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncworker.sources.http_sender.IN_MEMORY", 10)
    monkeypatch.setattr("tempfile.tempdir", "/nowhere-at-all")
    api.script(GOOD)
    error = failed(make())
    assert (error.code, error.recovery) == ("SOURCE_DISK", "stop")


@pytest.mark.parametrize(
    ("host", "code", "recovery"),
    [
        ("http://127.0.0.1:{closed}", "SOURCE_UNREACHABLE", "retry"),
        ("http://no-such-host.invalid", "SOURCE_UNREACHABLE", "retry"),
        ("https://127.0.0.1:{api}", "SOURCE_TLS", "stop"),
        ("http://.example", "SOURCE_REQUEST", "stop"),
    ],
)
def test_no_connection_is_told_without_the_query(
    api: Api, make: Make, host: str, code: str, recovery: str
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ports = {"closed": closed.getsockname()[1], "api": api.url.rpartition(":")[2]}
        error = failed(make({"params": {"key": SECRET}}, base_url=host.format(**ports)))

    assert (error.code, error.recovery) == (code, recovery)
    assert "base_url" in error.help


@pytest.mark.parametrize("url", ["http://[::1", "https://x.example:99999", "http://?x"])
def test_a_base_url_that_is_none_is_told_when_the_source_is_made(make: Make, url: str) -> None:
    with pytest.raises(SourceError) as caught:
        make(base_url=url)
    assert caught.value.code == "SOURCE_URL"


@pytest.mark.parametrize("header", ["a\nb", "snow ☃"])
def test_a_header_that_cannot_be_sent_is_told(api: Api, make: Make, header: str) -> None:
    error = failed(make(headers={"X-Note": header}))
    assert (error.code, error.recovery) == ("SOURCE_REQUEST", "stop")
    assert header not in error.message


def test_requests_are_spaced_as_the_rate_limit_says(api: Api, make: Make, clock: Any) -> None:
    cursors = iter(["a", "b", "c", None])
    api.answer = lambda _: as_json({"data": [], "next": next(cursors)})
    stream = {"paging": {"by": "cursor", "path": "next", "param": "c"}}
    read(make(stream, rate_limit={"per_minute": 30}))
    assert clock.slept == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("limit", "gap"),
    [({"per_hour": 60}, 60), ({"per_minute": 240, "per_hour": 2400}, 1.5), ({"per_minute": 6}, 10)],
)
def test_the_stricter_limit_counts_for_all_streams_of_a_source(
    api: Api, make: Make, clock: Any, limit: dict[str, int], gap: float
) -> None:
    api.script(GOOD)
    source = make(rate_limit=limit)
    read(source)
    read(source)
    clock.seconds += 0.25 * gap
    read(source)
    assert clock.slept == [gap, 0.75 * gap]


def test_a_slow_api_gives_a_page_now_and_then(api: Api, make: Make) -> None:
    api.answer = lambda asked: as_json(
        {"data": [{"id": f"u{n}", "email": None} for n in (int(asked.params["p"]),)]}
        if int(asked.params["p"]) < 6
        else {"data": []}
    )
    stream = {"paging": {"by": "page", "param": "p"}}
    pages = read(make(stream, rate_limit={"per_minute": 4}))
    assert [len(ids([page])) for page in pages] == [3, 2]


def test_an_error_on_a_later_page_leaves_the_pages_before_it(api: Api, make: Make) -> None:
    api.script(as_json({"data": [{"id": "u1"}], "next": "a"}), Reply(status=400))
    stream = {"paging": {"by": "cursor", "path": "next", "param": "c"}}
    pages = make(stream, bounds=Bounds(page_rows=1)).pages(
        "users", since=None, resume=None, watermark=WATERMARK
    )
    assert ids([next(pages)]) == ["u1"]
    with pytest.raises(SourceError, match="page 2: HTTP 400"):
        next(pages)
