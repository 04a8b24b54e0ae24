"""Rows made of what HubSpot told, and the pages made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syncworker.engine.ports import Page, RejectedRow
from syncworker.model.stream import Stream
from syncworker.sources.hubspot_position import Position
from syncworker.sources.pages import RawRows, canonical

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a record makes no row: the column, the reason, and the row's key."""

    field: str
    reason: str
    key: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a page's records or submissions make.

    Attributes:
        place: The object or form.
        read: For each of them, in their order, its rows by the stream's columns, or why there is
            none. A column whose property the portal does not have is absent.
        position: Where the reading stands behind them.
    """

    place: str
    read: Sequence[Sequence[Row] | Refused]
    position: Position


def page_of(made: Made, stream: Stream, source: str, watermark: datetime) -> Page:
    """The page.

    Args:
        made: What was read.
        stream: The stream of the rows.
        source: The source's name in the mapping.
        watermark: When this version of the rows was read.
    """
    first = made.position.rows - len(made.read) + 1
    rows: list[Row] = []
    positions: list[int] = []
    rejected: list[RejectedRow] = []
    for position, one in enumerate(made.read, first):
        if isinstance(one, Refused):
            rejected.append(
                RejectedRow(stream.name, made.place, position, one.field, one.reason, one.key)
            )
        else:
            rows += one
            positions += [position] * len(one)
    names = frozenset(name for row in rows for name in row)
    raw = RawRows(made.place, positions, {name: [row.get(name) for row in rows] for name in names})
    frame, bad = canonical(stream, raw, source, watermark)
    rejected = sorted([*rejected, *bad], key=lambda row: row.position)
    newest = made.position.newest
    return Page(
        {stream.name: frame},
        tuple(rejected),
        resume=made.position.dump(),
        cursor=newest.isoformat() if newest else None,
        # HubSpot tells only the properties that a portal has; `deleted_at` is none of them.
        columns={stream.name: names - {"deleted_at"}},
        declared=False,
    )
