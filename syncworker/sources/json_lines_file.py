"""Reads JSON Lines: one JSON object per line, UTF-8 with or without BOM."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from syncworker.sources.chunks import Chunk

_BOM = b"\xef\xbb\xbf"


def chunks(path: Path, names: Collection[str], after: int, size: int) -> Iterator[Chunk]:
    """The file's objects, `size` at a time, behind line `after`; empty lines are passed over.

    Raises:
        OSError: The file cannot be read.
    """
    records: list[Mapping[str, object]] = []
    positions: list[int] = []
    unreadable: list[tuple[int, str]] = []
    number = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number <= after or not line.removeprefix(_BOM).strip():
                continue
            record = _object(line.removeprefix(_BOM) if number == 1 else line)
            if isinstance(record, str):
                unreadable.append((number, record))
            else:
                records.append(record)
                positions.append(number)
            if len(records) + len(unreadable) >= size:
                yield _chunk(names, records, positions, unreadable, number)
                records, positions, unreadable = [], [], []
    yield _chunk(names, records, positions, unreadable, number)


def _object(line: bytes) -> Mapping[str, object] | str:
    """The line's object, or why there is none."""
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        return f"is not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
    except UnicodeDecodeError:
        return "holds bytes that are not valid UTF-8 text"
    except (RecursionError, ValueError):  # nested too deeply; a number of too many digits
        return "is JSON of a kind that cannot be read"
    return value if isinstance(value, dict) else "is JSON, but not an object"


def _chunk(
    names: Collection[str],
    records: list[Mapping[str, object]],
    positions: list[int],
    unreadable: list[tuple[int, str]],
    last: int,
) -> Chunk:
    columns = {
        name: [record.get(name) for record in records]
        for name in names
        if any(name in record for record in records)
    }
    return Chunk(positions, columns, last, unreadable, records)
