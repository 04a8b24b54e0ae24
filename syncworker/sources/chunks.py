"""What a file reader gives: some rows of a file, and the lines that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a file.

    Attributes:
        positions: Line of each row in the file, or its row number, from 1.
        columns: Values by the file's column names; only columns that were asked for and are there.
        last: The last line or row number of this chunk, for going on behind it.
        unreadable: Lines that hold no row, with the reason.
        records: Of JSON Lines: the objects themselves.
    """

    positions: Sequence[int]
    columns: Mapping[str, Sequence[object]]
    last: int
    unreadable: Sequence[tuple[int, str]] = ()
    records: Sequence[Mapping[str, object]] = ()
