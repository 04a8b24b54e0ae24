"""Where reading a query goes on: a page's last row, as text that survives a restart."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page in the order of cursor and key.

    Attributes:
        cursor: Its cursor value; None where the row or the stream has none.
        key: Its key values as the database gave them.
        rows: How many rows of the query have been read so far.
        newest: The largest cursor value read so far: where the next run starts.
    """

    cursor: datetime | None
    key: tuple[object, ...]
    rows: int
    newest: datetime | None

    def dump(self) -> str:
        """As text."""
        return json.dumps(
            {
                "cursor": self.cursor and self.cursor.isoformat(),
                "key": [_dump(value) for value in self.key],
                "rows": self.rows,
                "newest": self.newest and self.newest.isoformat(),
            }
        )

    @classmethod
    def load(cls, text: str) -> Position:
        """From the text of `dump`."""
        data = json.loads(text)
        return cls(
            cursor=_time(data["cursor"]),
            key=tuple(_load(value) for value in data["key"]),
            rows=data["rows"],
            newest=_time(data["newest"]),
        )


def utc(value: date | datetime | str) -> datetime:
    """A cursor value of a database as an aware UTC time; one without an offset is in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - made aware below
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


# A key must reach the database in the type it came in: PostgreSQL compares no uuid with text.
def _dump(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    if isinstance(value, UUID):
        return ["uuid", str(value)]
    return ["text", str(value)]


_LOADERS: dict[str, Callable[[str], object]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
    "text": str,
}


def _load(value: object) -> object:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return value
    kind, text = value
    return _LOADERS[kind](text)
