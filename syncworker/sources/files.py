"""A folder of files as a source: CSV, JSON Lines or Parquet, on disk or in object storage.

What was read is remembered as a listing of files and their versions. A stream of happenings reads
only files that are new or changed since. A stream of states is read whole as soon as one of its
files is new, changed or gone, and else not at all: a row is missed only where all are read.

A file changed after the run's watermark may still be written, and waits for the next run. A stream
that is read whole waits with all its files: one that is left out would look like deleted rows. Its
first reading, which has nothing to wait with, stops and says so.

A run goes on with the files it began with. One that has become another since is left to the next
run, which reads it from its start: rows read twice have one key, rows that were passed over would
be lost. Where the stream is read whole the run stops instead, and the next begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from syncworker.engine.ports import Page, Reach
from syncworker.errors import SourceError
from syncworker.mapping.rules_files import is_inside
from syncworker.mapping.source_files import FilesSource as FilesConfig
from syncworker.model import stripe
from syncworker.model.streams import STREAMS
from syncworker.sources import file_errors, file_reader, file_segment, file_shapes
from syncworker.sources.chunks import Chunk
from syncworker.sources.file_listing import Listing, Place
from syncworker.sources.file_page import PageBuilder
from syncworker.sources.file_storage import Entry, Storage, StorageError
from syncworker.sources.pages import not_by_range, require_columns, stream_of

PAGE_ROWS = 20_000


class FilesSource:
    """Reads the files of a folder, in the order of their names.

    Args:
        name: The source's name in the mapping.
        config: Its section of the mapping.
        page_rows: Rows of a page.
    """

    def __init__(self, name: str, config: FilesConfig, *, page_rows: int = PAGE_ROWS) -> None:
        self.name = name
        self._url = config.path
        self._streams = config.streams
        self._page_rows = page_rows

    def provides(self, stream: str) -> tuple[str, ...]:
        """The stream itself, or those a Stripe subscription holds."""
        shape = self._streams[stream].shape
        if shape == "stripe":
            return stripe.STREAMS
        return (file_segment.STREAM if shape == "segment" else stream_of(self.name, stream).name,)

    def incremental(self, stream: str) -> bool:
        """Whether only new and changed files are read: as configured, else for happenings."""
        whole = self._streams[stream].whole
        if whole is not None:
            return not whole
        return all(STREAMS[name].event_time is not None for name in self.provides(stream))

    def full_every(self, stream: str) -> timedelta | None:  # noqa: ARG002 - a Source is asked
        """None: a deleted row of states is noticed by each reading, happenings are not deleted."""
        return None

    def count(self, stream: str) -> int | None:
        """The rows that the metadata of local Parquet files say; else None."""
        storage, files = self._files(stream)
        if not storage.local or any(self._kind(stream, f.name) != "parquet" for f in files):
            return None
        return sum(file_reader.rows(self._where(stream), storage, file) for file in files)

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; at least one page comes, if an empty one."""
        storage, files = self._files(stream)
        whole = not self.incremental(stream)
        before = Listing.load(since)
        if resume is None:
            ready = [f for f in files if f.modified is None or f.modified <= watermark]
            place = Place("", 0, Listing.of(ready))
            if whole and len(ready) < len(files) and since is None:
                newest = next(f.name for f in files if f not in ready)
                raise file_errors.too_new(self._where(stream), newest, watermark)
            if (whole and len(ready) < len(files)) or (since is not None and place.run == before):
                yield Page({}, cursor=since, unchanged=True)
                return
        else:
            place = Place.load(resume)
        due = [f for f in files if place.run.holds(f)]
        if whole and len(due) < len(place.run):
            raise file_errors.changed_in_run(self._where(stream), storage.place)
        due = [f for f in due if f.name >= place.file and (whole or not before.holds(f))]
        yield from self._pages(stream, storage, due, place, watermark)

    def reach(self, stream: str) -> Reach:  # noqa: ARG002 - a Source is asked by stream
        """Whole: a file's name and time do not tell what time its rows are of."""
        return "whole"

    def between(self, stream: str, **_: object) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`: no stream is asked."""
        raise not_by_range(self.name, stream)

    def _pages(
        self,
        stream: str,
        storage: Storage,
        files: list[Entry],
        place: Place,
        watermark: datetime,
    ) -> Iterator[Page]:
        config = self._streams[stream]
        names = self._names(stream)
        builder = PageBuilder(place, self.name, watermark)
        begun = bool(place.file)
        try:
            for file in files:
                for chunk in self._chunks(stream, storage, file, place):
                    self._require(stream, file.name, names, chunk, begun=begun)
                    begun = begun or bool(chunk.positions)
                    part = file_shapes.part(config.shape, stream, names, file.name, chunk)
                    if not builder.fits(part, self._page_rows, declared=chunk.declared):
                        yield builder.page()
                    here = Place(file.name, chunk.last, place.run)
                    builder.add(part, here, declared=chunk.declared)
        except SourceError:
            # What was read before the damage is whole, and need not be read again.
            if builder.rows:
                yield builder.page()
            raise
        yield builder.page(cursor=place.run.dump())

    def _chunks(self, stream: str, storage: Storage, file: Entry, place: Place) -> Iterator[Chunk]:
        return file_reader.chunks(
            self._where(stream),
            storage,
            file,
            self._kind(stream, file.name),
            frozenset(self._names(stream).values()),
            place.after if file.name == place.file else 0,
            self._page_rows,
        )

    def _files(self, stream: str) -> tuple[Storage, list[Entry]]:
        pattern, where = self._streams[stream].path, self._where(stream)
        try:
            storage = Storage(self._url)
        except (ImportError, ValueError) as error:
            raise file_errors.no_storage(where, self._url, error) from None
        try:
            files = storage.find(pattern) if is_inside(pattern) else []
        except StorageError as error:
            raise file_errors.storage_failed(where, storage.place, error) from None
        if not files:
            raise file_errors.none_found(where, pattern, storage.place)
        for file in files:
            self._kind(stream, file.name)
        return storage, files

    def _kind(self, stream: str, name: str) -> str:
        """The file's format; raises SourceError where it is none this stream can have."""
        config = self._streams[stream]
        shaped = config.shape != "canonical"
        kind = config.format or file_reader.format_of(name) or ("jsonl" if shaped else "")
        if not kind or (shaped and kind != "jsonl"):
            raise file_errors.unknown_format(self._where(stream), name)
        return kind

    def _names(self, stream: str) -> dict[str, str]:
        """Of canonical rows, the file's column for each of the stream's."""
        config = self._streams[stream]
        if config.shape != "canonical":
            return {}
        return file_shapes.wanted(stream, config.columns)

    def _require(
        self, stream: str, place: str, names: dict[str, str], chunk: Chunk, *, begun: bool
    ) -> None:
        # JSON Lines has no header: a later page may well lack what its rows should have.
        if names and (chunk.declared or (chunk.positions and not begun)):
            there = [name for name, theirs in names.items() if theirs in chunk.columns]
            help_ = f"Name the file's column under columns: of {stream}, or add it to the file."
            require_columns(self.name, STREAMS[stream], place, there, help_)

    def _where(self, stream: str) -> str:
        return f"source {self.name}, stream {stream}"
