"""A source of one kind that the shared contract suite can fill, change and damage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from syncworker.engine.ports import Page, Source

START = datetime(2026, 11, 1, tzinfo=UTC)
WATERMARK = datetime(2026, 11, 21, 12, tzinfo=UTC)


class SourceWorld(Protocol):
    """What a kind of source offers to the suite; rows are named by number.

    Attributes:
        stream: The configured stream that is read.
        canonical: The canonical stream whose rows are counted.
        overlap: How far behind the cursor a reading starts; None: the kind has no cursor.
    """

    stream: str
    canonical: str
    overlap: timedelta | None

    def source(self, *, page_rows: int = 3) -> Source:
        """The source, made anew (a restarted process)."""
        ...

    def put(self, number: int, at: datetime) -> None:
        """Add row `number`, or change it, so that the source says it changed at `at`."""
        ...

    def remove(self, number: int) -> None:
        """Delete the row in the source."""
        ...

    def spoil(self, number: int) -> str:
        """Give the row a value that does not fit; returns the column's name."""
        ...

    def drop_column(self) -> str | None:
        """Take a column away from all rows; returns its canonical name, or None: it cannot be."""
        ...

    def key(self, number: int) -> str:
        """The row's `source_id`."""
        ...


def read(world: SourceWorld, source: Source | None = None, **more: object) -> list[Page]:
    """All pages of one reading."""
    source = source or world.source()
    arguments = {"since": None, "resume": None, "watermark": WATERMARK, **more}
    return list(source.pages(world.stream, **arguments))


def keys(world: SourceWorld, pages: list[Page]) -> list[str]:
    """The keys of the rows counted, in the order they came."""
    return [
        key
        for page in pages
        if world.canonical in page.frames
        for key in page.frames[world.canonical]["source_id"].to_list()
    ]
