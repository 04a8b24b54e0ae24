"""Frames that several parts of a plan read."""

from __future__ import annotations

import polars as pl


def shared(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame, to be computed once where a plan reads it several times.

    Without it a plan holds a copy for each use, and copies of copies take longer to plan than to
    compute. The selection stands there because Polars 2.1 fails on a plan that is a cache itself.
    """
    return frame.cache().select(pl.all())
