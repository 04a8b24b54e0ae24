"""What an answer may look like: JSON, JSON Lines, lists with column names, packed in every way."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from support.http_server import Api, Reply, as_json
from support.sources import ids, read

from syncworker.errors import SourceError
from syncworker.sources.http import HttpSource
from syncworker.sources.http_reading import Bounds

Make = Callable[..., HttpSource]
ROWS = [{"id": f"u{n}", "email": f"u{n}@example.com", "role": "r"} for n in range(5)]
ALL = [row["id"] for row in ROWS]
LINES = "".join(f"{json.dumps(row)}\n" for row in ROWS).encode()
HEAD, TAIL = LINES[: LINES.index(b"\n") + 1], LINES[LINES.index(b"\n") + 1 :]
WHOLE = {"records": ""}


def zipped(*files: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.mkdir("folder")
        for number, file in enumerate(files):
            archive.writestr(f"folder/{number}.json", file)
    return packed.getvalue()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


BODIES = {
    "json list": json.dumps(ROWS).encode(),
    "indented json list": json.dumps(ROWS, indent=2).encode(),
    "lines": LINES,
    "lines without a last line end": LINES.rstrip(),
    "lines with a BOM, CRLF and empty lines": b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\r\n\r\n"),
    "lines in gzip": gzip.compress(LINES),
    "lines in two gzip members": gzip.compress(HEAD) + gzip.compress(TAIL),
    "gzip in gzip": gzip.compress(gzip.compress(LINES)),
    "zip": zipped(LINES),
    "stored zip": zipped(LINES, method=zipfile.ZIP_STORED),
    "zip of several gzip files": zipped(gzip.compress(HEAD), gzip.compress(TAIL)),
    "zip with an empty file": zipped(b"", LINES, b"\n"),
    "zip in gzip": gzip.compress(zipped(LINES)),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_every_packing_gives_every_record(api: Api, make: Make, body: bytes) -> None:
    api.script(Reply(body, headers={"Content-Type": "application/octet-stream"}))
    assert ids(read(make(WHOLE))) == ALL


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(LINES)),
        ("x-gzip", gzip.compress(LINES)),
        ("deflate", zlib.compress(LINES)),
        ("deflate", raw_deflate(LINES)),
        ("gzip", LINES),  # some servers say so and do not
        ("identity", LINES),
        ("GZIP", gzip.compress(json.dumps(ROWS).encode())),
    ],
    ids=["gzip", "x-gzip", "deflate", "raw deflate", "gzip untrue", "identity", "upper case"],
)
def test_content_encodings_are_undone(api: Api, make: Make, encoding: str, body: bytes) -> None:
    api.script(Reply(body, headers={"Content-Encoding": encoding}))
    assert ids(read(make(WHOLE))) == ALL
    assert api.asked[0].headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    "body",
    [b"", b"\n \n", zipped(), zipped(b""), gzip.compress(b"")],
    ids=["nothing", "blank", "zip of nothing", "zip of an empty file", "gzip of nothing"],
)
@pytest.mark.parametrize("encoding", ["identity", "deflate"])
def test_an_empty_export_has_no_records(api: Api, make: Make, body: bytes, encoding: str) -> None:
    if encoding == "deflate":
        body = zlib.compress(body.strip()) if body.strip() == b"" else b""
    api.script(Reply(body, headers={"Content-Encoding": encoding}))
    (page,) = read(make(WHOLE))
    assert (page.frames["users"].height, page.rejected, page.declared) == (0, (), False)


def test_an_answer_without_content_has_no_records(api: Api, make: Make) -> None:
    api.script(Reply(status=204))
    assert ids(read(make())) == []


def test_one_object_is_one_record_where_no_path_is_told(api: Api, make: Make) -> None:
    api.script(as_json(ROWS[0]))
    assert ids(read(make(WHOLE))) == ["u0"]


def test_lists_with_names_are_read_by_name_and_tell_all_their_columns(api: Api, make: Make) -> None:
    stream = {"records": "results", "columns": "columns"}
    api.script(
        as_json({"columns": ["role", "id", "x"], "results": [["r", "u0", 1], ["s", "u1", None]]})
    )
    (page,) = read(make(stream))
    assert page.frames["users"]["role"].to_list() == ["r", "s"]
    assert page.columns == {"users": frozenset({"user_id", "role"})}
    assert page.declared is True


def test_names_are_told_without_any_record(api: Api, make: Make) -> None:
    stream = {"records": "results", "columns": "columns"}
    api.script(as_json({"columns": ["id", "email"], "results": []}))
    (page,) = read(make(stream))
    assert (page.columns, page.declared) == ({"users": frozenset({"user_id", "email"})}, True)


def test_a_long_export_is_cut_into_pages_and_gone_on_with_in_its_middle(
    api: Api, make: Make
) -> None:
    api.script(Reply(zipped(gzip.compress(HEAD), gzip.compress(TAIL))))
    pages = read(make(WHOLE, bounds=Bounds(page_rows=2)))
    assert [len(ids([page])) for page in pages] == [2, 2, 1]

    for done in range(1, 4):
        rest = read(make(WHOLE, bounds=Bounds(page_rows=2)), resume=pages[done - 1].resume)
        assert ids(pages[:done]) + ids(rest) == ALL


def test_a_bad_line_is_told_with_its_position_and_the_rest_goes_on(api: Api, make: Make) -> None:
    lines = LINES.splitlines(keepends=True)
    bad = b'{"id": "u9", \n'
    body = b"".join([lines[0], bad, b"7\n", lines[1], b"\xff\xfe\n", lines[2]])
    api.script(Reply(body))
    (page,) = read(make(WHOLE))

    assert ids([page]) == ["u0", "u1", "u2"]
    told = [
        (row.position, row.place, row.field, row.reason.partition(":")[0]) for row in page.rejected
    ]
    assert told == [
        (2, "GET /users", "", "is not JSON"),
        (3, "GET /users", "", "is JSON, but not an object"),
        (5, "GET /users", "", "is not JSON"),
    ]


def test_lines_whose_content_type_says_so_are_lines_however_the_first_looks(
    api: Api, make: Make
) -> None:
    api.script(Reply(b"oops\n" + LINES, headers={"Content-Type": "application/x-ndjson"}))
    (page,) = read(make(WHOLE))
    assert ids([page]) == ALL
    assert [row.position for row in page.rejected] == [1]


PATH = {"records": "data"}
COLUMNS = {"records": "results", "columns": "columns"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
GZIP = gzip.compress(LINES * 50)
ZIP = zipped(LINES * 50)
BAD: dict[str, tuple[dict[str, str], Reply, str]] = {
    "html": (PATH, Reply(b"<!doctype html><p>Sign in", headers=HTML), "HTML came where JSON"),
    "html as json": (PATH, Reply(b" \n<html>"), "HTML came where JSON was expected"),
    "html without a path": (WHOLE, Reply(b"<html>"), "HTML came where JSON was expected"),
    "empty html": (WHOLE, Reply(b"", headers=HTML), "HTML came where JSON was expected"),
    "html of one line with an object": (
        WHOLE,
        Reply(b"{}", headers=HTML),
        "HTML came where JSON was expected",
    ),
    "empty": (PATH, Reply(b""), "the answer is empty where JSON was expected"),
    "blank": (PATH, Reply(b" \n "), "the answer is empty where JSON was expected"),
    "cut off": (PATH, Reply(b'{"data": [{"id": "u1"}'), "the answer is not JSON"),
    "text": (PATH, Reply(b"terminated early"), "the answer is not JSON"),
    "text without a path": (WHOLE, Reply(b"terminated early"), "the answer is not JSON"),
    "NaN": (PATH, Reply(b'{"data": NaN}'), "the answer is not JSON"),
    "not UTF-8": (PATH, Reply('{"data": "é"}'.encode("latin-1")), "the answer is not JSON"),
    "UTF-16": (PATH, Reply('{"data": []}'.encode("utf-16")), "the answer is not JSON"),
    "too deep": (PATH, Reply(b'{"data":' + b"[" * 5000 + b"]" * 5000 + b"}"), "is not JSON"),
    "two documents": (PATH, Reply(b'{"data": []}{"data": []}'), "the answer is not JSON"),
    "no records": (PATH, as_json({"items": []}), "nothing stands at data where the list"),
    "records null": (PATH, as_json({"data": None}), "a null stands at data where the list"),
    "records a section": (PATH, as_json({"data": {"id": 1}}), "a section stands at data"),
    "records a text": (PATH, as_json({"data": "x"}), "a text stands at data"),
    "records a number": (PATH, as_json({"data": 5}), "a number stands at data"),
    "records true": (PATH, as_json({"data": True}), "a true or false stands at data"),
    "a list in place of a section": (PATH, as_json([1]), "nothing stands at data"),
    "a number as the answer": (WHOLE, as_json(5), "a number stands at its top level"),
    "a text as the answer": (WHOLE, as_json("hi"), "a text stands at its top level"),
    "an error as the answer": (PATH, as_json({"error": "x"}), "nothing stands at data"),
    "a record that is text": (PATH, as_json({"data": ["u1"]}), "record 1 is a text, not an object"),
    "a record that is null": (PATH, as_json({"data": [{}, None]}), "record 2 is a null, not an"),
    "a record that is a list": (
        PATH,
        as_json({"data": [[1]]}),
        "record 1 is a list, not an object",
    ),
    "no names": (COLUMNS, as_json({"results": [[1]]}), "no list of column names stands at columns"),
    "names are numbers": (COLUMNS, as_json({"results": [], "columns": [1]}), "no list of column"),
    "names are text": (COLUMNS, as_json({"results": [], "columns": "id"}), "no list of column"),
    "a short list": (
        COLUMNS,
        as_json({"results": [[1, 2]], "columns": ["id"]}),
        "record 1 has 2 values where there are 1 columns",
    ),
    "an object among lists": (
        COLUMNS,
        as_json({"results": [{"id": 1}], "columns": ["id"]}),
        "record 1 is no list where there are 1 columns",
    ),
    "brotli": (
        PATH,
        Reply(b"x", headers={"Content-Encoding": "br"}),
        "packed as br, which was not asked for",
    ),
    "gzip cut off": (WHOLE, Reply(GZIP[:-12]), "the packed answer ends too early"),
    "gzip head only": (WHOLE, Reply(GZIP[:2]), "the packed answer ends too early"),
    "gzip damaged": (WHOLE, Reply(GZIP[:60] + b"\0" * 9 + GZIP[69:]), "the packed answer"),
    "gzip of a wrong sum": (WHOLE, Reply(GZIP[:-8] + b"\0" * 8), "the packed answer is damaged"),
    "gzip header damaged": (WHOLE, Reply(b"\x1f\x8b\xff" + GZIP[3:]), "the packed answer is"),
    "deflate cut off": (
        WHOLE,
        Reply(zlib.compress(LINES * 9)[:-9], headers={"Content-Encoding": "deflate"}),
        "the packed answer ends too early",
    ),
    "deflate damaged": (
        WHOLE,
        Reply(b"\x78\x9c" + b"\xff" * 40, headers={"Content-Encoding": "deflate"}),
        "the packed answer is damaged",
    ),
    "zip cut off": (WHOLE, Reply(ZIP[:-30]), "the packed answer is damaged"),
    "zip damaged": (
        WHOLE,
        Reply(ZIP.replace(b"{", b"x", 1)[:200] + b"\0" + ZIP[201:]),
        "the packed answer",
    ),
    "last line cut off": (
        WHOLE,
        Reply(LINES[:-10]),
        "the last line is not JSON: unexpected end of data at",
    ),
    "last line a message": (WHOLE, Reply(LINES + b"terminated early\n"), "the last line is not"),
}


@pytest.mark.parametrize(("stream", "reply", "words"), BAD.values(), ids=BAD.keys())
def test_an_answer_that_cannot_be_used_stops_the_stream_and_says_why(
    api: Api, make: Make, stream: dict[str, str], reply: Reply, words: str
) -> None:
    api.script(reply)
    with pytest.raises(SourceError) as caught:
        read(make({**stream, "params": {"page_token": "s3cr3t"}}))

    assert caught.value.message.startswith("source app, stream users: GET /users, page 1: ")
    assert words in caught.value.message
    assert "s3cr3t" not in caught.value.message
    assert caught.value.code == "SOURCE_ANSWER"
    assert (caught.value.recovery == "retry") is ("packed answer" in words or "last line" in words)


@pytest.mark.long
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(b"{}\n" * 10**6), {}),
        (zlib.compress(b"{}\n" * 10**6), {"Content-Encoding": "deflate"}),
        (zipped(b"{}\n" * 10**6), {}),
        (zipped(*[gzip.compress(b'{"id": 1}\n' * 10**4)] * 9), {}),
        (gzip.compress(b"\n" * 10**6), {}),
        (gzip.compress(b"[" + b" " * 10**6 + b"]"), {}),
        (gzip.compress(gzip.compress(b" " * 10**6)), {}),
    ],
    ids=["gzip", "deflate", "zip", "gzip in zip", "line ends", "one document", "gzip in gzip"],
)
def test_a_bomb_is_not_unpacked(api: Api, make: Make, body: bytes, headers: dict[str, str]) -> None:
    assert len(body) < 50_000
    api.script(Reply(body, headers=headers))
    with pytest.raises(SourceError) as caught:
        read(make(WHOLE, bounds=Bounds(page_rows=10**9, unpacked=500_000)))
    assert caught.value.code == "SOURCE_SIZE"
    assert "too large when it is unpacked" in caught.value.message
    assert "smaller pages" in caught.value.help


def test_a_body_packed_more_often_than_is_sane_is_no_json(api: Api, make: Make) -> None:
    body = LINES
    for _ in range(5):
        body = gzip.compress(body)
    api.script(Reply(body))
    with pytest.raises(SourceError, match="not JSON"):
        read(make(WHOLE))


def test_an_encrypted_archive_is_told(api: Api, make: Make) -> None:
    body = bytearray(zipped(LINES))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = body.rindex(mark)
        body[place + flags] |= 1
    api.script(Reply(bytes(body)))
    with pytest.raises(SourceError, match="encrypted"):
        read(make(WHOLE))


def test_no_generated_damage_ends_in_anything_but_rows_or_a_source_error(
    api: Api, make: Make
) -> None:
    """300 bodies with bytes changed, cut and doubled; each gives rows or says what is wrong."""
    chance = random.Random(20261121)
    errors = []
    for _ in range(300):
        body = bytearray(chance.choice(list(BODIES.values())))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(body))
            change: Any = chance.choice(("byte", "cut", "double"))
            if change == "byte":
                body[place] = chance.randrange(256)
            elif change == "cut":
                del body[place : place + chance.randint(1, 30)]
            else:
                body[place:place] = body[place : place + chance.randint(1, 30)]
            body = body or bytearray(b"x")
        api.script(Reply(bytes(body)))
        try:
            assert read(make(WHOLE))
        except SourceError as error:
            errors.append(error.message)
    assert 50 < len(errors) < 300
    assert all(text.startswith("source app, stream users: GET /users") for text in errors)
