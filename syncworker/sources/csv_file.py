"""Reads CSV (RFC 4180): comma separated, a header in the first line, UTF-8 with or without BOM.

A line that cannot be read is told and left out. A quote that is never closed spoils its own line
only: the lines behind it are read as if it were not there.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path

from syncworker.sources.chunks import Chunk

_MOST_LINES = 200  # of one record; text with more line ends is taken for an open quote
_OPEN_QUOTE = "unexpected end of data"  # the csv module's words; it has no error code


def chunks(path: Path, names: Collection[str], after: int, size: int) -> Iterator[Chunk]:
    """The file's rows, `size` at a time, behind line `after`.

    Bytes that are not UTF-8 come as lone surrogates, so that only their own value is refused.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = _Lines(file)
        header = _header(lines)
        wanted = {name: index for index, name in enumerate(header) if name in names}
        rows: list[list[str]] = []
        positions: list[int] = []
        unreadable: list[tuple[int, str]] = []
        while (start := lines.number + 1) and (record := _record(lines, len(header))) is not None:
            if lines.number <= after:
                continue
            if isinstance(record, str):
                unreadable.append((start, record))
            elif record:
                rows.append(record)
                positions.append(start)
            if len(rows) + len(unreadable) >= size:
                yield _chunk(wanted, rows, positions, unreadable, lines.number)
                rows, positions, unreadable = [], [], []
        yield _chunk(wanted, rows, positions, unreadable, lines.number)


class _Lines:
    """Lines that can be taken back, counted from 1."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.number = 0

    def next(self) -> str | None:
        line = self._again.popleft() if self._again else next(self._lines, None)
        self.number += line is not None
        return line

    def take_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def _header(lines: _Lines) -> list[str]:
    line = lines.next()
    return [name.strip() for name in next(csv.reader((line or "",)), [])]


def _record(lines: _Lines, width: int) -> list[str] | str | None:
    """The next record's fields ([]: an empty line), why it cannot be read, or None at the end."""
    line = lines.next()
    if line is None:
        return None
    taken = [line]
    problem = ""
    while not problem:
        try:
            fields = next(csv.reader(("".join(taken),), strict=True), [])
        except csv.Error as error:
            more = None
            if _OPEN_QUOTE in str(error) and len(taken) < _MOST_LINES:
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
        problem = "has a quote that is not closed"
    lines.take_back(taken[1:])
    return problem


def _chunk(
    wanted: dict[str, int],
    rows: list[list[str]],
    positions: list[int],
    unreadable: list[tuple[int, str]],
    last: int,
) -> Chunk:
    values = list(zip(*rows, strict=True))
    columns = {name: values[index] if rows else () for name, index in wanted.items()}
    return Chunk(positions, columns, last, unreadable)
