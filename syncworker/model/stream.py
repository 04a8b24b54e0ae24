"""What a stream is: its columns, their types and its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

ColumnType = Literal["string", "datetime", "date", "integer", "decimal", "number", "boolean"]

POLARS_TYPES: dict[ColumnType, pl.DataType] = {
    "string": pl.String(),
    "datetime": pl.Datetime("us", "UTC"),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "decimal": pl.Decimal(38, 12),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: Its name.
        type: Its type.
        meaning: What it holds.
        required: Whether a row without it is rejected.
        minimum: Of a number: a row with less is rejected.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    minimum: int | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of row.

    Attributes:
        name: The stream's name, as in a mapping.
        meaning: What a row is.
        key: The columns that name a row. Of two rows with one key the newest `synced_at` counts;
            of two events with one key the first received.
        columns: Its columns without the system columns.
        event_time: The column that says when the row happened, or None where a row is a state.
        lasting: Whether a row stays true when its source no longer tells of it: it happened. No
            reading marks such a row as deleted.
        any_of: Columns of which a row must have at least one; empty: there is no such rule.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    event_time: str | None = None
    any_of: tuple[str, ...] = ()
    lasting: bool = False

    def schema(self) -> pl.Schema:
        """The Polars schema of a staged row, system columns last."""
        return pl.Schema({c.name: POLARS_TYPES[c.type] for c in self.columns + SYSTEM_COLUMNS})

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)


SYSTEM_COLUMNS = (
    Column("source", "string", "The source's name in the mapping.", required=True),
    Column("source_id", "string", "The row's key there, its parts joined by `|`."),
    Column("synced_at", "datetime", "When syncworker read this version of the row.", required=True),
    Column(
        "deleted_at",
        "datetime",
        "When the source says the row was deleted, else when a full read first missed it; empty "
        "while it is there.",
    ),
)
