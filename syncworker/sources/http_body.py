"""An answer's body, unpacked: plain, gzip, deflate, or a zip archive of such files.

What it is packed with is told by its first bytes, as servers often do not say. No more is unpacked
than `most` bytes, however small the packed body is.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

import orjson

from syncworker.sources.http_faults import Place
from syncworker.sources.http_sender import Answer

MOST_UNPACKED = 32 * 2**30  # bytes of one body of JSON Lines
MOST_DOCUMENT = 512 * 2**20  # bytes of one JSON document, which is held in memory
_LAYERS = 3
_ENCODINGS = ("gzip", "x-gzip", "deflate", "identity")
_SMALLER = "Ask for less at a time: smaller pages, or a window under cursor."


class TooLargeError(Exception):
    """More would be unpacked than may be."""


class _Budget:
    def __init__(self, most: int) -> None:
        self.left = most


class _Bounded(io.RawIOBase):
    """Reads a stream until the budget is used up."""

    def __init__(self, stream: IO[bytes], budget: _Budget) -> None:
        self._stream = stream
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a buffer, as io has it
        data = self._stream.read(len(buffer))
        self._budget.left -= len(data)
        if self._budget.left < 0:
            raise TooLargeError
        buffer[: len(data)] = data
        return len(data)


class _Inflated(io.RawIOBase):
    """Reads deflate, with zlib's header (RFC 9110, 8.4.1.2) or, as some servers do, without."""

    def __init__(self, stream: IO[bytes]) -> None:
        head = stream.read(2)
        stream.seek(0)
        wrapped = len(head) == 2 and head[0] & 15 == 8 and int.from_bytes(head) % 31 == 0  # noqa: PLR2004
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a buffer, as io has it
        data = b""
        while not data and not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._stream.read(len(buffer))
            if not packed:
                raise EOFError
            data = self._inflate.decompress(packed, len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def told_as_faults(answer: Answer, place: Place) -> Iterator[None]:
    """Errors of unpacking, inside the block, as a SourceError."""
    try:
        yield
    except TooLargeError:
        reason = "the answer is too large when it is unpacked"
        raise place.fault(answer.url, reason, "SIZE", _SMALLER) from None
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        cut = isinstance(error, EOFError) or "truncated" in str(error)
        how = "ends too early" if cut else "is damaged"
        reason = f"the packed answer {how}"
        raise place.fault(answer.url, reason, "ANSWER", retry=True) from None
    except (RuntimeError, NotImplementedError):
        reason = "the archive is encrypted, or packed in a way that cannot be read"
        raise place.fault(answer.url, reason, "ANSWER") from None


def opened(
    answer: Answer, place: Place, most: int = MOST_UNPACKED
) -> Iterator[tuple[io.BufferedReader, bool]]:
    """The body's files, one after the other, and whether each came out of an archive.

    Raises:
        SourceError: The body is packed in a way that cannot be read.
    """
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in _ENCODINGS:
        reason = f"the answer is packed as {place.clean(encoding)}, which was not asked for"
        raise place.fault(answer.url, reason, "ANSWER")
    answer.file.seek(0)
    budget = _Budget(most)
    if encoding == "deflate" and answer.file.read(1):
        answer.file.seek(0)
        stream = cast("IO[bytes]", _Inflated(answer.file))
        yield io.BufferedReader(_Bounded(stream, budget)), False
        return
    answer.file.seek(0)
    for file, archived in _files(answer.file, _LAYERS):
        yield io.BufferedReader(_Bounded(file, budget)), archived


def _files(stream: IO[bytes], layers: int) -> Iterator[tuple[IO[bytes], bool]]:
    head = stream.read(4)
    stream.seek(0)
    if layers and head.startswith(b"\x1f\x8b"):
        yield from _files(cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb")), layers - 1)
    elif layers and head in (b"PK\x03\x04", b"PK\x05\x06"):
        with zipfile.ZipFile(stream) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    with archive.open(info) as member:
                        yield from ((file, True) for file, _ in _files(member, layers - 1))
    else:
        yield stream, False


def document(answer: Answer, place: Place) -> object:
    """The body as one JSON document.

    Raises:
        SourceError: It is none.
    """
    with told_as_faults(answer, place):
        text = b"".join(file.read() for file, _ in opened(answer, place, MOST_DOCUMENT))
    return parsed(text, answer, place)


def parsed(text: bytes, answer: Answer, place: Place) -> object:
    """JSON text as a value.

    Raises:
        SourceError: It is none.
    """
    kind = answer.headers.get("Content-Type", "")
    if text.lstrip()[:1] == b"<" or "html" in kind:
        help_ = "Check base_url and path: a page for people answered, perhaps a login page."
        raise place.fault(answer.url, "HTML came where JSON was expected", "ANSWER", help_)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = f"the answer is not JSON: {error.msg} at character {error.pos + 1}"
        if not text.strip():
            reason = "the answer is empty where JSON was expected"
        help_ = "Check base_url and path, and whether the API can answer in JSON."
        raise place.fault(answer.url, reason, "ANSWER", help_) from None
