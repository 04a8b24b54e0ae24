"""Where reading a portal goes on: a page's end, as text that survives a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Position:
    """The end of a page.

    Attributes:
        step: Which of the reading's steps (an object, its archived records, a form) goes on; as
            many as there are: all is read.
        after: HubSpot's mark of where that step goes on; "": at its start.
        rows: Records or submissions read so far.
        newest: When the newest of them was changed or sent: where the next run starts.
        seen: Of forms: the ids of the submissions met last.
    """

    step: int = 0
    after: str = ""
    rows: int = 0
    newest: datetime | None = None
    seen: tuple[str, ...] = ()

    def dump(self) -> str:
        """As text."""
        return json.dumps(
            {
                "step": self.step,
                "after": self.after,
                "rows": self.rows,
                "newest": self.newest and self.newest.isoformat(),
                "seen": self.seen,
            }
        )

    @classmethod
    def load(cls, text: str) -> Position:
        """From the text of `dump`."""
        data = json.loads(text)
        return cls(
            step=data["step"],
            after=data["after"],
            rows=data["rows"],
            newest=data["newest"] and datetime.fromisoformat(data["newest"]),
            seen=tuple(data["seen"]),
        )


def newer(*moments: datetime | None) -> datetime | None:
    """The newest of the moments that are known."""
    return max((one for one in moments if one is not None), default=None)
