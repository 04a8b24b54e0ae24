"""What can be wrong with files as a SourceError: what, where, and what to do."""

from __future__ import annotations

from datetime import datetime

from syncworker.errors import SourceError
from syncworker.masking import mask
from syncworker.sources.chunks import NotReadable
from syncworker.sources.file_storage import StorageError

_PACKAGES = {"s3fs": '"syncworker[s3]"'}
_LONGEST = 300


def no_storage(where: str, url: str, error: ImportError | ValueError) -> SourceError:
    """The URL names a storage that cannot be used here."""
    scheme = url.partition("://")[0]
    if isinstance(error, ImportError):
        package = error.name or {"gs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}.get(scheme, "s3fs")
        reason = f"reading {scheme}:// needs a package that is not installed"
        help_ = f"pip install {_PACKAGES.get(package, package)}"
    else:
        reason = f"no storage is known by {scheme}://"
        help_ = "Use a folder, or a URL that begins with s3://, gs:// or az://."
    return SourceError(f"{where}: {reason}", help=help_, code="SOURCE_URL")


def none_found(where: str, pattern: str, place: str) -> SourceError:
    """No file matches; read as an empty stream it would mark every row as deleted."""
    return SourceError(
        f"{where}: no file {pattern} in {mask(place)}",
        help="Correct the source's path, or the stream's path, which lies inside it.",
        code="SOURCE_UNREACHABLE",
    )


def storage_failed(where: str, place: str, error: StorageError) -> SourceError:
    """The storage did not give a listing or a file."""
    words = mask(error.words)[:_LONGEST]
    return SourceError(
        f"{where}: {mask(place)}: {words}",
        retry=error.passing,
        help="Check that the storage is reachable."
        if error.passing
        else "Check that the file is there and may be read, and the storage's credentials.",
        code="SOURCE_UNREACHABLE",
    )


def not_readable(where: str, place: str, error: NotReadable) -> SourceError:
    """The file is not of its format, or damaged."""
    return SourceError(
        f"{where}: {mask(place)} {error.reason}", help=error.help, code="SOURCE_FILE"
    )


def unknown_format(where: str, place: str) -> SourceError:
    """Neither its ending nor the mapping says what the file is."""
    return SourceError(
        f"{where}: {mask(place)} is no file of a known format",
        help="Say the stream's format: csv, jsonl or parquet; stripe and segment need jsonl.",
        code="SOURCE_FORMAT",
    )


def changed(where: str, place: str, *, gone: bool) -> SourceError:
    """A file became another one between listing and reading, or while it was read."""
    what = "vanished" if gone else "changed"
    return SourceError(
        f"{where}: {mask(place)} {what} while it was read",
        retry=True,
        help="Write files under another name and rename them when they are whole.",
        code="SOURCE_CHANGED",
    )


def too_new(where: str, place: str, watermark: datetime) -> SourceError:
    """A first reading of a stream that is read whole finds a file newer than the run."""
    return SourceError(
        f"{where}: {mask(place)} was changed after the time of this run "
        f"({watermark:%Y-%m-%d %H:%M:%S} UTC), and may still be written",
        help="Start another run; with --as-of, one for a moment after the file was written.",
        code="SOURCE_CHANGED",
    )


def changed_in_run(where: str, place: str) -> SourceError:
    """Files of a stream that is read whole are no longer those the run began with."""
    return SourceError(
        f"{where}: files in {mask(place)} changed or vanished since this run began to read them, "
        "so that what is missing in them cannot be told from what was deleted",
        help="Start the run again: it reads the stream from its first file.",
        code="SOURCE_CHANGED",
    )
