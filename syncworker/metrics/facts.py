"""What the metrics are computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import polars as pl

from syncworker.model.streams import STREAMS


@dataclass(frozen=True, slots=True)
class Facts:
    """All staged streams of a portal (or of one shard of it), as known at `as_of`.

    Attributes:
        as_of: The moment the numbers are for; aware UTC. Rows after it are not counted.
        timezone: The portal's reporting timezone, an IANA name; local days and months use it.
        currency: The portal's reporting currency, ISO 4217.
        streams: Lazy frames by stream name, each with that stream's schema. A stream that no
            source of the mapping provides is absent.
        language: The language of sentences that people read on the record; `texts` has it.
        known_at: Rows received after it are not counted; aware UTC. None: `as_of`. It is later
            than `as_of` where a past day is computed anew with what arrived since.
    """

    as_of: datetime
    timezone: str
    currency: str
    streams: Mapping[str, pl.LazyFrame]
    language: str = "en"
    known_at: datetime | None = None

    def stream(self, name: str) -> pl.LazyFrame:
        """A stream's rows: none where nobody provides it."""
        rows = self.streams.get(name)
        return _nothing(name) if rows is None else rows


@cache
def _nothing(stream: str) -> pl.LazyFrame:
    return pl.LazyFrame(schema=STREAMS[stream].schema())
