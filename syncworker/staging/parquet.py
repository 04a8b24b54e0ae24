"""Staged rows as Parquet files: `<portal>/<stream>/<name>.parquet` under one folder or URL.

A file is never changed after it was written. Which files count is not decided here: the caller
keeps their places.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl
from polars.io.partition import FileProviderArgs

from syncworker.errors import StoreError
from syncworker.model.stream import Stream
from syncworker.model.streams import STREAMS
from syncworker.staging import room
from syncworker.staging.versions import contents, differing, earliest_unknown, newest, unlike

_ONE_FILE = 2**62
_ROW_GROUP = 16_384  # many files are open at once while rows are cut


class ParquetStaging:
    """Writes and reads staged rows.

    Args:
        url: A local folder, or an object storage's URL such as `s3://bucket/folder`. Of the
            latter Polars finds the credentials where the storage's own tools do.
    """

    def __init__(self, url: str) -> None:
        self._root = url.removeprefix("file://").rstrip("/")
        self._remote = "://" in self._root

    def write(self, portal: str, stream: str, name: str, rows: pl.DataFrame) -> str:
        """Write one file whole or not at all and return its place, relative to the staging URL.

        Writing the same name again replaces the file.

        Raises:
            StoreError: There is no room for it.
        """
        place = f"{portal}/{stream}/{name}.parquet"
        with room.told(self._root, portal):
            self._write(f"{self._root}/{place}", rows)
        return place

    def _write(self, target: str, rows: pl.DataFrame) -> None:
        if self._remote:  # object storage shows an object when it is whole
            rows.write_parquet(target)
            return
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(f"{target}.{os.getpid()}.unfinished")
        try:
            with unfinished.open("wb") as file:
                rows.write_parquet(file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    def scan(
        self, stream: str, places: Sequence[str], *, known_by: datetime | None = None
    ) -> pl.LazyFrame:
        """The stream's rows in those files, one per key, as `versions.newest` chooses them.

        A column that an older file lacks is empty; one that the stream no longer has is left out.
        Rows marked as deleted are among them. `known_by` leaves out what was read after it, before
        anything is chosen.
        """
        definition = STREAMS[stream]
        rows = self._rows(definition, places)
        return newest(definition, _known(definition, rows, known_by))

    def cut(
        self, portal: str, folder: str, name: str, rows: pl.LazyFrame, by: str
    ) -> dict[int, str]:
        """Write rows as one file for each value of the column `by`, which is left out.

        The files are `<portal>/<folder>/<name>-<value>.parquet`, written while the rows are
        computed; those of a cut that did not come to its end are worth nothing.

        Returns:
            The place of each value that has rows.

        Raises:
            StoreError: There is no room for them.
        """
        base = f"{self._root}/{portal}/{folder}"
        values: list[int] = []

        def file(told: FileProviderArgs) -> str:
            values.append(int(told.partition_keys.item()))
            return f"{name}-{values[-1]}.parquet"

        with room.told(self._root, portal):
            rows.sink_parquet(
                pl.PartitionBy(
                    base,
                    key=by,
                    include_key=False,
                    file_path_provider=file,
                    approximate_bytes_per_file=_ONE_FILE,
                ),
                compression="lz4",
                row_group_size=_ROW_GROUP,
                maintain_order=False,
                mkdir=not self._remote,
                engine="streaming",
            )
        return {value: f"{portal}/{folder}/{name}-{value}.parquet" for value in sorted(values)}

    def read(self, places: Sequence[str], schema: pl.Schema) -> pl.LazyFrame:
        """The rows of files that are no stream's as they stand there, in this schema."""
        return self._scan(schema, places)

    def versions(
        self, stream: str, places: Sequence[str], *, known_by: datetime | None = None
    ) -> pl.LazyFrame:
        """Every version of the rows in those files that differs from the one before it.

        `known_by` leaves out what was read after it.
        """
        definition = STREAMS[stream]
        rows = _known(definition, self._rows(definition, places), known_by)
        return differing(definition, rows)

    def changed(self, stream: str, before: Sequence[str], now: Sequence[str]) -> pl.LazyFrame:
        """The rows of `now`, one per key, that are not just so in `before`."""
        definition = STREAMS[stream]
        known = contents(definition, self.scan(stream, before))
        return unlike(definition, self.scan(stream, now), known)

    def oldest(self, stream: str, places: Sequence[str]) -> date | datetime | None:
        """The earliest event time in those files, of a stream that has one."""
        definition = STREAMS[stream]
        if definition.event_time is None:
            return None
        times = self._rows(definition, places).select(pl.col(definition.event_time).min())
        found: date | datetime | None = times.collect(engine="streaming").item()
        return found

    def late(
        self, stream: str, places: Sequence[str], *, after: datetime, known_by: datetime
    ) -> date | datetime | None:
        """The earliest event time of what was learnt in (after, known_by], and not known before.

        A row is known by its key; an event and a day's usage by all that they say.
        """
        definition = STREAMS[stream]
        rows = self._rows(definition, places)
        synced, moment = pl.col("synced_at"), definition.schema()["synced_at"]
        fresh = rows.filter(synced > pl.lit(after, moment), synced <= pl.lit(known_by, moment))
        return earliest_unknown(definition, fresh, rows.filter(synced <= pl.lit(after, moment)))

    def missing(self, stream: str, before: Sequence[str], now: Sequence[str]) -> pl.DataFrame:
        """The rows of `before`, not deleted there, whose key is not in `now`.

        With `deleted_at` and `synced_at` set to a full read's watermark they are what that read
        has found deleted.
        """
        key = list(STREAMS[stream].key)
        there = self._rows(STREAMS[stream], now).select(key)
        return (
            self.scan(stream, before)
            .filter(pl.col("deleted_at").is_null())
            .join(there, on=key, how="anti", nulls_equal=True)
            .collect(engine="streaming")
        )

    def files(self, portal: str) -> dict[str, int]:
        """By place, the size in bytes of every file there is; nothing on object storage.

        Unfinished files of a killed process are among them.
        """
        if self._remote:
            return {}
        root = Path(self._root)
        return {
            path.relative_to(root).as_posix(): path.stat().st_size
            for path in sorted(root.glob(f"{portal}/*/*"))
            if path.is_file()
        }

    def remove(self, places: Sequence[str]) -> None:
        """Remove files; one that is gone already is fine. On object storage they stay.

        Object storage has its own rules for ageing files out, and nothing reads them again.
        """
        if not self._remote:
            for place in places:
                Path(f"{self._root}/{place}").unlink(missing_ok=True)

    def require(self, places: Sequence[str]) -> None:
        """Make sure the files are here; object storage is believed.

        Raises:
            StoreError: Some are not; staging is another one than the store remembers.
        """
        gone = [p for p in places if not self._remote and not Path(f"{self._root}/{p}").exists()]
        if gone:
            raise StoreError(
                f"{len(gone)} of {len(places)} staged files are not in {self._root}: {gone[0]} …",
                help="do all workers share one SYNCWORKER_STAGING_URL? Where the files are lost "
                "for good, start anew with another SYNCWORKER_HOME",
                code="STAGING_MISSING",
            )

    def _rows(self, stream: Stream, places: Sequence[str]) -> pl.LazyFrame:
        return self._scan(stream.schema(), places)

    def _scan(self, schema: pl.Schema, places: Sequence[str]) -> pl.LazyFrame:
        if not places:
            return pl.LazyFrame(schema=schema)
        self.require(places)
        return pl.scan_parquet(
            [f"{self._root}/{place}" for place in places],
            schema=schema,
            missing_columns="insert",
            extra_columns="ignore",
            glob=False,
        )


def _known(stream: Stream, rows: pl.LazyFrame, by: datetime | None) -> pl.LazyFrame:
    if by is None:
        return rows
    return rows.filter(pl.col("synced_at") <= pl.lit(by, dtype=stream.schema()["synced_at"]))
