"""Bad inputs, generated: every wrong value in every container, every damage to every file.

A case says what goes in and what must come out: the good rows, and for each bad one its position,
column and reason; or the error that stops the stream.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Row = Mapping[str, object]
Rejected = tuple[int, str, str]
CSV = ("csv", "csv.gz", "csv.zst")
JSON = ("jsonl", "jsonl.gz", "jsonl.zst")
TABLES = (*CSV, *JSON, "parquet", "sqlite")
ID = {
    "subscription_items": "item_id",
    "usage_daily": "name",
    "users": "user_id",
    "accounts": "account_id",
    "subscriptions": "sub_id",
}


@dataclass(frozen=True)
class Case:
    """One bad input.

    Attributes:
        name: What is bad, and in what it comes.
        container: The file's ending, or sqlite.
        stream: The stream that is read.
        rows: The rows, where a container can be written from rows.
        content: The file's bytes, where it cannot.
        good: The ids of the rows that must come through, in order.
        rejected: Of each other row its position, column and reason.
        error: What the error must say that stops the stream; empty: it is not stopped.
    """

    name: str
    container: str
    stream: str
    rows: Sequence[Row] = ()
    content: bytes | None = None
    good: Sequence[str] = ()
    rejected: Sequence[Rejected] = ()
    error: str = ""
    types: Mapping[str, Any] = field(default_factory=dict)


def good_row(stream: str, number: int) -> dict[str, object]:
    """A row that fits its stream."""
    name = f"k{number}"
    return {
        "subscription_items": {
            "item_id": name,
            "sub_id": "s1",
            "unit_amount": "1000.5",
            "quantity": "2",
            "currency": "EUR" if number % 2 else "USD",
            "current_period_end": "2026-12-01T00:00:00Z",
        },
        "usage_daily": {"account_id": "a", "name": name, "day": "2026-11-01", "quantity": "3"},
        "users": {"user_id": name, "email": f"{name}@example.com", "role": "member"},
        "accounts": {"account_id": name, "domain": "example.com", "name": "Acme"},
        "subscriptions": {
            "sub_id": name,
            "account_id": "a",
            "status": "active",
            "cancel_at_period_end": "false",
        },
    }[stream]


NUMBER = "is text that is not a number"
FINITE = "is not a finite number"
MOMENT = "is not a date and time (ISO 8601, such as 2026-11-21T06:00:00Z)"
DAY = "is not a date (ISO 8601, such as 2026-11-21)"
YEARS = "lies outside the years 1970 to 2200"
CURRENCY = "is not a currency, such as EUR (ISO 4217)"
EMAIL = "is not an e-mail address"
DOMAIN = "is not a web domain, such as example.com"
# Text, because every container can hold it: stream, column, value, reason.
TEXTS: tuple[tuple[str, str, str, str], ...] = (
    *(("subscription_items", "unit_amount", v, NUMBER) for v in ("abc", "1,5", "12 EUR", "0x10")),
    *(("subscription_items", "unit_amount", v, FINITE) for v in ("NaN", "inf", "-Infinity")),
    ("subscription_items", "unit_amount", "1e30", "is too large a number"),
    *(("subscription_items", "quantity", v, NUMBER) for v in ("two", "1/2", "true")),
    ("subscription_items", "quantity", "1.5", "is not a whole number"),
    ("subscription_items", "quantity", "-1", "is below 0"),
    ("subscription_items", "quantity", "9223372036854775808", "is too large a number"),
    ("subscription_items", "quantity", "NaN", FINITE),
    *(("subscription_items", "currency", v, CURRENCY) for v in ("XXY", "EURO", "€", "12", "E R")),
    ("subscription_items", "currency", "", "is missing"),
    *(
        ("subscription_items", "current_period_end", v, MOMENT)
        for v in (
            "yesterday",
            "2026-13-01",
            "2026-02-30T00:00:00Z",
            "21.11.2026",
            "2026-03-29T02:30:00[Europe/Berlin]",
            "2026-11-21T06:00:00+25:00",
            "2026-11-21T25:00:00Z",
        )
    ),
    *(
        ("subscription_items", "current_period_end", v, YEARS)
        for v in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-12-31", "2201-01-01")
    ),
    (
        "subscription_items",
        "current_period_end",
        "0001-01-01T00:00:00+01:00",
        "is a time that cannot be told in UTC",
    ),
    ("subscription_items", "sub_id", "", "is missing"),
    ("subscription_items", "sub_id", "a\0b", "holds a NUL"),
    ("subscription_items", "item_id", "", "is missing"),
    ("subscription_items", "item_id", " \t ", "is missing"),
    ("subscription_items", "item_id", "k\0001", "holds a NUL"),
    *(("usage_daily", "day", v, DAY) for v in ("2026-13-01", "21.11.2026", "today")),
    *(("usage_daily", "day", v, YEARS) for v in ("0001-01-01", "9999-12-31")),
    (
        "usage_daily",
        "day",
        "2026-11-21T10:00:00",
        "has a time of day: it must be a date, such as 2026-11-21",
    ),
    ("usage_daily", "day", "", "is missing"),
    ("usage_daily", "quantity", "-0.5", "is below 0"),
    *(("usage_daily", "quantity", v, FINITE) for v in ("nan", "Infinity")),
    ("usage_daily", "quantity", "1e999", FINITE),
    ("usage_daily", "quantity", "many", NUMBER),
    *(("users", "email", v, EMAIL) for v in ("max at example", "a@b", "@", "a@b,c.de", "a b@c.de")),
    *(("accounts", "domain", v, DOMAIN) for v in ("localhost", "http://", "a..b", "192.0.2.1")),
    *(
        ("subscriptions", "cancel_at_period_end", v, "is not true or false")
        for v in ("maybe", "2", "-1")
    ),
    ("subscriptions", "status", "", "is missing"),
)
# What only JSON can say: column of subscription_items, value, reason.
VALUES: tuple[tuple[str, object, str], ...] = (
    ("item_id", {"id": 1}, "is a dict, not text"),
    ("item_id", ["k1"], "is a list, not text"),
    ("item_id", None, "is missing"),
    ("item_id", float("nan"), FINITE),
    ("sub_id", "\ud800", "holds bytes that are not valid UTF-8 text"),
    ("sub_id", "x\udfffy", "holds bytes that are not valid UTF-8 text"),
    ("unit_amount", True, "is true or false, not a number"),
    ("unit_amount", float("nan"), FINITE),
    ("unit_amount", float("inf"), FINITE),
    ("unit_amount", {"amount": 1}, "is a dict, not a number"),
    ("unit_amount", [1], "is a list, not a number"),
    ("unit_amount", 10**27, "is too large a number"),
    ("quantity", 1.5, "is not a whole number"),
    ("quantity", -1, "is below 0"),
    ("quantity", float("-inf"), FINITE),
    ("quantity", 2**63, "is too large a number"),
    ("quantity", False, "is true or false, not a number"),
    ("currency", 978, CURRENCY),
    ("currency", None, "is missing"),
    ("currency", {}, "is a dict, not text"),
    ("current_period_end", True, "is a bool, not a date and time"),
    ("current_period_end", [2026, 11, 21], "is a list, not a date and time"),
    ("current_period_end", 1e30, "is a number that is no time since 1970"),
    ("current_period_end", -1, YEARS),
    ("current_period_end", float("nan"), FINITE),
)
# Lines of JSON Lines that hold no row: the line, column, reason.
JSON_LINES: tuple[tuple[str, bytes, str, str], ...] = (
    ("number as key", b"{1: 2}", "", "is not JSON: Expecting property name enclosed in double"),
    ("cut off", b'{"item_id": "k9", "sub', "", "is not JSON: Unterminated string"),
    ("two objects", b'{"item_id": "k9"} {"item_id": "k8"}', "", "is not JSON: Extra data"),
    ("list", b'["k9"]', "", "is JSON, but not an object"),
    ("text", b'"k9"', "", "is JSON, but not an object"),
    ("null", b"null", "", "is JSON, but not an object"),
    ("no JSON", b"k9,s1,1000", "", "is not JSON: Expecting value at character 1"),
    ("key twice", b'{"item_id": "k9", "item_id": "k8"}', "item_id", "stands twice in one object"),
    ("nested key twice", b'{"a": {"b": 1, "b": 2}}', "b", "stands twice in one object"),
    ("private key twice", b'{"a@b.de": 1, "a@b.de": 2}', "", "stands twice in one object"),
    ("bytes", b'{"item_id": "k\xff"}', "", "holds bytes that are not valid UTF-8 text"),
    ("raw NUL", b'{"item_id": "k\x009"}', "", "is not JSON: Invalid control character"),
    ("deep", b"[" * 50_000, "", "is JSON of a kind that cannot be read"),
    ("digits", b'{"quantity": ' + b"9" * 5_000 + b"}", "", "is JSON of a kind that cannot be read"),
    ("without key", b'{"sub_id": "s1", "currency": "EUR"}', "item_id", "is missing"),
    ("empty object", b"{}", "item_id", "is missing"),
    ("too long", b'{"item_id": "' + b"x" * (4 * 2**20) + b'"}', "", "is longer than 4,194,304"),
)
CSV_LINES: tuple[tuple[str, bytes, str, str], ...] = (
    ("too few", b"k9", "", "has 1 fields where the header has 6"),
    ("too many", b"k9,s,1,1,EUR,,x", "", "has 7 fields where the header has 6"),
    ("open quote", b'k9,"s1,1,1,EUR,', "", "has a quote that is not closed"),
    ("text behind quote", b'k9,"s"1,1,1,EUR,', "", "cannot be read as CSV: ',' expected after"),
    ("bytes", b"k9,\xff,1,1,EUR,", "sub_id", "holds bytes that are not valid UTF-8 text"),
    ("semicolons", b"k9;s1;1;1;EUR;", "", "has 1 fields where the header has 6"),
    (
        "long field",
        b"k9," + b"x" * 200_000 + b",1,1,EUR,",
        "",
        "cannot be read as CSV: field larger",
    ),
    ("too long", b"x" * (4 * 2**20 + 9), "", "is longer than 4,194,304 characters"),
)
# What stands where a file should: its bytes, and what must be said of it.
NOT_DATA: tuple[tuple[str, bytes, str], ...] = (
    (
        "HTML page",
        b"<!DOCTYPE html>\n<html><body>Sign in</body></html>",
        "is HTML or XML, not data",
    ),
    ("HTML in capitals", b"\n  <HTML><HEAD></HEAD></HTML>", "is HTML or XML, not data"),
    ("HTML with BOM", b"\xef\xbb\xbf<html></html>", "is HTML or XML, not data"),
    ("XML error", b"<?xml version='1.0'?><Error><Code>Gone</Code></Error>", "is HTML or XML"),
    ("UTF-16", "item_id,sub_id\nk1,s1\n".encode("utf-16"), "is UTF-16 text, not UTF-8"),
    ("ZIP", b"PK\x03\x04 and more", "is a ZIP archive, not text"),
    ("Parquet", b"PAR1 and more", "is Parquet, not text"),
)
CUTS = tuple(range(4, 100, 6))


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _texts()
    yield from _values()
    yield from _lines("jsonl", JSON_LINES)
    yield from _lines("csv", CSV_LINES)
    yield from _not_data()
    yield from _cut_off()
    yield from _typed()
    yield from _harmless()


def _texts() -> Iterator[Case]:
    for container in TABLES:
        for stream, column, value, reason in TEXTS:
            rows = [good_row(stream, number) for number in range(5)]
            rows[2][column] = value
            good = [f"k{number}" for number in (0, 1, 3, 4)]
            position = _position(container, rows, 2, ID[stream])
            yield Case(
                f"{stream}.{column}={value!r} in {container}",
                container,
                stream,
                rows=rows,
                good=good,
                rejected=[(position, column, reason)],
            )


def _position(container: str, rows: Sequence[Row], index: int, id_: str) -> int:
    if container == "sqlite":  # read in the order of the key
        return 1 + sorted(str(row[id_]) for row in rows).index(str(rows[index][id_]))
    return index + (2 if container in CSV else 1)


def _values() -> Iterator[Case]:
    for container in JSON:
        for column, value, reason in VALUES:
            rows = [good_row("subscription_items", number) for number in range(5)]
            rows[2][column] = value
            yield Case(
                f"{column}={value!r} in {container}".encode("ascii", "backslashreplace").decode(),
                container,
                "subscription_items",
                rows=rows,
                good=["k0", "k1", "k3", "k4"],
                rejected=[(3, column, reason)],
            )


def _lines(format_: str, bad: Sequence[tuple[str, bytes, str, str]]) -> Iterator[Case]:
    for container in CSV if format_ == "csv" else JSON:
        for end in (b"\n", b"\r\n"):
            for name, line, column, reason in bad:
                rows = [good_row("subscription_items", number) for number in range(4)]
                lines = text(format_, rows).splitlines()
                at = 3 if format_ == "csv" else 2
                lines.insert(at, line)
                yield Case(
                    f"line with {name}, ends {end!r}, in {container}",
                    container,
                    "subscription_items",
                    content=packed(container, end.join(lines)),
                    good=["k0", "k1", "k2", "k3"],
                    rejected=[(at + 1, column, reason)],
                )


def _not_data() -> Iterator[Case]:
    for container in (*CSV, *JSON):
        for name, content, says in NOT_DATA:
            yield Case(
                f"{name} in the place of {container}",
                container,
                "subscription_items",
                content=packed(container, content),
                error=says,
            )
    for name, content, _ in NOT_DATA:
        yield Case(
            f"{name} in the place of parquet",
            "parquet",
            "subscription_items",
            content=content,
            error="is not readable as parquet",
        )
    header = "item_id,sub_id,currency"
    for name, head, says in (
        ("semicolons", header.replace(",", ";"), "separates its fields by semicolons"),
        ("tabs", header.replace(",", "\t"), "separates its fields by tabs"),
        ("bars", header.replace(",", "|"), "separates its fields by vertical bars"),
        ("quoted semicolons", '"item_id";"sub_id"', "separates its fields by semicolons"),
        ("a column twice", f"{header},sub_id", "has the column sub_id more than once"),
        ("no required column", "item_id,currency", "has no column sub_id"),
        ("no header", "", "has no header in its first line"),
        ("an empty first line", "\n", "has no header in its first line"),
        ("no line end", "x" * (4 * 2**20 + 9), "has no line end in its first 4,194,304"),
    ):
        for container in CSV:
            content = packed(container, f"{head}\nk1,s1,EUR\n".encode() if head.strip() else b"\n")
            yield Case(
                f"{name} in {container}", container, "subscription_items", (), content, error=says
            )
    for container in JSON:
        for name, content in (
            ("an array", b'[\n{"item_id": "k1"}\n]'),
            ("one array", b'[{"a":1}]'),
        ):
            yield Case(
                f"{name} in {container}",
                container,
                "subscription_items",
                content=packed(container, content),
                error="is one JSON array, not JSON Lines",
            )
        yield Case(
            f"a pretty object in {container}",
            container,
            "subscription_items",
            content=packed(container, b'{\n  "item_id": "k1"\n}\n'),
            error="is an object over several lines, not JSON Lines",
        )
    for container in ("csv.gz", "jsonl.gz", "csv.zst", "jsonl.zst"):
        kind = "gzip" if container.endswith("gz") else "zstd"
        yield Case(
            f"an empty {container}", container, "users", content=b"", error=f"no {kind} file is"
        )
        yield Case(
            f"garbage as {container}",
            container,
            "users",
            content=bytes(range(64)),
            error=f"is not {kind}, as its ending says",
        )


def _cut_off() -> Iterator[Case]:
    """A compressed file, cut at many places; of gzip also damaged there."""
    for container in ("csv.gz", "jsonl.gz", "csv.zst", "jsonl.zst"):
        rows = [good_row("subscription_items", number) for number in range(60)]
        whole = packed(container, text(container.split(".")[0], rows))
        for percent in CUTS:
            yield Case(
                f"{container} cut off at {percent} %",
                container,
                "subscription_items",
                content=whole[: len(whole) * percent // 100],
                good=[str(row["item_id"]) for row in rows],
                error="is cut off: its (gzip|zstd) data ends behind byte [0-9,]+ of its text",
            )
    for container in ("csv.gz", "jsonl.gz"):
        rows = [good_row("subscription_items", number) for number in range(60)]
        whole = bytearray(packed(container, text(container.split(".")[0], rows)))
        whole[-8] ^= 255  # its check sum
        yield Case(
            f"{container} with a wrong check sum",
            container,
            "subscription_items",
            content=bytes(whole),
            good=[str(row["item_id"]) for row in rows],
            error="is damaged: its gzip data cannot be unpacked",
        )
    whole = parquet([good_row("subscription_items", number) for number in range(60)], {})
    for percent in CUTS:
        yield Case(
            f"parquet cut off at {percent} %",
            "parquet",
            "subscription_items",
            content=whole[: len(whole) * percent // 100],
            error="is not readable as parquet",
        )


def _typed() -> Iterator[Case]:
    """Columns of a type of their own in Parquet, values of one in SQLite."""
    for column, type_, value, reason in (
        ("item_id", pl.Binary(), b"k1", "is a bytes, not text"),
        ("item_id", pl.List(pl.Int64()), [1], "is a list, not text"),
        ("sub_id", pl.Struct({"a": pl.Int64()}), {"a": 1}, "is a dict, not text"),
        ("unit_amount", pl.Float64(), float("nan"), FINITE),
        ("unit_amount", pl.Float64(), float("inf"), FINITE),
        ("unit_amount", pl.Boolean(), True, "is true or false, not a number"),
        ("quantity", pl.Int64(), -1, "is below 0"),
        ("quantity", pl.Float64(), 0.5, "is not a whole number"),
        ("currency", pl.Int64(), 978, CURRENCY),
        ("current_period_end", pl.Int64(), -(2**62), "is a number that is no time since 1970"),
        ("current_period_end", pl.Boolean(), False, "is a bool, not a date and time"),
    ):
        rows = [good_row("subscription_items", number) for number in range(3)]
        for row in rows:
            row[column] = None
        rows[1][column] = value
        required = column in ("item_id", "sub_id", "currency")
        missing = [(1, column, "is missing"), (3, column, "is missing")] if required else []
        yield Case(
            f"{column} of type {type_}, {value!r}, in parquet",
            "parquet",
            "subscription_items",
            rows=rows,
            good=[] if required else ["k0", "k2"],
            rejected=sorted([(2, column, reason), *missing]),
            types={column: type_},
        )
    for type_, value in (
        (pl.Datetime("us", "UTC"), 2**62),
        (pl.Datetime("us"), -(2**61)),
        (pl.Datetime("ms", "Asia/Tokyo"), 2**62),
        (pl.Datetime("ns"), -(2**62)),
        (pl.Date(), 2**31 - 1),
    ):
        physical = pl.Int32() if type_ == pl.Date else pl.Int64()
        content = io.BytesIO()
        pl.DataFrame(
            {
                "item_id": ["k0", "k1", "k2"],
                "sub_id": ["s1"] * 3,
                "currency": ["EUR"] * 3,
                "current_period_end": pl.Series([20_000, value, None]).cast(physical).cast(type_),
            }
        ).write_parquet(content)
        yield Case(
            f"a moment beyond all calendars, {type_} in parquet",
            "parquet",
            "subscription_items",
            content=content.getvalue(),
            good=["k0", "k2"],
            rejected=[(2, "current_period_end", YEARS)],
        )
    for column, value, reason in (
        ("sub_id", b"\x00\xff", "is a bytes, not text"),
        ("unit_amount", b"1", "is a bytes, not a number"),
        ("unit_amount", float("inf"), FINITE),
        ("quantity", 1.5, "is not a whole number"),
        ("quantity", -7, "is below 0"),
        ("currency", None, "is missing"),
        ("current_period_end", b"2026", "is a bytes, not a date and time"),
        ("current_period_end", 10**18, "is a number that is no time since 1970"),
    ):
        rows = [good_row("subscription_items", number) for number in range(5)]
        rows[2][column] = value
        yield Case(
            f"{column}={value!r} in sqlite",
            "sqlite",
            "subscription_items",
            rows=rows,
            good=["k0", "k1", "k3", "k4"],
            rejected=[(3, column, reason)],
        )


def _harmless() -> Iterator[Case]:
    """What looks bad and is not: every row must come through."""
    rows = [good_row("subscription_items", number) for number in range(4)]
    good = [str(row["item_id"]) for row in rows]
    gap = [{**row, "current_period_end": "2026-03-29T02:30:00"} for row in rows]
    twice = [*rows, rows[0]]
    for container in TABLES:
        yield Case(
            f"two currencies in {container}", container, "subscription_items", rows, None, good
        )
        yield Case(
            f"hour without DST in {container}", container, "subscription_items", gap, None, good
        )
        keys = sorted([*good, "k0"]) if container == "sqlite" else [*good, "k0"]
        yield Case(
            f"a key twice in {container}", container, "subscription_items", twice, None, keys
        )
    for container in (*CSV, *JSON):
        plain = text(container.split(".")[0], rows)
        lines = plain.splitlines()
        mixed = b"".join(one + (b"\n", b"\r\n")[n % 2] for n, one in enumerate(lines))
        for name, content in (
            ("BOM", b"\xef\xbb\xbf" + plain),
            ("mixed line ends", mixed),
            ("no last line end", plain.rstrip()),
            ("empty lines", plain.replace(b"\n", b"\n\n") + b"\n\n"),
            ("BOM and CRLF", b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")),
        ):
            yield Case(
                f"{name} in {container}",
                container,
                "subscription_items",
                content=packed(container, content),
                good=good,
            )
        if container in JSON:  # two files with a BOM each, one put behind the other
            yield Case(
                f"a BOM inside {container}",
                container,
                "subscription_items",
                content=packed(container, b"\n".join(b"\xef\xbb\xbf" + one for one in lines)),
                good=good,
            )
        header = lines[0] + b"\n" if container in CSV else b""
        yield Case(
            f"no row in {container}",
            container,
            "subscription_items",
            content=packed(container, header),
        )
        yield Case(
            f"decompressed on the way: {container}",
            container,
            "subscription_items",
            content=plain,
            good=good,
        )


def text(format_: str, rows: Sequence[Row]) -> bytes:
    """Rows as CSV or JSON Lines."""
    if format_ == "jsonl":
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def parquet(rows: Sequence[Row], types: Mapping[str, Any]) -> bytes:
    """Rows as Parquet, columns without a type as text."""
    target = io.BytesIO()
    schema = {name: types.get(name, pl.String()) for name in rows[0]}
    pl.DataFrame(list(rows), schema=schema).write_parquet(target)
    return target.getvalue()


def packed(container: str, content: bytes) -> bytes:
    """The content compressed as the container's ending says."""
    if container.endswith(".gz"):
        return gzip.compress(content, mtime=0)
    return zstd.compress(content) if container.endswith(".zst") else content


def write(case: Case, path: Path) -> None:
    """Write the case's file or database."""
    if case.container == "sqlite":
        database = sqlite3.connect(path)
        names = list(case.rows[0])
        database.execute(f"CREATE TABLE bad ({', '.join(names)})")
        marks = ", ".join("?" for _ in names)
        values = [tuple(row[name] for name in names) for row in case.rows]
        database.executemany(f"INSERT INTO bad VALUES ({marks})", values)  # noqa: S608
        database.commit()
        database.close()
    elif case.content is not None:
        path.write_bytes(case.content)
    elif case.container == "parquet":
        path.write_bytes(parquet(case.rows, case.types))
    else:
        format_ = case.container.split(".")[0]
        path.write_bytes(packed(case.container, text(format_, case.rows)))
