"""A folder of files as a source: CSV, JSON Lines or Parquet, read whole each run."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from syncworker.engine.ports import Page, RejectedRow
from syncworker.errors import SourceError
from syncworker.mapping.source_files import FilesSource as FilesConfig
from syncworker.model import stripe
from syncworker.model.streams import STREAMS
from syncworker.sources import csv_file, json_lines_file, parquet_file
from syncworker.sources.chunks import Chunk
from syncworker.sources.pages import RawRows, canonical, require_columns, stream_of

PAGE_ROWS = 20_000
Reader = Callable[[Path, Collection[str], int, int], Iterator[Chunk]]
_READERS: dict[str, Reader] = {
    "csv": csv_file.chunks,
    "jsonl": json_lines_file.chunks,
    "parquet": parquet_file.chunks,
}
_ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


class FilesSource:
    """Reads the files of a folder, in the order of their names.

    Args:
        name: The source's name in the mapping.
        config: Its section of the mapping.
        page_rows: Rows of a page.
    """

    def __init__(self, name: str, config: FilesConfig, *, page_rows: int = PAGE_ROWS) -> None:
        self.name = name
        self._folder = Path(config.path)
        self._streams = config.streams
        self._page_rows = page_rows

    def provides(self, stream: str) -> tuple[str, ...]:
        """The stream itself, or the three a Stripe subscription holds."""
        if self._streams[stream].shape == "stripe":
            return stripe.STREAMS
        return (stream_of(self.name, stream).name,)

    def incremental(self, stream: str) -> bool:  # noqa: ARG002 - a Source is asked by stream
        """False: files are read whole each run."""
        return False

    def full_every(self, stream: str) -> timedelta | None:  # noqa: ARG002 - a Source is asked
        """None: every reading is whole."""
        return None

    def count(self, stream: str) -> int | None:  # noqa: ARG002 - a Source is asked by stream
        """None: only reading the files would tell."""
        return None

    def pages(
        self,
        stream: str,
        *,
        since: str | None,  # noqa: ARG002 - there is no cursor
        resume: str | None,
        watermark: datetime,
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; at least one page comes, if an empty one."""
        self.provides(stream)
        place, after = ("", 0) if resume is None else json.loads(resume)
        files = self._files(stream)
        begun = resume is not None
        came = False
        for path in files:
            here = path.relative_to(self._folder).as_posix()
            if here < place:
                continue
            for chunk in self._chunks(stream, path, after if here == place else 0):
                if not chunk.positions and not chunk.unreadable:
                    continue
                came = True
                yield self._page(stream, here, chunk, watermark, begun=begun)
                begun = True
        if not came:
            empty = Chunk((), {}, after)
            yield self._page(stream, place, empty, watermark, begun=True)

    def _files(self, stream: str) -> list[Path]:
        pattern = self._streams[stream].path
        inside = not Path(pattern).is_absolute() and ".." not in Path(pattern).parts
        files = [path for path in self._folder.glob(pattern) if path.is_file()] if inside else []
        if not files:
            # Read as an empty stream it would mark every row as deleted.
            raise SourceError(
                f"source {self.name}, stream {stream}: no file {pattern} in {self._folder}",
                help="Correct the source's path, or the stream's path, which lies inside it.",
                code="SOURCE_UNREACHABLE",
            )
        return sorted(files, key=lambda path: path.relative_to(self._folder).as_posix())

    def _chunks(self, stream: str, path: Path, after: int) -> Iterator[Chunk]:
        config = self._streams[stream]
        kind = config.format or _ENDINGS.get(path.suffix.lower(), "")
        if kind not in _READERS or (config.shape == "stripe" and kind != "jsonl"):
            raise SourceError(
                f"source {self.name}, stream {stream}: {path} is no file of a known format",
                help="Say the stream's format: csv, jsonl or parquet; shape stripe needs jsonl.",
                code="SOURCE_FORMAT",
            )
        names = self._columns(stream).values() if config.shape == "canonical" else ()
        try:
            yield from _READERS[kind](path, frozenset(names), after, self._page_rows)
        except (OSError, pl.exceptions.PolarsError) as error:
            words = error.strerror if isinstance(error, OSError) else f"not readable as {kind}"
            raise SourceError(
                f"source {self.name}, stream {stream}: {path}: {words}",
                help="Check that the file is whole and may be read.",
                code="SOURCE_FILE",
            ) from None

    def _columns(self, stream: str) -> dict[str, str]:
        """The file's column for each column of the stream."""
        names = {column.name: column.name for column in STREAMS[stream].columns}
        return names | self._streams[stream].columns

    def _page(
        self, stream: str, place: str, chunk: Chunk, watermark: datetime, *, begun: bool
    ) -> Page:
        rejected = [
            RejectedRow(stream, place, line, "", reason) for line, reason in chunk.unreadable
        ]
        if self._streams[stream].shape == "stripe":
            raw, refused = _stripe(place, chunk)
            rejected += refused
        else:
            columns = {
                name: chunk.columns[theirs]
                for name, theirs in self._columns(stream).items()
                if theirs in chunk.columns
            }
            # JSON Lines has no header: a later page may well lack what its rows should have.
            if chunk.positions and not (chunk.records and begun):
                help_ = f"Name the file's column under columns: of {stream}, or add it to the file."
                require_columns(self.name, STREAMS[stream], place, columns, help_)
            raw = {stream: RawRows(place, chunk.positions, columns)}
        frames = {}
        for name, rows in raw.items():
            frames[name], bad = canonical(STREAMS[name], rows, self.name, watermark)
            rejected += bad
        rejected.sort(key=lambda row: row.position)
        return Page(frames, tuple(rejected), resume=json.dumps([place, chunk.last]))


def _stripe(place: str, chunk: Chunk) -> tuple[dict[str, RawRows], list[RejectedRow]]:
    rows: dict[str, list[stripe.Row]] = {name: [] for name in stripe.STREAMS}
    positions: dict[str, list[int]] = {name: [] for name in stripe.STREAMS}
    rejected: list[RejectedRow] = []
    for line, record in zip(chunk.positions, chunk.records, strict=True):
        parts = stripe.subscription_rows(record)
        for name in stripe.STREAMS:
            rows[name] += parts.rows[name]
            positions[name] += [line] * len(parts.rows[name])
        rejected += [
            RejectedRow(part.stream, place, line, part.field, part.reason, part.key)
            for part in parts.refused
        ]
    raw = {
        name: RawRows(
            place,
            positions[name],
            {column: [row.get(column) for row in rows[name]] for column in _names(name)},
        )
        for name in stripe.STREAMS
    }
    return raw, rejected


def _names(stream: str) -> list[str]:
    return [column.name for column in STREAMS[stream].columns]
