"""Gathers what files give into pages, so that many small files do not make many small pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from syncworker.engine.ports import Page, RejectedRow
from syncworker.model.streams import STREAMS
from syncworker.sources.file_listing import Place
from syncworker.sources.file_shapes import Part
from syncworker.sources.pages import RawRows, canonical


class PageBuilder:
    """Holds the parts of the next page.

    Args:
        place: Where the reading stands before the first part.
        source: The source's name.
        watermark: The run's.
    """

    def __init__(self, place: Place, source: str, watermark: datetime) -> None:
        self._place = place
        self._source = source
        self._watermark = watermark
        self._parts: list[Part] = []
        self._declared = True
        self.rows = 0

    def fits(self, part: Part, page_rows: int, *, declared: bool) -> bool:
        """Whether the part can join this page.

        Files whose headers differ share none: a page tells the columns of all its rows.
        """
        if not self._parts:
            return True
        if declared != self._declared or (declared and part.columns != self._parts[0].columns):
            return False
        return self.rows + part.rows <= page_rows or not part.rows

    def add(self, part: Part, place: Place, *, declared: bool) -> None:
        """Put a part behind the others; the page then ends at `place`."""
        self._parts.append(part)
        self._place = place
        self._declared = declared
        self.rows += part.rows

    def page(self, cursor: str | None = None) -> Page:
        """The page of what was added, and begin the next one."""
        parts, self._parts, self.rows = self._parts, [], 0
        frames: dict[str, pl.DataFrame] = {}
        rejected = [(number, row) for number, part in enumerate(parts) for row in part.refused]
        for name in parts[0].raw if parts else ():
            raw = [part.raw[name] for part in parts]
            frames[name], bad = self._checked(name, raw)
            rejected += bad
        rejected.sort(key=lambda found: (found[0], found[1].position))
        return Page(
            frames,
            tuple(row for _, row in rejected),
            resume=self._place.dump(),
            cursor=cursor,
            columns=_united(parts),
            declared=self._declared,
        )

    def _checked(
        self, stream: str, raw: Sequence[RawRows]
    ) -> tuple[pl.DataFrame, list[tuple[int, RejectedRow]]]:
        """The rows of all files at once: checking costs by the column more than by the row."""
        origins = [(number, line) for number, rows in enumerate(raw) for line in rows.positions]
        together = raw[0] if len(raw) == 1 else _together(raw)
        indexed = replace(together, positions=range(len(origins)))
        frame, bad = canonical(STREAMS[stream], indexed, self._source, self._watermark)
        told = []
        for row in bad:
            number, line = origins[row.position]
            told.append((number, replace(row, place=raw[number].place, position=line)))
        return frame, told


def _together(raw: Sequence[RawRows]) -> RawRows:
    names = dict.fromkeys(name for rows in raw for name in rows.columns)
    columns: dict[str, list[object]] = {name: [] for name in names}
    for rows in raw:
        for name, values in columns.items():
            values.extend(rows.columns.get(name) or [None] * len(rows.positions))
    return RawRows("", (), columns)


def _united(parts: Sequence[Part]) -> Mapping[str, frozenset[str]]:
    names = {stream for part in parts for stream in part.columns}
    return {
        name: frozenset().union(*(part.columns.get(name, frozenset()) for part in parts))
        for name in sorted(names)
    }
