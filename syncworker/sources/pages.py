"""What every kind of source does alike: raw rows to a page's frames and rejected rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from syncworker.engine.ports import RejectedRow
from syncworker.errors import SourceError
from syncworker.model.rows import canonical_rows
from syncworker.model.stream import Stream
from syncworker.model.streams import STREAMS


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows as a source gives them.

    Attributes:
        place: The file or query they came from.
        positions: Of each row, its line or row number from 1.
        columns: Values by the stream's column names; a series is one of the column's own type.
    """

    place: str
    positions: Sequence[int]
    columns: Mapping[str, Sequence[object] | pl.Series]


def stream_of(source: str, name: str) -> Stream:
    """The canonical stream of that name.

    Raises:
        SourceError: There is none.
    """
    if name not in STREAMS:
        raise SourceError(
            f"source {source} has a stream {name}, which syncworker does not know",
            help=f"Use one of {', '.join(STREAMS)}.",
            code="SOURCE_STREAM",
        )
    return STREAMS[name]


def not_by_range(source: str, stream: str) -> SourceError:
    """What a stream says that is asked for a stretch and has only the whole."""
    return SourceError(
        f"source {source}, stream {stream} cannot be asked for a stretch of time",
        help="It is read whole.",
        code="SOURCE_RANGE",
    )


def require_columns(
    source: str, stream: Stream, place: str, names: Collection[str], help_: str
) -> None:
    """Refuse rows that lack a required column altogether, instead of rejecting each of them.

    Raises:
        SourceError: Naming the columns that are missing.
    """
    missing = [c.name for c in stream.columns if c.required and c.name not in names]
    if missing:
        raise SourceError(
            f"source {source}, stream {stream.name}: {place} has no column {', '.join(missing)}",
            help=help_,
            code="SOURCE_COLUMN",
        )


def canonical(
    stream: Stream, raw: RawRows, source: str, watermark: datetime
) -> tuple[pl.DataFrame, list[RejectedRow]]:
    """The rows that fit, as read at `watermark`, and the others with their place."""
    frame, bad = canonical_rows(
        stream, raw.columns, len(raw.positions), source=source, synced_at=watermark
    )
    rejected = [
        RejectedRow(
            stream=stream.name,
            place=raw.place,
            position=raw.positions[row.index],
            field=row.field,
            reason=row.reason,
            key=row.key,
        )
        for row in bad
    ]
    return frame, rejected
