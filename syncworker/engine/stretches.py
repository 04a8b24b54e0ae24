"""Rows that are worked on a thousand at a time, so that a portal of any size fits into memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
STRETCH = 1_000
"""Also what HubSpot takes at most where associations are asked for."""


def stretches(rows: Iterator[T]) -> Iterator[list[T]]:
    """The rows in lists of a thousand; the last one may be shorter."""
    while stretch := list(islice(rows, STRETCH)):
        yield stretch
