"""Every way an API hands out a list, and every way that can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.http_server import Api, Asked, Reply, as_json
from support.sources import ids, read

from syncworker.errors import SourceError
from syncworker.sources.http import HttpSource
from syncworker.sources.http_reading import Bounds

Make = Callable[..., HttpSource]
USERS = [{"id": f"u{n}", "email": f"u{n}@example.com", "role": "r"} for n in range(7)]
ALL = [user["id"] for user in USERS]


def sliced(asked: Asked, start: int, size: int = 3) -> list[dict[str, str]]:
    return USERS[start : start + size]


def by_cursor(asked: Asked) -> Reply:
    start = int(asked.params.get("after", 0))
    more = {"next": start + 3} if start + 3 < len(USERS) else {}
    return as_json({"data": sliced(asked, start), "page": more})


def by_last_id(asked: Asked) -> Reply:
    start = ALL.index(asked.params["after"]) + 1 if "after" in asked.params else 0
    return as_json({"data": sliced(asked, start), "has_more": start + 3 < len(USERS)})


def by_page(asked: Asked) -> Reply:
    number, size = int(asked.params["p"]), int(asked.params["n"])
    return as_json({"data": sliced(asked, (number - 1) * size, size)})


def by_offset(asked: Asked) -> Reply:
    return as_json({"data": sliced(asked, int(asked.params["skip"]), int(asked.params["take"]))})


def by_offset_in_body(asked: Asked) -> Reply:
    page = asked.json["page"]
    return as_json({"data": sliced(asked, page["skip"], page["take"])})


def by_template(asked: Asked) -> Reply:
    limit, offset = asked.json["sql"].split()[-1].split("+")
    return as_json({"data": sliced(asked, int(offset), int(limit))})


def by_link(asked: Asked) -> Reply:
    start = int(asked.params.get("s", 0))
    link = f'</users?s={start + 3}>; rel="next", </users>; rel="first"'
    return as_json({"data": sliced(asked, start)}, **({"Link": link} if start < 6 else {}))


def by_url(asked: Asked) -> Reply:
    start = int(asked.params.get("s", 0))
    host = asked.headers["Host"]
    url = f"http://{host}/users?s={start + 3}&token=t0k" if start < 6 else None
    return as_json({"data": sliced(asked, start), "links": {"next": url}})


def by_relative_url(asked: Asked) -> Reply:
    start = int(asked.params.get("s", 0))
    return (
        as_json({"data": sliced(asked, start), "links": {"next": f"?s={start + 3}"}})
        if (start < 6)
        else as_json({"data": sliced(asked, start)})
    )


POST = {"method": "POST"}
KINDS: list[tuple[str, dict[str, Any], Callable[[Asked], Reply], int]] = [
    ("cursor", {"paging": {"by": "cursor", "path": "page.next", "param": "after"}}, by_cursor, 3),
    (
        "last record",
        {"paging": {"by": "cursor", "field": "id", "param": "after", "more": "has_more"}},
        by_last_id,
        3,
    ),
    ("keyset", {"paging": {"by": "cursor", "field": "id", "param": "after"}}, by_last_id, 4),
    (
        "page",
        {"paging": {"by": "page", "param": "p", "size_param": "n", "size": 3}},
        by_page,
        4,
    ),
    (
        "offset",
        {"paging": {"by": "offset", "param": "skip", "size_param": "take", "size": 3}},
        by_offset,
        4,
    ),
    (
        "offset in the body",
        {
            **POST,
            "send_in": "body",
            "body": {"page": {"order": "id"}},
            "paging": {"by": "offset", "param": "page.skip", "size_param": "page.take", "size": 3},
        },
        by_offset_in_body,
        4,
    ),
    (
        "templates",
        {
            **POST,
            "body": {"sql": "from users {limit}+{offset}"},
            "paging": {"by": "offset", "size": 3},
        },
        by_template,
        4,
    ),
    ("link header", {"paging": {"by": "link_header"}}, by_link, 3),
    ("next url", {"paging": {"by": "next_url", "path": "links.next"}}, by_url, 3),
    ("relative url", {"paging": {"by": "next_url", "path": "links.next"}}, by_relative_url, 3),
]
NAMED = pytest.mark.parametrize(
    ("stream", "answer", "requests"), [kind[1:] for kind in KINDS], ids=[k[0] for k in KINDS]
)


@NAMED
def test_every_record_comes_once(
    api: Api,
    make: Make,
    stream: dict[str, Any],
    answer: Callable[[Asked], Reply],
    requests: int,
) -> None:
    api.answer = answer
    pages = read(make(stream))

    assert [ids([page]) for page in pages] == [ALL]
    assert len(api.asked) == requests


@NAMED
def test_a_fresh_source_goes_on_behind_any_page_and_asks_for_no_page_twice(
    api: Api,
    make: Make,
    stream: dict[str, Any],
    answer: Callable[[Asked], Reply],
    requests: int,
) -> None:
    api.answer = answer
    pages = read(make(stream, bounds=Bounds(page_rows=3)))
    assert [len(ids([page])) for page in pages] == [3, 3, 1]

    for done in range(1, 4):
        api.asked.clear()
        rest = read(make(stream, bounds=Bounds(page_rows=3)), resume=pages[done - 1].resume)
        assert ids(pages[:done]) + ids(rest) == ALL
        assert len(api.asked) == (requests - done if done < 3 else 0)


def test_a_single_answer_is_not_asked_for_again_after_it_was_read(api: Api, make: Make) -> None:
    api.answer = lambda _: as_json({"data": USERS})
    (page,) = read(make())
    (rest,) = read(make(), resume=page.resume)

    assert (ids([page]), ids([rest])) == (ALL, [])
    assert len(api.asked) == 1


def test_an_empty_page_in_the_middle_of_cursors_does_not_end_the_list(api: Api, make: Make) -> None:
    api.script(
        as_json({"data": USERS[:1], "next": "a"}),
        as_json({"data": [], "next": "b"}),
        as_json({"data": USERS[1:2]}),
    )
    stream = {"paging": {"by": "cursor", "path": "next", "param": "after"}}

    assert ids(read(make(stream))) == ["u0", "u1"]


def test_a_next_url_of_another_scheme_is_asked_by_the_base_urls_own(api: Api, make: Make) -> None:
    host = api.url.removeprefix("http://").partition(":")[0]
    api.script(
        as_json({"data": USERS[:1], "next": f"https://{host}/users?s=1"}),
        as_json({"data": USERS[1:2]}),
    )
    stream = {"paging": {"by": "next_url", "path": "next"}}

    assert ids(read(make(stream))) == ["u0", "u1"]


def next_url(url: str) -> tuple[dict[str, Any], Reply]:
    paging = {"by": "next_url", "path": "next"}
    return paging, as_json({"data": USERS[:1], "next": url})


CURSOR = {"by": "cursor", "path": "next", "param": "after"}
PAGE = {"by": "page", "param": "p"}
DATA = {"data": USERS[:2]}
BAD: list[tuple[dict[str, Any], Reply, str]] = [
    (CURSOR, as_json({**DATA, "next": "same"}), "page 2: the answer names a page that has been"),
    ({**CURSOR, "by": "next_url"}, as_json(DATA), ""),
    (PAGE, as_json(DATA), "page 2: the answer has the same records as the page before"),
    ({"by": "offset", "param": "o"}, as_json(DATA), "the same records as the page before"),
    ({**CURSOR, "path": None, "field": "id"}, as_json(DATA), "names a page that has been read"),
    ({**CURSOR, "path": None, "field": "nr"}, as_json(DATA), "last record has no nr to go on from"),
    (CURSOR, as_json({**DATA, "next": {"x": 1}}), "at next is neither text nor a number"),
    (CURSOR, as_json({**DATA, "next": ["x"]}), "at next is neither text nor a number"),
    (CURSOR, as_json({**DATA, "next": True}), "at next is neither text nor a number"),
    ({**CURSOR, "more": "more"}, as_json({**DATA, "next": "x"}), "nor false stands at more"),
    ({**CURSOR, "more": "more"}, as_json({**DATA, "more": "yes"}), "nor false stands at more"),
    ({**PAGE, "more": "m.n"}, as_json({**DATA, "m": {"n": None}}), "nor false stands at m.n"),
    (*next_url("https://evil.example/users?s=1"), "lies on another host (evil.example)"),
    (*next_url("http://127.0.0.1:9/users"), "lies on another host (127.0.0.1)"),
    (*next_url("http://127.0.0.1@evil.example/"), "lies on another host (evil.example)"),
    (*next_url("//evil.example/users"), "lies on another host (evil.example)"),
    (*next_url("ftp://evil.example/users"), "lies on another host (evil.example)"),
    (*next_url("http://[evil/users"), "lies on another host"),
    (*next_url("/users"), "names a page that has been read already"),
    ({"by": "link_header"}, as_json(DATA, Link='<https://evil.example>; rel="next"'), "evil."),
]


@pytest.mark.parametrize(("paging", "reply", "words"), [bad for bad in BAD if bad[2]])
def test_paging_that_goes_in_circles_or_elsewhere_stops_the_stream(
    api: Api, make: Make, paging: dict[str, Any], reply: Reply, words: str
) -> None:
    api.script(reply)
    paging = {name: value for name, value in paging.items() if value is not None}

    with pytest.raises(SourceError) as caught:
        read(make({"paging": paging}))

    assert "source app, stream users: GET /users, page " in caught.value.message
    assert words in caught.value.message
    assert (caught.value.code, caught.value.recovery) == ("SOURCE_PAGING", "stop")
    assert caught.value.help
    assert len(api.asked) < 4


def test_cursors_that_go_in_a_long_circle_are_noticed(api: Api, make: Make) -> None:
    after = {None: "a", "a": "b", "b": "c", "c": "a"}
    api.answer = lambda asked: as_json({"data": [], "next": after[asked.params.get("after")]})

    with pytest.raises(SourceError, match="page 4: the answer names a page that has been read"):
        read(make({"paging": CURSOR}))


def test_more_pages_than_may_be_stop_the_stream(api: Api, make: Make) -> None:
    api.answer = lambda _: as_json({"data": [], "next": len(api.asked)})

    with pytest.raises(SourceError, match="page 5: there are more than 5 pages"):
        read(make({"paging": CURSOR}, bounds=Bounds(pages=5)))


@pytest.mark.parametrize("cursor", ["a' OR 1=1", 'a"', "a\\"])
def test_a_cursor_with_a_quote_is_not_written_into_a_text(
    api: Api, make: Make, cursor: str
) -> None:
    api.script(as_json({"data": USERS[:1], "next": cursor}), as_json({"data": []}))
    stream = {
        "method": "POST",
        "body": {"sql": "select * from users where id > '{cursor}'"},
        "paging": {"by": "cursor", "path": "next"},
    }

    with pytest.raises(SourceError, match="cursor holds a quote"):
        read(make(stream))
    assert len(api.asked) == 1


def test_a_cursor_alone_in_a_parameter_may_hold_anything(api: Api, make: Make) -> None:
    api.script(as_json({"data": USERS[:1], "next": "a'\"\\ &=é"}), as_json({"data": []}))
    stream = {"params": {"c": "{cursor}", "n": 1}, "paging": {"by": "cursor", "path": "next"}}
    read(make(stream))

    assert [asked.params for asked in api.asked] == [{"n": "1"}, {"n": "1", "c": "a'\"\\ &=é"}]
