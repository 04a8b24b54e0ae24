"""What is special about files: damaged lines, many files, other column names, Stripe's shape."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pytest
from support.sources import START, WATERMARK, ids, read

from syncworker.engine.ports import Page, Source
from syncworker.errors import SourceError
from syncworker.mapping.source_files import FilesSource, FileStream
from syncworker.sources.registry import Surroundings, build


def files(folder: Path, path: str, *, page_rows: int = 3, **more: object) -> Source:
    for file in (path for path in folder.rglob("*") if path.is_file()):
        os.utime(file, (START.timestamp(),) * 2)
    stream = FileStream.model_validate({"path": path, **more})
    config = FilesSource(kind="files", path=str(folder), streams={"users": stream})
    return build("app", config, Surroundings(str, page_rows=page_rows))


def rejected(pages: list[Page]) -> list[tuple[int, str, str]]:
    return [(row.position, row.field, row.reason) for page in pages for row in page.rejected]


def test_csv_with_a_bom_mixed_line_ends_and_empty_lines_is_read(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_bytes(
        b'\xef\xbb\xbfuser_id, role\r\nu1,admin\nu2,"a ""b"", c"\r\n\nu3,\xc3\xa9\r\n'
    )
    pages = read(files(tmp_path, "users.csv"))

    frame = pages[0].frames["users"]
    assert frame["user_id"].to_list() == ["u1", "u2", "u3"]
    assert frame["role"].to_list() == ["admin", 'a "b", c', "é"]
    assert rejected(pages) == []


def test_a_csv_value_may_go_on_over_several_lines(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text('user_id,role\nu1,"one\ntwo\n\nthree"\nu2,x\nu3,y\nbad\n')
    pages = read(files(tmp_path, "users.csv", page_rows=1))

    assert pages[0].frames["users"]["role"].to_list() == ["one\ntwo\n\nthree"]
    assert ids(pages) == ["u1", "u2", "u3"]
    assert rejected(pages)[0][0] == 8
    assert ids(read(files(tmp_path, "users.csv"), resume=pages[0].resume)) == ["u2", "u3"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('u2,"open', "has a quote that is not closed"),
        ("u2", "has 1 fields where the header has 2"),
        ("u2,x,y", "has 3 fields where the header has 2"),
        ('u2,"x"y', "cannot be read as CSV: ',' expected after '\"'"),
    ],
)
@pytest.mark.parametrize("behind", [3, 300])
def test_a_damaged_csv_line_spoils_no_other(
    tmp_path: Path, line: str, reason: str, behind: int
) -> None:
    rows = "".join(f'v{n},"q{n}"\n' for n in range(behind))
    (tmp_path / "users.csv").write_text(f"user_id,role\nu1,x\n{line}\n{rows}")
    pages = read(files(tmp_path, "users.csv", page_rows=50))

    assert ids(pages) == ["u1", *(f"v{n}" for n in range(behind))]
    assert rejected(pages) == [(3, "", reason)]


def test_a_csv_value_that_is_not_utf_8_spoils_its_row_only(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_bytes(b"user_id,role\nu1,\xff\nu2,\x00\nu3,ok\n")
    pages = read(files(tmp_path, "users.csv"))

    assert ids(pages) == ["u3"]
    assert rejected(pages) == [
        (2, "role", "holds bytes that are not valid UTF-8 text"),
        (3, "role", "holds a NUL"),
    ]


def test_damaged_json_lines_spoil_no_other(tmp_path: Path) -> None:
    deep = "[" * 100_000
    (tmp_path / "users.jsonl").write_bytes(
        b'\xef\xbb\xbf{"user_id": 1}\r\n{"user_id": \n\n[1]\n'
        + f'{deep}\n{{"user_id": {"9" * 5000}}}\n'.encode()
        + b'{"user_id": "\xff"}\n{"user_id": "\\ud800"}\n{"user_id": {"a": 1}}\n{"user_id": "u9"}'
    )
    pages = read(files(tmp_path, "users.jsonl", page_rows=4))

    assert ids(pages) == ["1", "u9"]
    assert rejected(pages) == [
        (2, "", "is not JSON: Expecting value at character 13"),
        (4, "", "is JSON, but not an object"),
        (5, "", "is JSON of a kind that cannot be read"),
        (6, "", "is JSON of a kind that cannot be read"),
        (7, "", "holds bytes that are not valid UTF-8 text"),
        (8, "user_id", "holds bytes that are not valid UTF-8 text"),
        (9, "user_id", "is a dict, not text"),
    ]


def test_all_files_of_a_pattern_are_read_and_resumed_in_the_order_of_their_names(
    tmp_path: Path,
) -> None:
    (tmp_path / "day").mkdir()
    for name in ("b", "a", "c"):
        lines = "".join(f"{name}{n}\n" for n in range(4))
        (tmp_path / "day" / f"{name}.csv").write_text(f"user_id\n{lines}")
    source = files(tmp_path, "**/*.csv")
    pages = read(source)

    assert ids(pages) == [f"{name}{n}" for name in "abc" for n in range(4)]
    assert pages[0].cursor is None
    for done in range(1, len(pages) + 1):
        rest = read(source, resume=pages[done - 1].resume)
        assert ids(pages[:done]) + ids(rest) == ids(pages)


def test_columns_of_another_name_are_read_by_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "u.txt").write_text("id,MAIL\n7,A@B.co\n")
    columns = {"user_id": "id", "email": "MAIL"}
    frame = read(files(tmp_path, "u.txt", format="csv", columns=columns))[0].frames["users"]

    assert frame.select("user_id", "email").row(0) == ("7", "a@b.co")


@pytest.mark.parametrize(
    ("name", "content"), [("u.csv", "id\n7\n"), ("u.jsonl", '{"id": 7}\n{"id": 8}\n')]
)
def test_a_file_without_a_required_column_says_which(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(
        SourceError, match=f"source app, stream users: {name} has no column user_id"
    ) as caught:
        read(files(tmp_path, name))
    assert "columns: of users" in caught.value.help
    assert caught.value.recovery == "stop"


def test_a_later_json_page_may_lack_a_required_field_in_every_row(tmp_path: Path) -> None:
    (tmp_path / "u.jsonl").write_text('{"user_id": 1}\n{"role": "x"}\n')
    pages = read(files(tmp_path, "u.jsonl", page_rows=1))

    assert ids(pages) == ["1"]
    assert rejected(pages) == [(2, "user_id", "is missing")]


@pytest.mark.parametrize("path", ["nothing.csv", "*.csv", "../u.csv", "/etc/passwd"])
def test_no_file_is_an_error_and_not_an_empty_stream(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "u.csv").write_text("user_id\nu1\n")
    with pytest.raises(SourceError, match="source app, stream users: no file") as caught:
        read(files(folder, path))
    assert "path" in caught.value.help


def test_a_file_of_no_known_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "u.txt").write_text("user_id\nu1\n")
    with pytest.raises(SourceError, match=r"u\.txt is no file of a known format"):
        read(files(tmp_path, "u.txt"))


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "u.parquet").write_bytes(b"PAR1 no more PAR1")
    with pytest.raises(SourceError, match=r"u\.parquet is not readable as parquet"):
        read(files(tmp_path, "u.parquet"))


def test_parquet_columns_of_other_types_are_converted(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"user_id": [1.0, 2.0], "created_at": [1_700_000_000, -1], "role": [[1], None]}
    )
    frame.write_parquet(tmp_path / "u.parquet")
    pages = read(files(tmp_path, "u.parquet"))

    assert ids(pages) == []
    assert rejected(pages) == [
        (1, "role", "is a list, not text"),
        (2, "created_at", "lies outside the years 1970 to 2200"),
    ]


def test_stripes_subscriptions_become_three_streams(tmp_path: Path) -> None:
    good = {
        "id": "sub_1",
        "customer": "cus_1",
        "status": "active",
        "items": {
            "data": [
                {
                    "id": "si_1",
                    "quantity": 2,
                    "price": {
                        "id": "price_1",
                        "unit_amount": 1000,
                        "currency": "eur",
                        "recurring": {"interval": "month", "interval_count": 1},
                    },
                }
            ]
        },
        "discounts": ["di_1"],
    }
    lines = [good, {"id": "cus_1", "object": "customer"}, {**good, "id": "sub_3", "status": None}]
    (tmp_path / "subs.jsonl").write_text("\n".join(map(json.dumps, lines)))
    source = files(tmp_path, "subs.jsonl", shape="stripe")
    pages = read(source)

    assert source.provides("users") == ("subscriptions", "subscription_items", "discounts")
    assert pages[0].frames["subscriptions"]["sub_id"].to_list() == ["sub_1"]
    assert pages[0].frames["subscription_items"].row(0, named=True)["currency"] == "EUR"
    # Both subscriptions' unread discounts stay as rows: what they take off is unknown, not nothing.
    assert pages[0].frames["discounts"]["amount"].to_list() == [None, None]
    assert [(row.stream, row.position, row.field) for row in pages[0].rejected] == [
        ("discounts", 1, "discount"),
        ("subscriptions", 2, "object"),
        ("discounts", 3, "discount"),
        ("subscriptions", 3, "status"),
    ]
    assert pages[0].rejected[0].place == "subs.jsonl"
    assert pages[0].frames["subscriptions"]["synced_at"].to_list() == [WATERMARK]


def test_stripes_shape_needs_json_lines(tmp_path: Path) -> None:
    (tmp_path / "subs.csv").write_text("id\nsub_1\n")
    with pytest.raises(SourceError, match="known format") as caught:
        read(files(tmp_path, "subs.csv", shape="stripe"))
    assert "jsonl" in caught.value.help
