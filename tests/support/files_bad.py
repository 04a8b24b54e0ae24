"""Bad inputs, generated: every wrong value in every container, every damage to every file.

A case says what goes in and what must come out: the good rows, and for each bad one its position,
column and reason; or the error that stops the stream.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from support.files_bad_bytes import Row, packed, parquet, text
from support.files_bad_values import (
    CSV_LINES,
    CURRENCY,
    CUTS,
    FINITE,
    ID,
    JSON_LINES,
    NOT_DATA,
    TEXTS,
    VALUES,
    YEARS,
    good_row,
)

Rejected = tuple[int, str, str]
CSV = ("csv", "csv.gz", "csv.zst")
JSON = ("jsonl", "jsonl.gz", "jsonl.zst")
TABLES = (*CSV, *JSON, "parquet", "sqlite")


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


def write(case: Case, path: Path) -> None:
    """Write the case's file or database."""
    if case.container == "sqlite":
        database = sqlite3.connect(path)
        names = list(case.rows[0])
        database.execute(f"CREATE TABLE bad ({', '.join(names)})")
        marks = ", ".join("?" for _ in names)
        values = [tuple(row[name] for name in names) for row in case.rows]
        database.executemany(f"INSERT INTO bad VALUES ({marks})", values)
        database.commit()
        database.close()
    elif case.content is not None:
        path.write_bytes(case.content)
    elif case.container == "parquet":
        path.write_bytes(parquet(case.rows, case.types))
    else:
        format_ = case.container.split(".")[0]
        path.write_bytes(packed(case.container, text(format_, case.rows)))
