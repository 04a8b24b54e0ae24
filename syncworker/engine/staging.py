"""Where rows wait between the sources and the metrics, as a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import polars as pl


class Staging(Protocol):
    """Rows as Parquet, per portal and stream."""

    def write(self, portal: str, stream: str, name: str, rows: pl.DataFrame) -> str:
        """Write one file whole or not at all and return its place, relative to the staging URL."""
        ...

    def scan(
        self, stream: str, places: Sequence[str], *, known_by: datetime | None = None
    ) -> pl.LazyFrame:
        """The stream's rows in those files, one per key: newest version, or first received.

        With `known_by`, as they were known then: what was read later is as if it were not there.
        """
        ...

    def cut(
        self, portal: str, folder: str, name: str, rows: pl.LazyFrame, by: str
    ) -> Mapping[int, str]:
        """Write rows as one file for each value of the column `by`; their places by value."""
        ...

    def read(self, places: Sequence[str], schema: pl.Schema) -> pl.LazyFrame:
        """The rows of files that are no stream's, in this schema."""
        ...

    def versions(
        self, stream: str, places: Sequence[str], *, known_by: datetime | None = None
    ) -> pl.LazyFrame:
        """Every version of the rows in those files that differs from the one before it.

        With `known_by`, without those that were read later.
        """
        ...

    def changed(self, stream: str, before: Sequence[str], now: Sequence[str]) -> pl.LazyFrame:
        """The rows of `now`, one per key, that are not just so in `before`."""
        ...

    def oldest(self, stream: str, places: Sequence[str]) -> date | datetime | None:
        """The earliest event time in those files, of a stream that has one."""
        ...

    def late(
        self, stream: str, places: Sequence[str], *, after: datetime, known_by: datetime
    ) -> date | datetime | None:
        """The earliest event time of what was learnt in (after, known_by], and not known before."""
        ...

    def missing(self, stream: str, before: Sequence[str], now: Sequence[str]) -> pl.DataFrame:
        """Undeleted rows of `before`, one per key, whose key is not in `now`."""
        ...

    def require(self, places: Sequence[str]) -> None:
        """Make sure the files are there; raises StoreError."""
        ...

    def files(self, portal: str) -> Mapping[str, int]:
        """By place, the size in bytes of every file there is; nothing on object storage."""
        ...

    def remove(self, places: Sequence[str]) -> None:
        """Remove files; one that is gone already is fine."""
        ...
