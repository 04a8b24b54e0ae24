"""Keeping the number of staged files small: a portal synced every quarter of an hour adds many."""

from __future__ import annotations

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, Run, StagedPage

_SMALL_ROWS = 10_000
_MERGED = "-merged"


def is_merged(page: StagedPage) -> bool:
    """Whether the file holds what earlier runs have read."""
    return page.place.removesuffix(".parquet").endswith(_MERGED)


def compact(engine: Engine, run: Run, chunk: Chunk, stream: str, *, deletions: bool) -> None:
    """Merge the chunk's source's small files of a stream into one, once there are many.

    The newest version of each row stays, as `Staging.scan` would choose it.

    Args:
        engine: The ports.
        run: The run.
        chunk: The claimed extraction chunk, before its first page.
        stream: The canonical stream.
        deletions: Whether files of marks of deleted rows are merged, or files of rows as read.
    """
    small = [
        page
        for page in engine.pages.staged(run.portal, stream)
        if page.source == chunk.payload["source"]
        and page.deletions == deletions
        and page.rows < _SMALL_ROWS
    ]
    if len(small) < engine.limits.small_files:
        return
    places = [page.place for page in small]
    rows = engine.staging.scan(stream, places).collect(engine="streaming")
    name = f"{run.id}-{chunk.id}-{chunk.claim}{_MERGED}"
    merged = StagedPage(
        source=chunk.payload["source"],
        stream=stream,
        place=engine.staging.write(run.portal, stream, name, rows),
        rows=rows.height,
        newest=max((page.newest for page in small if page.newest), default=None),
        deletions=deletions,
    )
    engine.pages.merge(chunk, merged, places)
