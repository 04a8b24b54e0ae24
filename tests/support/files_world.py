"""Files as a world of the shared source contract: users in one file, of any format."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from support.source_world import START

from syncworker.engine.ports import Source
from syncworker.mapping.source_files import FilesSource, FileStream
from syncworker.sources.registry import Surroundings, build

FORMATS = ("csv", "jsonl", "parquet", "jsonl.gz")
COLUMNS = ("user_id", "email", "role", "created_at")
Row = dict[str, str | None]


class FilesWorld:
    """A folder with one file of users, written anew with every change.

    Args:
        folder: An empty folder.
        format_: One of FORMATS.
    """

    stream = "users"
    canonical = "users"
    overlap: timedelta | None = None

    def __init__(self, folder: Path, format_: str) -> None:
        self.format = format_
        self.path = folder / f"users.{format_}"
        self._rows: dict[int, Row] = {}
        self._columns = list(COLUMNS)
        self._changed = START
        self._write()

    def source(self, *, page_rows: int = 3) -> Source:
        config = FilesSource(
            kind="files",
            path=str(self.path.parent),
            streams={"users": FileStream(path=self.path.name)},
        )
        return build("app", config, Surroundings(str, page_rows=page_rows))

    def put(self, number: int, at: datetime) -> None:
        self._rows[number] = {
            "user_id": self.key(number),
            "email": f"user{number}@example.com",
            "role": "member",
            "created_at": at.isoformat(),
        }
        self._changed = max(self._changed, at)
        self._write()

    def remove(self, number: int) -> None:
        del self._rows[number]
        self._write()

    def spoil(self, number: int) -> str:
        self._rows[number]["email"] = "not an address"
        self._write()
        return "email"

    def drop_column(self) -> str | None:
        self._columns.remove("role")
        self._write()
        return "role"

    def key(self, number: int) -> str:
        return f"u{number:03}"

    def _write(self) -> None:
        rows = [
            {name: row[name] for name in self._columns} for _, row in sorted(self._rows.items())
        ]
        write_rows(self.path, rows, self._columns)
        # Each version is later than the one before, as on a real clock.
        self._changed += timedelta(milliseconds=1)
        os.utime(self.path, (self._changed.timestamp(),) * 2)


def write_rows(path: Path, rows: list[Row], columns: list[str]) -> None:
    """Write rows in the format that the file's ending says."""
    if path.suffix == ".parquet":
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String())).write_parquet(path)
        return
    text = io.StringIO(newline="")
    if ".csv" in path.name:
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(rows)
    else:
        text.writelines(f"{json.dumps(row)}\n" for row in rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
