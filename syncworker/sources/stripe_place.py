"""Where a reading of Stripe goes on: inside a run by a place, from run to run by a cursor."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

EVENTS_KEPT = timedelta(days=30)
"""How far back Stripe lists events; https://docs.stripe.com/api/events"""

_SURELY_KEPT = EVENTS_KEPT - timedelta(days=1)
_CURSOR_AT_MOST = timedelta(days=25)


@dataclass(frozen=True, slots=True)
class Place:
    """What is behind a reading.

    Attributes:
        cursor: What the next run starts from; fixed when this reading starts.
        listing: The number of the list that is being read, from 0.
        after: Of a list, the last object that was read; of changed objects, the last in the order
            of their ids; None: from the start.
        created: When that object was made, in seconds since 1970: a list can go on from there
            where the object itself has been deleted meanwhile.
        rows: How many objects were read.
    """

    cursor: str
    listing: int = 0
    after: str | None = None
    created: int | None = None
    rows: int = 0

    @classmethod
    def load(cls, text: str) -> Place:
        """The place that `dump` wrote."""
        return cls(**json.loads(text))

    def dump(self) -> str:
        """The place as JSON."""
        return json.dumps(asdict(self))

    def behind(self, object_id: str | None, created: int | None, count: int) -> Place:
        """The place `count` objects further on."""
        return replace(self, after=object_id, created=created, rows=self.rows + count)

    def next_listing(self) -> Place:
        """The start of the next list."""
        return replace(self, listing=self.listing + 1, after=None, created=None)


def events_from(since: str | None, overlap: timedelta, watermark: datetime) -> datetime | None:
    """From when on events tell all that has changed; None: everything is to be read.

    Stripe keeps events for 30 days; a day of them is left as a margin for the reading itself.
    """
    if since is None:
        return None
    start = datetime.fromisoformat(since) - overlap
    return start if start >= watermark - _SURELY_KEPT else None


def cursor_after(newest: int | None, since: str | None, watermark: datetime) -> str:
    """The time of the newest event that was read, in ISO 8601.

    A quiet account's cursor moves along 25 days behind the watermark: nothing happened in between,
    and it must not grow older than the events that Stripe keeps.
    """
    known = [watermark - _CURSOR_AT_MOST]
    known += [datetime.fromisoformat(since)] if since else []
    known += [datetime.fromtimestamp(newest, UTC)] if newest is not None else []
    return max(known).isoformat()
