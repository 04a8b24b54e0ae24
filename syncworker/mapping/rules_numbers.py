"""Numbers under `metrics` that are out of range, where their type cannot say so."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path

_LONGEST = 36_500  # days: a century
_LARGEST = 10**12
_FROM_ONE = ("conversion_days", "min_accounts")
_SECTIONS: tuple[Path, ...] = (("metrics", "pql"), ("metrics", "custom"))


def check_numbers(document: Document) -> Iterator[Finding]:
    """Numbers below zero, or beyond what can be computed with (SW111).

    What rows are compared with under `where` may be below zero.
    """
    for path, place in document.places.items():
        if path[:2] not in _SECTIONS:
            continue
        value, name = document.at(*path), str(path[-1])
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        least = -_LARGEST if "where" in path else 1 if name in _FROM_ONE else 0
        most = _LONGEST if name.endswith("days") else _LARGEST
        if value < least:
            yield Finding("SW111", place.value, f"`{name}` must be at least {least}")
        elif value > most:
            yield Finding("SW111", place.value, f"`{name}` must be at most {most}")
