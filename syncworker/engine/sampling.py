"""Trying a stream: how many rows its source has, and the first of them as they would be staged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.ports import RejectedRow
from syncworker.errors import SourceError, SyncworkerError
from syncworker.mapping.portal import PortalMapping

ROWS = 5
PERSONAL = ("text", "comment", "props", "value")
"""Columns with what people wrote: of these only the length is shown."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a stream's source gives.

    Attributes:
        stream: `source.stream`.
        count: How many rows there are; None where the source cannot tell without reading all.
        frames: By canonical stream, the first rows, without what people wrote.
        rejected: Rejected rows among the first page.
        error: Why the source cannot be read; None: it can.
    """

    stream: str
    count: int | None = None
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    rejected: tuple[RejectedRow, ...] = ()
    error: SyncworkerError | None = None


def sample(engine: Engine, portal: str, mapping: PortalMapping, name: str) -> Sample:
    """Read the first page of a stream and stage nothing.

    Args:
        engine: The ports.
        portal: The portal's name.
        mapping: Its mapping.
        name: `source.stream`.

    Raises:
        SettingsError: A secret of one of the mapping's sources is not there.
    """
    source_name, stream = name.split(".", 1)
    source = engine.sources(portal, mapping)[source_name]
    try:
        count = source.count(stream)
        pages = source.pages(stream, since=None, resume=None, watermark=engine.clock())
        page = next(iter(pages))
    except SourceError as error:
        return Sample(name, error=error)
    frames = {of: _without_words(rows.head(ROWS)) for of, rows in page.frames.items()}
    return Sample(name, count, frames, page.rejected[:ROWS])


def _without_words(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows without columns that are empty, and with the length of what people wrote."""
    shown = rows.with_columns(
        pl.format("({} characters)", pl.col(name).str.len_chars()).alias(name)
        for name in PERSONAL
        if name in rows.columns
    )
    return shown.select(name for name in shown.columns if shown[name].null_count() < shown.height)
