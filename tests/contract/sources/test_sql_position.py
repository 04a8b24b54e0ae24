"""Where reading goes on survives a restart in the types the database gave."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from syncworker.sources.sql_position import Position, utc


def test_a_position_comes_back_as_it_was() -> None:
    at = datetime(2026, 11, 21, 6, 0, 0, 123456, tzinfo=UTC)
    key = (None, "a", 7, 0.5, True, date(2026, 1, 1), at, Decimal("1.50"), UUID(int=3), b"\xff")
    position = Position(at, key, 12, at, 3)

    again = Position.load(position.dump())

    assert again == position
    assert [type(value) for value in again.key] == [type(value) for value in key]


def test_a_key_of_another_type_is_kept_as_text() -> None:
    position = Position.load(Position(None, (timedelta(1),), 1, None).dump())
    assert position.key == ("1 day, 0:00:00",)


def test_cursor_values_of_any_kind_are_times_in_utc() -> None:
    six = datetime(2026, 11, 21, 6, tzinfo=UTC)
    assert utc(date(2026, 11, 21)) == six.replace(hour=0)
    assert utc(six.replace(tzinfo=None)) == six
    assert utc("2026-11-21 08:00:00+02:00") == six
