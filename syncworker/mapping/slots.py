"""When a schedule's runs are due: its slots, as moments.

A slot of an interval is a multiple of it since 1970, so every machine has the same. A slot of a
time of day is that time in the portal's reporting timezone: one that a change of clocks leaves out
is due at the first instant after the gap, one that comes twice is due the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from syncworker.mapping.duration import duration
from syncworker.mapping.portal import PortalMapping

Job = Literal["sync", "full", "fast"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_AROUND = range(-1, 4)
"""Days around a moment's UTC day among which its next time of day is, in any timezone."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """One job's slots.

    Attributes:
        every: The interval between them; None: they are times of day.
        times: Times of day, where there is no interval.
        timezone: IANA name of the zone the times are in.
        spec: The same in words; another text is another timetable.
    """

    every: timedelta | None
    times: tuple[time, ...]
    timezone: str
    spec: str

    def after(self, moment: datetime) -> datetime:
        """The first slot after an aware moment, in UTC."""
        if self.every is not None:
            return _EPOCH + ((moment - _EPOCH) // self.every + 1) * self.every
        return min(slot for slot in self._around(moment) if slot > moment)

    def begun(self, moment: datetime) -> datetime | None:
        """The slot an aware moment lies in; None for times of day, which pass in an instant."""
        return None if self.every is None else self.after(moment) - self.every

    def _around(self, moment: datetime) -> Iterator[datetime]:
        today = moment.astimezone(UTC).date()
        for days in _AROUND:
            for time_of_day in self.times:
                yield instant(today + timedelta(days=days), time_of_day, self.timezone)


def timetables(mapping: PortalMapping) -> dict[Job, Timetable]:
    """The timetables of a mapping's schedule by job; nothing where it has none."""
    schedule, zone = mapping.schedule, mapping.reporting.timezone
    found: dict[Job, Timetable] = {}
    if schedule is None:
        return found
    if schedule.every is not None:
        found["sync"] = _interval(schedule.every, zone, f"every {schedule.every}")
    elif schedule.daily_at:
        found["sync"] = _daily(schedule.daily_at, zone)
    if schedule.full_at is not None:
        found["full"] = _daily([schedule.full_at], zone)
    if schedule.fast is not None:
        streams = ", ".join(schedule.fast.streams)
        spec = f"every {schedule.fast.every}: {streams}"
        found["fast"] = _interval(schedule.fast.every, zone, spec)
    return found


def instant(day: date, time_of_day: time, timezone: str) -> datetime:
    """When a local time of a day is, or would be, in UTC.

    Args:
        day: The local day.
        time_of_day: The local time, without a zone.
        timezone: IANA name.

    Returns:
        Of a time that comes twice the first one; in the place of one that does not exist the first
        instant that does.
    """
    zone = ZoneInfo(timezone)
    local = datetime.combine(day, time_of_day)
    found = local.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local:
        return found
    # In a gap: by the clock before it the time is behind the change, by the clock after it before.
    offset = found.astimezone(zone).utcoffset()
    before, behind = local.replace(tzinfo=zone, fold=1).astimezone(UTC), found
    while behind - before > _SECOND:
        middle = before + (behind - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            behind = middle
        else:
            before = middle
    return behind.replace(microsecond=0)


def _interval(every: str, timezone: str, spec: str) -> Timetable:
    return Timetable(duration(every), (), timezone, spec)


def _daily(written: list[str], timezone: str) -> Timetable:
    times = sorted({time.fromisoformat(one) for one in written})
    shown = ", ".join(f"{one:%H:%M}" for one in times)
    return Timetable(None, tuple(times), timezone, f"daily at {shown} {timezone}")
