"""Sections of the document that may be written short or long, read alike."""

from __future__ import annotations

import re

from syncworker.mapping.document import Document, Path
from syncworker.mapping.portal import OBJECT_NAME, ROWS_OF, Rows

_OBJECT = re.compile(OBJECT_NAME)


def object_names(document: Document) -> list[str]:
    """The objects under `objects`, without names that no object has."""
    return [name for name in document.entries("objects") if is_object(name)]


def is_object(name: object) -> bool:
    """Whether an object can have that name."""
    return isinstance(name, str) and _OBJECT.fullmatch(name) is not None


def rows_at(document: Document, object_name: str) -> Rows | None:
    """The rows of an object; None where they are not stated, or not as they can be."""
    standard = ROWS_OF.get(object_name)
    stated = document.at("objects", object_name, "rows")
    return standard or next((rows for rows in ROWS_OF.values() if rows == stated), None)


def match_paths(document: Document, object_name: str) -> list[Path]:
    """Where the ways to find a record stand: one section, or the entries of a list."""
    return _entries(document, ("objects", object_name, "match"))


def rule_paths(document: Document, object_name: str) -> list[Path]:
    """Where the stage rules of an object stand: a list, or the list under `rules`."""
    section: Path = ("lifecycle", object_name)
    long = isinstance(document.at(*section), dict)
    return [
        path
        for path in _entries(document, (*section, "rules") if long else section)
        if len(path) > (3 if long else 2)
    ]


def _entries(document: Document, path: Path) -> list[Path]:
    found = document.at(*path)
    if isinstance(found, list):
        return [(*path, i) for i in range(len(found))]
    return [path] if isinstance(found, dict) else []
