"""Gathers what files give into pages, so that many small files do not make many small pages."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncworker.engine.ports import Page
from syncworker.sources.file_listing import Place
from syncworker.sources.file_shapes import Part


class PageBuilder:
    """Holds the parts of the next page.

    Args:
        place: Where the reading stands before the first part.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._parts: list[Part] = []
        self._declared = True
        self.rows = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was added since the last page."""
        return not self._parts

    def fits(self, part: Part, page_rows: int, *, declared: bool) -> bool:
        """Whether the part can join this page.

        Files whose headers differ share none: a page tells the columns of all its rows.
        """
        if self.empty:
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
        streams = parts[0].frames if parts else {}
        return Page(
            {name: pl.concat([part.frames[name] for part in parts]) for name in streams},
            tuple(row for part in parts for row in part.rejected),
            resume=self._place.dump(),
            cursor=cursor,
            columns=_united(parts),
            declared=self._declared,
        )


def _united(parts: list[Part]) -> Mapping[str, frozenset[str]]:
    names = {stream for part in parts for stream in part.columns}
    return {
        name: frozenset().union(*(part.columns.get(name, frozenset()) for part in parts))
        for name in sorted(names)
    }
