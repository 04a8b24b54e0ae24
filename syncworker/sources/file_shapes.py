"""Rows of a file, in any of the shapes files may have, to the streams they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncworker.engine.ports import RejectedRow
from syncworker.model import stripe
from syncworker.model.stream import SYSTEM_COLUMNS
from syncworker.model.streams import STREAMS
from syncworker.sources.chunks import Chunk
from syncworker.sources.file_props import as_text
from syncworker.sources.file_segment import STREAM as EVENTS
from syncworker.sources.file_segment import event_rows
from syncworker.sources.pages import RawRows

DELETED_AT = next(c.name for c in SYSTEM_COLUMNS if c.name == "deleted_at")
_AS_JSON = ("props",)


@dataclass(frozen=True, slots=True)
class Part:
    """What one chunk of a file comes to, before its values are checked.

    Attributes:
        raw: By stream, its rows.
        refused: What is no row, by its place in the file.
        columns: By stream, the columns that were there.
        rows: How many rows were read, whatever becomes of them.
    """

    raw: Mapping[str, RawRows]
    refused: Sequence[RejectedRow]
    columns: Mapping[str, frozenset[str]]
    rows: int


def wanted(stream: str, renamed: Mapping[str, str]) -> dict[str, str]:
    """The file's column for each column of the stream, and for when a row was deleted."""
    names = {column.name: column.name for column in STREAMS[stream].columns}
    return names | {DELETED_AT: DELETED_AT} | dict(renamed)


def part(shape: str, stream: str, names: Mapping[str, str], place: str, chunk: Chunk) -> Part:
    """A chunk's rows by stream.

    Args:
        shape: canonical, stripe or segment.
        stream: The configured stream.
        names: Of canonical rows, see `wanted`.
        place: The file's name.
        chunk: Its rows.
    """
    if shape == "stripe":
        raw, refused = _stripe(place, chunk)
    elif shape == "segment":
        raw, refused = _segment(place, chunk)
    else:
        raw, refused = _canonical(stream, names, place, chunk), []
    unreadable = [
        RejectedRow(stream, place, line, name, why) for line, name, why in chunk.unreadable
    ]
    # Stripe's objects are taken apart elsewhere: their rows have all columns, whatever came.
    columns = {} if shape == "stripe" else {n: frozenset(r.columns) for n, r in raw.items()}
    rows = len(chunk.positions) + len(chunk.unreadable)
    return Part(raw, [*unreadable, *refused], columns, rows)


def _canonical(
    stream: str, names: Mapping[str, str], place: str, chunk: Chunk
) -> dict[str, RawRows]:
    columns = {
        name: [as_text(value) for value in chunk.columns[theirs]]
        if name in _AS_JSON
        else chunk.columns[theirs]
        for name, theirs in names.items()
        if theirs in chunk.columns
    }
    return {stream: RawRows(place, chunk.positions, columns)}


def _segment(place: str, chunk: Chunk) -> tuple[dict[str, RawRows], list[RejectedRow]]:
    found = event_rows(chunk.positions, chunk.records)
    names = {name for row in found.rows for name, value in row.items() if value is not None}
    columns = {name: [row[name] for row in found.rows] for name in sorted(names)}
    refused = [RejectedRow(EVENTS, place, line, name, why) for line, name, why in found.refused]
    return {EVENTS: RawRows(place, found.positions, columns)}, refused


def _stripe(place: str, chunk: Chunk) -> tuple[dict[str, RawRows], list[RejectedRow]]:
    rows: dict[str, list[stripe.Row]] = {name: [] for name in stripe.STREAMS}
    positions: dict[str, list[int]] = {name: [] for name in stripe.STREAMS}
    rejected: list[RejectedRow] = []
    for line, record in zip(chunk.positions, chunk.records, strict=True):
        parts = stripe.subscription_rows(record)
        for name in stripe.STREAMS:
            rows[name] += parts.rows[name]
            positions[name] += [line] * len(parts.rows[name])
        rejected += [
            RejectedRow(part.stream, place, line, part.field, part.reason, part.key)
            for part in parts.refused
        ]
    raw = {
        name: RawRows(
            place,
            positions[name],
            {
                column.name: [row.get(column.name) for row in rows[name]]
                for column in STREAMS[name].columns
            },
        )
        for name in stripe.STREAMS
    }
    return raw, rejected
