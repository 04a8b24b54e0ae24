"""A file's text as bytes: decompressed as it is read, and checked for not being text at all."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from syncworker.sources.chunks import NotReadable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_MAGIC = {".gz": ("gzip", _GZIP), ".zst": ("zstd", _ZSTD)}
_HTML = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")
_PEEK = 512
_BUFFER = 2**17


@contextmanager
def text_of(name: str, stored: BinaryIO) -> Iterator[BinaryIO]:
    """The file's own bytes, whether it is stored plain, as gzip or as zstd.

    What it is stored as is told by its first bytes: some tools decompress on the way and leave the
    ending.

    Raises:
        NotReadable: It is HTML, UTF-16, or ends in .gz or .zst and is neither that nor text; while
            reading: the compressed file is cut off or damaged.
    """
    buffered = cast("io.BufferedReader[Any]", stored)
    head = buffered.peek(_PEEK)
    ending = next((e for e in _MAGIC if name.lower().endswith(e)), "")
    if not head and ending:
        raise NotReadable(f"is empty, which no {_MAGIC[ending][0]} file is")
    if head.startswith(_GZIP):
        unpacked = cast("BinaryIO", gzip.GzipFile(fileobj=buffered))
        file = _buffered(_Checked(unpacked, "gzip"))
    elif head.startswith(_ZSTD):
        unpacked = cast("BinaryIO", zstd.ZstdFile(buffered))
        file = _buffered(_Checked(unpacked, "zstd"))
    else:
        file = buffered
    start = file.peek(_PEEK)
    _refuse_other(start)
    if ending and file is buffered and not _is_text(start):
        raise NotReadable(f"is not {_MAGIC[ending][0]}, as its ending says, nor text")
    yield cast("BinaryIO", file)


def _refuse_other(start: bytes) -> None:
    if start.removeprefix(BOM).lstrip().lower().startswith(_HTML):
        raise NotReadable(
            "is HTML or XML, not data: perhaps a login or error page was saved in its place",
            help="Export the file anew and open it in a text editor before the next run.",
        )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotReadable("is UTF-16 text, not UTF-8", help="Export the file as UTF-8.")
    if start.startswith((b"PK\x03\x04", b"PAR1")):
        kind = "a ZIP archive" if start.startswith(b"PK") else "Parquet"
        raise NotReadable(f"is {kind}, not text", help="Give it the ending of what it is.")


def _buffered(raw: Any) -> io.BufferedReader[Any]:  # noqa: ANN401 - any stream
    return io.BufferedReader(raw, _BUFFER)


def _is_text(start: bytes) -> bool:
    return not any(byte < 9 for byte in start)  # noqa: PLR2004 - a tab is the first that text has


class _Checked(io.RawIOBase):
    """Decompressed bytes; a file that is cut off or damaged is NotReadable."""

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._file = file
        self._kind = kind
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # a buffer of one kind
        try:
            data = self._file.read(len(buffer))
        except EOFError:
            raise NotReadable(
                f"is cut off: its {self._kind} data ends behind byte {self._read:,} of its text",
                help="Copy or export the file anew; it may still have been on its way.",
            ) from None
        except (zlib.error, gzip.BadGzipFile, zstd.ZstdError):
            raise NotReadable(
                f"is damaged: its {self._kind} data cannot be unpacked behind byte "
                f"{self._read:,} of its text",
                help="Copy or export the file anew.",
            ) from None
        buffer[: len(data)] = data
        self._read += len(data)
        return len(data)
