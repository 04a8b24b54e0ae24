"""Where files are: a folder, or object storage by its URL, both through fsspec.

Credentials are found where the storage's own tools find them; none is read or kept here. A listing
is always asked for anew: fsspec would remember one for as long as the process lives.
"""

from __future__ import annotations

import glob
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

_BLOCK = 4 * 2**20
# What each storage calls the time of the last change: a folder, S3, Google's, Azure's, memory.
_MODIFIED = ("mtime", "LastModified", "updated", "last_modified", "created")
_ETAGS = ("ETag", "etag")
_GONE = (FileNotFoundError, NotADirectoryError)
T = TypeVar("T")


class StorageError(OSError):
    """A storage did not give what it was asked for; the message is the storage's own.

    Attributes:
        words: What is wrong.
        passing: Whether trying again may help: a connection, not a missing permission.
        gone: Whether there is no such file.
    """

    def __init__(self, words: str, *, passing: bool, gone: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.passing = passing
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as its storage lists it.

    Attributes:
        name: Its name, relative to the folder.
        size: Its bytes, as stored.
        modified: When it was last changed; aware UTC, or None where the storage does not tell.
        version: Text that is another one when the content is.
    """

    name: str
    size: int
    modified: datetime | None
    version: str


class Storage:
    """A folder of files.

    Args:
        url: A local folder, or a URL such as `s3://bucket/folder`.

    Raises:
        ImportError: The package for this storage is not installed; `name` says which.
        ValueError: fsspec knows no such storage.
    """

    def __init__(self, url: str) -> None:
        # Its own instance: a shared one would not survive a fork, nor forget its listings.
        self._fs, root = fsspec.url_to_fs(url, skip_instance_cache=True)
        self._root = root.rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)
        scheme = url.partition("://")[0]
        self.place = self._root if self._local else f"{scheme}://{self._root.lstrip('/')}"

    def find(self, pattern: str) -> list[Entry]:
        """The files that match, in the order of their names.

        Raises:
            StorageError: The storage cannot be listed.
        """
        found = self._asked(lambda: self._find(pattern))
        return sorted((self._entry(info) for info in found), key=lambda entry: entry.name)

    def entry(self, name: str) -> Entry | None:
        """The file as it is now, or None where it is gone.

        Raises:
            StorageError: The storage does not answer.
        """
        try:
            return self._entry(self._asked(lambda: self._info(f"{self._root}/{name}")))
        except StorageError as error:
            if error.gone:
                return None
            raise

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """The file's bytes, read in blocks as they are asked for.

        Raises:
            StorageError: It cannot be opened, or read any further.
        """
        path = f"{self._root}/{name}"
        raw = _Raw(self._asked(lambda: self._fs.open(path, "rb", block_size=_BLOCK)), self._asked)
        with io.BufferedReader(raw, 2**17) as file:
            yield cast("BinaryIO", file)

    @contextmanager
    def on_disk(self, name: str) -> Iterator[Path]:
        """The file as a local one: itself, or a copy that is removed afterwards.

        Raises:
            StorageError: It cannot be read.
        """
        if self._local:
            yield Path(f"{self._root}/{name}")
            return
        with tempfile.TemporaryDirectory(prefix="syncworker-") as folder:
            copy = Path(folder) / "file"
            with self.opened(name) as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, _BLOCK)
            yield copy

    @property
    def local(self) -> bool:
        """Whether it is a folder of this machine."""
        return self._local

    def _find(self, pattern: str) -> list[Mapping[str, Any]]:
        self._fs.invalidate_cache()
        found = self._fs.glob(f"{glob.escape(self._root)}/{pattern}", detail=True)
        # A link is listed as what it is itself; what counts is the file it leads to.
        infos = [self._info(i["name"]) if i.get("islink") else i for i in found.values()]
        return [info for info in infos if info["type"] == "file"]

    def _info(self, path: str) -> Mapping[str, Any]:
        self._fs.invalidate_cache()
        info: Mapping[str, Any] = self._fs.info(path)
        return info

    def _entry(self, info: Mapping[str, Any]) -> Entry:
        modified = _moment(next((info[key] for key in _MODIFIED if info.get(key)), None))
        etag = next((info[key] for key in _ETAGS if info.get(key)), None)
        size = int(info["size"] or 0)
        stamp = etag or (modified.isoformat() if modified else "")
        name = str(info["name"]).removeprefix(f"{self._root}/")
        return Entry(name, size, modified, f"{size} {stamp}")

    def _asked(self, ask: Callable[[], T]) -> T:
        """Every storage has errors of its own, and no common class but Exception."""
        try:
            return ask()
        except _GONE as error:
            raise StorageError("there is no such file", passing=False, gone=True) from error
        except (PermissionError, IsADirectoryError) as error:
            raise StorageError(error.strerror or str(error), passing=False) from error
        except Exception as error:
            if type(error).__name__ == "NoCredentialsError":
                raise StorageError("no credentials were found", passing=False) from error
            words = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise StorageError(" ".join(words.split()), passing=True) from error


class _Raw(io.RawIOBase):
    """A storage's file, whose every error is a StorageError."""

    def __init__(self, file: Any, asked: Callable[[Callable[[], Any]], Any]) -> None:  # noqa: ANN401
        self._file = file
        self._asked = asked

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a buffer, as io has it
        data: bytes = self._asked(lambda: self._file.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
