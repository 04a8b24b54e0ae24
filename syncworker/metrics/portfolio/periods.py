"""Months, quarters and years in the reporting timezone, and the instants numbers are taken at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from syncworker.metrics.portfolio.rows import Period

Kind = Literal["month", "quarter", "year"]
LENGTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "year": 12}
"""Months of a period."""
INSTANT = timedelta(microseconds=1)
_YEAR = 12


def periods(first: int, last: int, kind: Kind, timezone: str) -> tuple[Period, ...]:
    """The whole periods that hold the months from `first` to `last`, both included.

    Args:
        first: A month as `month_number`.
        last: Likewise, not before `first`.
        kind: How long a period is.
        timezone: The reporting timezone, whose midnights divide the periods.
    """
    length = LENGTHS[kind]
    numbers = range(first - first % length, last + 1, length)
    return tuple(_period(number, length, timezone) for number in numbers)


def months(period: Period, timezone: str) -> tuple[Period, ...]:
    """The months a period is made of."""
    numbers = range(month_of(period.start, timezone), month_of(period.end, timezone))
    return tuple(_period(number, 1, timezone) for number in numbers)


def months_up_to(end: datetime, count: int, timezone: str) -> tuple[Period, ...]:
    """The last months that are over at an instant, the oldest first."""
    last = month_of(end, timezone)
    return tuple(_period(number, 1, timezone) for number in range(last - count, last))


def month_number(year: int, month: int) -> int:
    """A calendar month as a number that counts on by one; January is divisible by twelve."""
    return year * _YEAR + month - 1


def month_of(at: datetime, timezone: str) -> int:
    """The number of the local month an instant lies in."""
    local = at.astimezone(ZoneInfo(timezone))
    return month_number(local.year, local.month)


def opening(period: Period) -> datetime:
    """The last instant before a period."""
    return period.start - INSTANT


def closing(period: Period, as_of: datetime) -> datetime:
    """The last instant of a period, or `as_of` where it is not over."""
    return min(period.end - INSTANT, as_of)


def year_before(at: datetime, timezone: str) -> datetime:
    """The same local time a year earlier; of a month's last instant, that month's last instant."""
    local = (at + INSTANT).astimezone(ZoneInfo(timezone))
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=local.year - 1, day=day).astimezone(UTC) - INSTANT


def _period(number: int, length: int, timezone: str) -> Period:
    year, month = divmod(number, _YEAR)
    label = {1: f"{year}-{month + 1:02}", 3: f"{year}-Q{month // 3 + 1}"}.get(length, f"{year}")
    return Period(label, _midnight(number, timezone), _midnight(number + length, timezone))


def _midnight(number: int, timezone: str) -> datetime:
    """The first instant of a local month."""
    year, month = divmod(number, _YEAR)
    return datetime(year, month + 1, 1, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
