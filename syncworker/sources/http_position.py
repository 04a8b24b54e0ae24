"""Where reading an API goes on, as text that survives a restart."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two records of a reading.

    Attributes:
        start: Where the window begins that is being read; None: there is no lower bound.
        at: The page that is read: a cursor, a page's number, an offset or a URL's path and query.
            None: the first.
        inside: How many records of that page have been read.
        requests: How many pages of the window have been read.
        records: How many records have been read so far; the next one has one position more.
        newest: The largest cursor value read so far: where the next run starts.
        ended: Whether everything has been read.
    """

    start: datetime | None = None
    at: str | int | None = None
    inside: int = 0
    requests: int = 0
    records: int = 0
    newest: datetime | None = None
    ended: bool = False

    def dump(self) -> str:
        """As text."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def load(cls, text: str) -> Position:
        """From the text of `dump`."""
        data = json.loads(text)
        for name in ("start", "newest"):
            data[name] = None if data[name] is None else datetime.fromisoformat(data[name])
        return cls(**data)
