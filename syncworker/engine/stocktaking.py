"""What is staged of a portal: rows, files and bytes by stream and source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncworker.engine.engine import Engine
from syncworker.model.streams import STREAMS


@dataclass(frozen=True, slots=True)
class Stock:
    """What is staged of one stream from one source.

    Attributes:
        stream: The canonical stream.
        source: The source's name.
        rows: Rows, every version counted.
        files: Files that count.
        size: Their bytes; None on object storage.
        newest: The newest event time; None: none, or the stream has none.
    """

    stream: str
    source: str
    rows: int
    files: int
    size: int | None
    newest: datetime | None


def take(engine: Engine, portal: str) -> list[Stock]:
    """Count what is staged, in the order of the streams."""
    sizes = engine.staging.files(portal)
    stock = []
    for stream in STREAMS:
        staged = engine.pages.staged(portal, stream)
        for source in dict.fromkeys(page.source for page in staged):
            pages = [page for page in staged if page.source == source]
            known = [sizes[page.place] for page in pages if page.place in sizes]
            stock.append(
                Stock(
                    stream=stream,
                    source=source,
                    rows=sum(page.rows for page in pages),
                    files=len(pages),
                    size=sum(known) if known else None,
                    newest=max((page.newest for page in pages if page.newest), default=None),
                )
            )
    return stock
