"""Dotted paths into JSON: `data.items.0.name`."""

from __future__ import annotations

from collections.abc import Sequence

ABSENT = object()
"""What `find` gives where nothing stands; None is a value that APIs give."""


def parts(path: str) -> tuple[str, ...]:
    """A path's names and list positions; the empty path leads to the whole."""
    return tuple(path.split(".")) if path else ()


def find(value: object, path: Sequence[str]) -> object:
    """What stands at a path, or `ABSENT`."""
    for part in path:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value
