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
        same: How many of the rows read so far have this very cursor value and key.
    """

    cursor: datetime | None
    key: tuple[object, ...]
    rows: int
    newest: datetime | None
    same: int = 0

    def dump(self) -> str:
        """As text."""
        return json.dumps(
            {
                "cursor": self.cursor and self.cursor.isoformat(),
                "key": [_dump(value) for value in self.key],
                "rows": self.rows,
                "newest": self.newest and self.newest.isoformat(),
                "same": self.same,
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
            same=data["same"],
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
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    kind = next((name for name, type_ in _TYPES.items() if isinstance(value, type_)), "text")
    return [kind, value.isoformat() if isinstance(value, datetime) else str(value)]


# A datetime is a date too, so it stands first.
_TYPES: dict[str, type] = {"datetime": datetime, "date": date, "decimal": Decimal, "uuid": UUID}
_LOADERS: dict[str, Callable[[str], object]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
    "bytes": bytes.fromhex,
    "text": str,
}


def _load(value: object) -> object:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return value
    kind, text = value
    return _LOADERS[kind](text)
