"""Values that databases have and Python has not: each is a value or a rejected row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.sources import WATERMARK, sql_source, write_table

from syncworker.engine.ports import Page
from syncworker.mapping.source_sql import SqlSource as SqlConfig
from syncworker.mapping.source_sql import SqlStream
from syncworker.sources.registry import Surroundings, build

OUTSIDE = "lies outside the years 1970 to 2200"
NO_TIME = "is not a date and time (ISO 8601, such as 2026-11-21T06:00:00Z)"
NO_NUMBER = "is text that is not a number"
TIME_OF_DAY = "has a time of day: it must be a date, such as 2026-11-21"
UUID = "00000000-0000-0000-0000-00000000000a"
# By type: a stream, its other columns, and a column of the type.
ROWS = {
    "string": ("users", "'{}' AS user_id", "role"),
    "datetime": ("users", "'{}' AS user_id", "created_at"),
    "number": ("identity", "'email' AS kind, '{}' AS value, 'a' AS account_id", "confidence"),
    "decimal": (
        "subscription_items",
        "'{}' AS item_id, 's' AS sub_id, 'EUR' AS currency",
        "unit_amount",
    ),
    "integer": ("subscription_items", "'{}' AS item_id, 's' AS sub_id, 'EUR' AS currency", "seats"),
    "boolean": (
        "subscriptions",
        "'{}' AS sub_id, 'a' AS account_id, 'active' AS status",
        "cancel_at_period_end",
    ),
    "date": ("crm_deals", "'{}' AS deal_id, 'a' AS account_id", "inactive_on"),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def pages_of(url: str, stream: str, query: str, page_rows: int = 20) -> list[Page]:
    config = SqlConfig(kind="sql", url="env:APP", streams={stream: SqlStream(query=query)})
    source = build("app", config, Surroundings(lambda _: url, page_rows=page_rows))
    return list(source.pages(stream, since=None, resume=None, watermark=WATERMARK))


def becomes(url: str, type_: str, told: str) -> object:
    """What a value becomes in a column of that type, or why its row, and no other, is refused."""
    stream, others, column = ROWS[type_]
    bad, good = (others.format(key) for key in ("k1", "k2"))
    (page,) = pages_of(
        url, stream, f"SELECT {bad}, {told} AS {column} UNION ALL SELECT {good}, NULL"
    )
    rows = {row["source_id"]: row[column] for row in page.frames[stream].rows(named=True)}
    assert [value for key, value in rows.items() if "k2" in key] == [None]
    if page.rejected:
        (row,) = page.rejected
        assert row.field == column
        return row.reason
    return next(value for key, value in rows.items() if "k1" in key)


@pytest.mark.parametrize(
    ("type_", "told", "expected"),
    [
        ("datetime", "'infinity'::timestamptz", OUTSIDE),
        ("datetime", "'-infinity'::timestamp", OUTSIDE),
        ("datetime", "'infinity'::date", OUTSIDE),
        ("datetime", "'0044-03-15 12:00:00 BC'::timestamptz", OUTSIDE),
        ("datetime", "'294276-12-31 23:59:59'::timestamp", OUTSIDE),
        ("datetime", "'2026-11-01 06:00:00+05:45'::timestamptz", at("2026-11-01T00:15:00")),
        ("datetime", "'2026-11-01 06:00:00.123456'::timestamp", at("2026-11-01T06:00:00.123456")),
        ("datetime", "'1999-12-31 23:59:59.999999'::timestamptz", at("1999-12-31T23:59:59.999999")),
        ("datetime", "'2026-11-01'::date", at("2026-11-01T00:00:00")),
        ("datetime", "'2026-11-01T06:00:00+02'::text", at("2026-11-01T04:00:00")),
        ("datetime", "'24:00:00'::time", NO_TIME),
        ("datetime", "'1 day'::interval", NO_TIME),
        ("date", "'2026-11-01'::date", date(2026, 11, 1)),
        ("date", "'infinity'::date", OUTSIDE),
        ("date", "'5874897-12-31'::date", OUTSIDE),
        ("date", "'0044-03-15 BC'::date", OUTSIDE),
        ("date", "'2026-11-01 00:00:00+00'::timestamptz", date(2026, 11, 1)),
        ("date", "'2026-11-01 06:00:00'::timestamp", TIME_OF_DAY),
        ("date", "'infinity'::timestamp", "is not a date (ISO 8601, such as 2026-11-21)"),
        ("number", "'NaN'::numeric", "is not a finite number"),
        ("number", "'-Infinity'::numeric", "is not a finite number"),
        ("number", "'Infinity'::float8", "is not a finite number"),
        ("number", "1.5::numeric(4,2)", 1.5),
        ("number", "10::numeric ^ 400", "is not a finite number"),
        ("decimal", "(10::numeric ^ 100)", "is too large a number"),
        ("decimal", "0.1::float8", Decimal("0.1")),
        ("decimal", "'$1,000.00'::money", NO_NUMBER),
        ("integer", "9223372036854775807::bigint", 2**63 - 1),
        ("integer", "9223372036854775808::numeric", "is too large a number"),
        ("integer", "7::smallint", 7),
        ("boolean", "true", True),
        ("boolean", "0", False),
        ("boolean", "'yes'::text", True),
        ("string", "'a  '::char(5)", "a"),
        ("string", "'{\"a\": [1, 2]}'::jsonb", '{"a": [1, 2]}'),
        ("string", "'{\"a\":1}'::json", '{"a":1}'),
        ("string", "ARRAY['a', 'b c']", '{a,"b c"}'),
        ("string", "ARRAY['infinity'::timestamptz]", "{infinity}"),
        ("string", "'infinity'::timestamptz", "infinity"),
        ("string", "'\\x6162'::bytea", "is a bytes, not text"),
        ("string", f"'{UUID}'::uuid", UUID),
        ("string", "'10.0.0.1/8'::inet", "10.0.0.1/8"),
        ("string", "'1000000 years'::interval", "1000000 years"),
        ("string", "'24:00:00'::time", "24:00:00"),
        ("string", "'[1,5)'::int4range", "[1,5)"),
        ("string", "ROW(1, 'x')", "(1,x)"),
        ("string", "B'101'", "101"),
        ("string", "5", "5"),
    ],
)
def test_postgresqls_own_values(postgres: str, type_: str, told: str, expected: object) -> None:
    assert becomes(postgres, type_, told) == expected


def test_enumerations_and_domains_are_text(postgres: str) -> None:
    engine = sa.create_engine(postgres, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TYPE role_of AS ENUM ('admin', 'user')"))
        connection.execute(sa.text("CREATE DOMAIN short AS varchar(9) CHECK (VALUE <> '')"))
    assert becomes(postgres, "string", "'admin'::role_of") == "admin"
    assert becomes(postgres, "string", "'x'::short") == "x"


@pytest.mark.parametrize(
    ("type_", "told", "expected"),
    [
        ("string", "7", "7"),
        ("string", "7.0", "7"),
        ("string", "x'6162'", "is a bytes, not text"),
        ("string", "CAST(x'ff' AS TEXT)", "holds bytes that are not valid UTF-8 text"),
        ("integer", "'12'", 12),
        ("integer", "'twelve'", NO_NUMBER),
        ("integer", "1.5", "is not a whole number"),
        ("number", "9e999", "is not a finite number"),
        ("boolean", "1", True),
        ("boolean", "'no'", False),
        ("boolean", "2", "is not true or false"),
        ("datetime", "'yesterday'", NO_TIME),
        ("datetime", "1793520000", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("datetime", "x'00'", "is a bytes, not a date and time"),
        ("date", "'2026-11-01'", date(2026, 11, 1)),
        ("date", "20261101", "is a int, not a date"),
    ],
)
def test_sqlites_values_of_any_type(
    tmp_path: Path, type_: str, told: str, expected: object
) -> None:
    (tmp_path / "app.db").touch()
    assert becomes(f"sqlite:///{tmp_path}/app.db", type_, told) == expected


@pytest.mark.parametrize("type_", ["timestamptz", "timestamp", "date"])
def test_rows_whose_cursor_value_is_no_time_are_read_in_every_run(
    postgres: str, type_: str
) -> None:
    table = f"odd_{type_}"
    values = ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'2026-11-01'", "NULL"]
    rows = ", ".join(f"('u{n}', {value}::{type_})" for n, value in enumerate(values))
    query = f"SELECT * FROM (VALUES {rows}) AS {table} (user_id, updated_at)"
    source = sql_source(postgres, query, page_rows=1, cursor="updated_at", overlap="0s")

    def found(**more: object) -> list[Page]:
        arguments = {"since": None, "resume": None, "watermark": WATERMARK, **more}
        return list(source.pages("users", **arguments))

    def users(pages: list[Page]) -> list[str]:
        return [user for page in pages for user in page.frames["users"]["user_id"]]

    first = found()
    assert sorted(users(first)) == ["u0", "u1", "u2", "u3", "u4"]
    assert first[-1].cursor == "2026-11-01T00:00:00+00:00"
    for done in range(1, 6):
        rest = found(resume=first[done - 1].resume)
        assert users(first[:done]) + users(rest) == users(first)
    since = datetime(2026, 11, 2, tzinfo=UTC).isoformat()
    assert sorted(users(found(since=since))) == ["u0", "u1", "u2", "u4"]


@pytest.mark.parametrize("told", ["x'{:02x}'", "CAST(x'c3{:02x}' AS TEXT)", "{}", "'t{}'"])
def test_sqlite_goes_on_behind_a_key_of_any_type(tmp_path: Path, told: str) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    write_table(url, "unused", [])
    keys = " UNION ALL ".join(f"SELECT {told.format(n)} AS user_id" for n in range(5))
    source = sql_source(url, keys, page_rows=1)

    def positions(resume: str | None) -> list[str | None]:
        pages = source.pages("users", since=None, resume=resume, watermark=WATERMARK)
        return [page.resume for page in pages]

    everything = positions(None)
    assert len(everything) == 5
    for done in range(1, 5):
        assert positions(everything[done - 1]) == everything[done:]
