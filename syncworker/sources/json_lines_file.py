"""Reads JSON Lines: one JSON object per line, UTF-8 with or without BOM."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import BinaryIO

from syncworker.sources.chunks import CHUNK_BYTES, LONGEST_RECORD, Chunk, NotReadable
from syncworker.sources.file_bytes import BOM

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_ONE_LINE = "Write one object per line, without brackets around them: JSON Lines."
_TOO_LONG = f"is longer than {LONGEST_RECORD:,} bytes"
Unreadable = tuple[str, str]


class _Twice(ValueError):
    """A key stands twice in one object, so that one of two values would be lost."""


def chunks(file: BinaryIO, names: Collection[str], after: int, size: int) -> Iterator[Chunk]:
    """The file's objects, `size` at a time, behind line `after`; empty lines are passed over.

    Raises:
        NotReadable: It is JSON, but not one object per line; or see `file_bytes.text_of`.
        OSError: The file cannot be read.
    """
    records: list[Mapping[str, object]] = []
    positions: list[int] = []
    unreadable: list[tuple[int, str, str]] = []
    number = held = 0
    while line := _line(file):
        number += 1
        if number == 1:
            line = line.removeprefix(BOM)
            _refuse_document(line)
        if number <= after or not line.strip():
            continue
        record = _object(line)
        if isinstance(record, tuple):
            unreadable.append((number, *record))
        else:
            records.append(record)
            positions.append(number)
            held += len(line)
        if len(records) + len(unreadable) >= size or held >= CHUNK_BYTES:
            yield _chunk(names, records, positions, unreadable, number)
            records, positions, unreadable, held = [], [], [], 0
    yield _chunk(names, records, positions, unreadable, number)


def _line(file: BinaryIO) -> bytes:
    """The next line; of one that is too long only its start, and the rest is passed over."""
    line = file.readline(LONGEST_RECORD + 1)
    end = line
    while len(end) > LONGEST_RECORD and not end.endswith(b"\n"):
        end = file.readline(LONGEST_RECORD + 1)
    return line


def _refuse_document(line: bytes) -> None:
    start = line.strip()
    if start in {b"{", b"["} or start.replace(b" ", b"").startswith(b"[{"):
        what = "one JSON array" if start.startswith(b"[") else "an object over several lines"
        raise NotReadable(f"is {what}, not JSON Lines", help=_ONE_LINE)


def _object(line: bytes) -> Mapping[str, object] | Unreadable:
    """The line's object, or the column and the reason why there is none."""
    if len(line) > LONGEST_RECORD:
        return "", _TOO_LONG
    try:
        value = json.loads(line.rstrip(b"\r\n"), object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        return "", f"is not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
    except UnicodeDecodeError:
        return "", "holds bytes that are not valid UTF-8 text"
    except _Twice as error:
        return str(error), "stands twice in one object"
    except (RecursionError, ValueError):  # nested too deeply; a number of too many digits
        return "", "is JSON of a kind that cannot be read"
    return value if isinstance(value, dict) else ("", "is JSON, but not an object")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = next(key for key, count in Counter(k for k, _ in pairs).items() if count > 1)
        # A key is whatever was written: only one that could be a column's name is repeated.
        raise _Twice(twice if _NAME.fullmatch(twice) else "")
    return record


def _chunk(
    names: Collection[str],
    records: list[Mapping[str, object]],
    positions: list[int],
    unreadable: list[tuple[int, str, str]],
    last: int,
) -> Chunk:
    columns = {
        name: [record.get(name) for record in records]
        for name in names
        if any(name in record for record in records)
    }
    return Chunk(positions, columns, last, unreadable, records, declared=False)
