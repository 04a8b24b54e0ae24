"""What a file reader gives: some rows of a file, and the lines that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LONGEST_RECORD = 4 * 2**20
CHUNK_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a file.

    Attributes:
        positions: Line of each row in the file, or its row number, from 1.
        columns: Values by the file's column names; only columns that were asked for and are there.
        last: The last line or row number of this chunk, for going on behind it.
        unreadable: Lines that hold no row: line, column where one is to blame, reason.
        records: Of JSON Lines: the objects themselves.
        declared: Whether the file has a header or a schema; else its columns are what came.
    """

    positions: Sequence[int]
    columns: Mapping[str, Sequence[object]]
    last: int
    unreadable: Sequence[tuple[int, str, str]] = ()
    records: Sequence[Mapping[str, object]] = ()
    declared: bool = True


class NotReadable(Exception):
    """The file as a whole cannot be read; the message goes on behind the file's name."""

    def __init__(self, reason: str, *, help: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.help = help or "Check that the file is whole and of the format its ending says."
