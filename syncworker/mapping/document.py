"""A mapping file as plain data, with the place of every key and value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from syncworker.mapping.diagnostics import Span

Path = tuple[str | int, ...]

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands; `key` is None for the whole file and for an entry of a list."""

    key: Span | None
    value: Span


@dataclass(frozen=True, slots=True)
class Document:
    """A file that YAML could read.

    Attributes:
        file: Its name as it was given.
        lines: Its lines without line breaks.
        data: dicts with text keys, lists, text, numbers, bools and None.
        places: Where each entry stands, by the keys and indexes that lead to it.
    """

    file: str
    lines: tuple[str, ...]
    data: object
    places: Mapping[Path, Place]

    def value(self, path: Path) -> Span:
        """Where the value of an entry of the file stands."""
        return self.places[path].value

    def key(self, path: Path) -> Span:
        """Where the entry is named: its key, or the start of a list's entry."""
        place = self.places[path]
        return place.key or place.value

    def at(self, *path: str | int) -> object:
        """What stands at a path, or None."""
        found = self.data
        for part in path:
            if isinstance(found, dict):
                found = found.get(part)
            elif isinstance(found, list) and isinstance(part, int) and part < len(found):
                found = found[part]
            else:
                return None
        return found

    def entries(self, *path: str | int) -> dict[str, object]:
        """The section at a path, or nothing where something else stands there."""
        found = self.at(*path)
        return found if isinstance(found, dict) else {}


def lines_of(text: str) -> tuple[str, ...]:
    """A text's lines by YAML's line breaks, without them."""
    return tuple(_BREAK.split(text))
