"""Makes sources for tests: rows of `users` written to a database or a file, and read back."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from syncworker.engine.ports import Page, Source
from syncworker.mapping.source_sql import SqlSource, SqlStream
from syncworker.sources.registry import Surroundings, build

Row = dict[str, object]
MakeSource = Callable[..., Source]
WATERMARK = datetime(2026, 11, 21, 12, tzinfo=UTC)
START = datetime(2026, 11, 1, tzinfo=UTC)
COLUMNS = {
    "user_id": "TEXT",
    "account_id": "TEXT",
    "email": "TEXT",
    "created_at": "TIMESTAMPTZ",
    "updated_at": "TIMESTAMPTZ",
    "extra": "TEXT",
}


def users(count: int) -> list[Row]:
    return [
        {
            "user_id": f"u{number:03}",
            "account_id": f"a{number % 4}",
            "email": f"User{number}@Example.com ",
            "created_at": START + timedelta(hours=number),
            "updated_at": START + timedelta(hours=number),
            "extra": "ignored",
        }
        for number in range(count)
    ]


def read(source: Source, **more: object) -> list[Page]:
    return list(
        source.pages("users", **{"since": None, "resume": None, "watermark": WATERMARK, **more})
    )


def ids(pages: list[Page]) -> list[str]:
    return [user for page in pages for user in page.frames["users"]["user_id"].to_list()]


def sql_source(url: str, query: str, /, *, page_rows: int = 3, **more: object) -> Source:
    stream = SqlStream.model_validate({"query": query, **more})
    config = SqlSource(kind="sql", url="env:APP", streams={"users": stream})
    return build("app", config, Surroundings(lambda _: url, page_rows=page_rows))


def write_table(url: str, table: str, rows: list[Row], **types: str) -> None:
    """Write rows; times go to SQLite as the text that its own CURRENT_TIMESTAMP makes."""
    url = url.replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    columns = {**COLUMNS, **types}
    with engine.begin() as connection:
        told = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        connection.execute(sa.text(f"CREATE TABLE IF NOT EXISTS {table} ({told})"))
        for row in rows:
            values = dict.fromkeys(columns) | row
            if engine.dialect.name == "sqlite":
                values = {
                    name: f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
                    for name, value in values.items()
                }
            names = ", ".join(f":{name}" for name in columns)
            statement = sa.text(f"INSERT INTO {table} VALUES ({names})")
            connection.execute(statement, values)
    engine.dispose()


def write_file(kind: str, path: Path, rows: list[Row]) -> None:
    """Write rows as of START: a file changed after a run's watermark waits for the next run."""
    _write_file(kind, path, rows)
    os.utime(path, (START.timestamp(),) * 2)


def _write_file(kind: str, path: Path, rows: list[Row]) -> None:
    if kind == "parquet":
        frame = pl.DataFrame(
            rows,
            schema={
                name: pl.String() if type_ == "TEXT" else pl.Datetime("us", "UTC")
                for name, type_ in COLUMNS.items()
            },
        )
        frame.write_parquet(path)
        return
    told = [
        {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()} for row in rows
    ]
    if kind == "jsonl":
        path.write_text("".join(f"{json.dumps(row)}\n" for row in told))
        return
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(told)
