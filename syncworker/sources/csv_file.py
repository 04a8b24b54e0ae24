"""Reads CSV (RFC 4180): comma separated, a header in the first line, UTF-8 with or without BOM.

A line that cannot be read is told and left out. A quote that is never closed spoils its own line
only: the lines behind it are read as if it were not there.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Collection, Iterator
from typing import BinaryIO

from syncworker.sources.chunks import CHUNK_BYTES, LONGEST_RECORD, Chunk, NotReadable

_MOST_LINES = 200  # of one record; text with more line ends is taken for an open quote
_OPEN_QUOTE = "unexpected end of data"  # the csv module's words; it has no error code
_NOT_CLOSED = "has a quote that is not closed"
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def chunks(file: BinaryIO, names: Collection[str], after: int, size: int) -> Iterator[Chunk]:
    """The file's rows, `size` at a time, behind line `after`.

    Bytes that are not UTF-8 come as lone surrogates, so that only their own value is refused.

    Raises:
        NotReadable: It has no header, or not one of CSV; or see `file_bytes.text_of`.
        OSError: The file cannot be read.
    """
    text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    lines = _Lines(text)
    header = _header(lines, names)
    wanted = {name: index for index, name in enumerate(header) if name in names}
    rows: list[list[str]] = []
    positions: list[int] = []
    unreadable: list[tuple[int, str, str]] = []
    while (start := lines.number + 1) and (record := _record(lines, len(header))) is not None:
        if lines.number <= after:
            continue
        if isinstance(record, str):
            unreadable.append((start, "", record))
        elif record:
            rows.append(record)
            positions.append(start)
        if len(rows) + len(unreadable) >= size or lines.held >= CHUNK_BYTES:
            yield _chunk(wanted, rows, positions, unreadable, lines.number)
            rows, positions, unreadable, lines.held = [], [], [], 0
    yield _chunk(wanted, rows, positions, unreadable, lines.number)


class _Lines:
    """Lines that can be taken back, counted from 1; of one that is too long, its start.

    Attributes:
        number: The line that was given last.
        held: How many characters were given since it was last set to 0.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self.number = 0
        self.held = 0

    def next(self) -> str | None:
        line = self._again.popleft() if self._again else self._read()
        self.number += bool(line)
        self.held += len(line)
        return line or None

    def _read(self) -> str:
        line = self._text.readline(LONGEST_RECORD + 1)
        end = line
        while len(end) > LONGEST_RECORD and not end.endswith(("\n", "\r")):
            end = self._text.readline(LONGEST_RECORD + 1)
        return line

    def take_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def _header(lines: _Lines, names: Collection[str]) -> list[str]:
    line = lines.next()
    if line is None or not line.strip():
        raise NotReadable(
            "has no header in its first line", help="CSV begins with the names of its columns."
        )
    if len(line) > LONGEST_RECORD:
        raise NotReadable(f"has no line end in its first {LONGEST_RECORD:,} characters")
    header = [name.strip() for name in next(csv.reader((line,)), [])]
    twice = sorted(name for name in set(header) & set(names) if header.count(name) > 1)
    if twice:
        raise NotReadable(
            f"has the column {', '.join(twice)} more than once",
            help="Rename or remove one of the two: it is not clear which one counts.",
        )
    if names and not set(header) & set(names):
        for separator, words in _SEPARATORS.items():
            if {name.strip(' "') for name in line.strip().split(separator)} & set(names):
                raise NotReadable(
                    f"separates its fields by {words}, not by commas",
                    help="Export it with commas between the fields.",
                )
    return header


def _record(lines: _Lines, width: int) -> list[str] | str | None:
    """The next record's fields ([]: an empty line), why it cannot be read, or None at the end."""
    line = lines.next()
    if line is None:
        return None
    taken = [line]
    problem = ""
    if len(line) > LONGEST_RECORD:
        problem = f"is longer than {LONGEST_RECORD:,} characters"
    while not problem:
        try:
            fields = next(csv.reader(("".join(taken),), strict=True), [])
        except csv.Error as error:
            more = None
            room = len(taken) < _MOST_LINES and sum(map(len, taken)) <= LONGEST_RECORD
            if _OPEN_QUOTE in str(error) and room:
                more = lines.next()
            if more is None:
                problem = f"cannot be read as CSV: {error}"
            else:
                taken.append(more)
        else:
            if not fields or len(fields) == width:
                return fields
            problem = f"has {len(fields)} fields where the header has {width}"
    if len(taken) > 1 or _OPEN_QUOTE in problem:
        problem = _NOT_CLOSED
    lines.take_back(taken[1:])
    return problem


def _chunk(
    wanted: dict[str, int],
    rows: list[list[str]],
    positions: list[int],
    unreadable: list[tuple[int, str, str]],
    last: int,
) -> Chunk:
    values = list(zip(*rows, strict=True))
    columns = {name: values[index] if rows else () for name, index in wanted.items()}
    return Chunk(positions, columns, last, unreadable)
