"""One file to its chunks, whatever its format and compression, or a SourceError."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from syncworker.sources import csv_file, file_errors, json_lines_file, parquet_file
from syncworker.sources.chunks import Chunk, NotReadable
from syncworker.sources.file_bytes import text_of
from syncworker.sources.file_storage import Entry, Storage, StorageError

_TEXT = {"csv": csv_file.chunks, "jsonl": json_lines_file.chunks}
_ENDINGS = {"csv": "csv", "jsonl": "jsonl", "ndjson": "jsonl", "parquet": "parquet"}
_COMPRESSED = (".gz", ".zst")


def format_of(name: str) -> str:
    """The format a file's ending tells, a compression's ending left aside, or ""."""
    plain = name.lower()
    compressed = next((ending for ending in _COMPRESSED if plain.endswith(ending)), "")
    format_ = _ENDINGS.get(plain.removesuffix(compressed).rpartition(".")[2], "")
    return "" if compressed and format_ == "parquet" else format_


def chunks(
    where: str,
    storage: Storage,
    entry: Entry,
    kind: str,
    names: Collection[str],
    after: int,
    size: int,
) -> Iterator[Chunk]:
    """The file's rows behind line or row `after`, as long as it is the file that was listed.

    Args:
        where: The source and stream, for messages.
        storage: Where it is.
        entry: The file as it was listed.
        kind: csv, jsonl or parquet.
        names: The columns that are wanted.
        after: The line or row that was read last.
        size: Rows of a chunk.

    Raises:
        SourceError: It cannot be read, has changed or vanished.
    """
    with explained(where, storage, entry):
        for chunk in _read(storage, entry.name, kind, names, after, size):
            # Before these rows count: those of a file that was replaced may be halves.
            now = storage.entry(entry.name)
            if now is None or now.version != entry.version:
                raise file_errors.changed(where, _place(storage, entry), gone=now is None)
            yield chunk


def rows(where: str, storage: Storage, entry: Entry) -> int:
    """How many rows the metadata of a Parquet file tell; raises SourceError."""
    with explained(where, storage, entry), storage.on_disk(entry.name) as path:
        return parquet_file.rows(path)


@contextmanager
def explained(where: str, storage: Storage, entry: Entry) -> Iterator[None]:
    """What a file's reading raises as a SourceError that names the file."""
    place = _place(storage, entry)
    try:
        yield
    except NotReadable as error:
        raise file_errors.not_readable(where, place, error) from None
    except StorageError as error:
        if error.gone:
            raise file_errors.changed(where, place, gone=True) from None
        raise file_errors.storage_failed(where, place, error) from None


def _read(
    storage: Storage, name: str, kind: str, names: Collection[str], after: int, size: int
) -> Iterator[Chunk]:
    if kind == "parquet":
        with storage.on_disk(name) as path:
            yield from parquet_file.chunks(path, names, after, size)
    else:
        with storage.opened(name) as stored, text_of(name, stored) as text:
            yield from _TEXT[kind](text, names, after, size)


def _place(storage: Storage, entry: Entry) -> str:
    return f"{storage.place}/{entry.name}"
