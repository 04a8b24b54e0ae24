"""Slots: one follows the other, none twice, through every change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncworker.mapping.loader import load
from syncworker.mapping.slots import Timetable, instant, timetables

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
         "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Kiritimati")  # fmt: skip
MAPPING = """\
version: 1
hubspot: {{credentials: env:TOKEN}}
reporting: {{timezone: Europe/Berlin}}
sources: {{app: {{kind: sql, url: env:X, streams: {{trials: {{query: x, cursor: u}}}}}}}}
objects: {{companies: {{match: {{property: domain, column: domain}}}}}}
{}
"""

moments = st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
daily = st.builds(
    lambda times, zone: Timetable(None, tuple(times), zone, ""),
    st.lists(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1, max_size=3),
    st.sampled_from(ZONES),
)
interval = st.integers(1, 3000).map(
    lambda minutes: Timetable(timedelta(minutes=minutes), (), "UTC", "")
)


@given(st.one_of(daily, interval), moments)
def test_slots_lie_behind_one_another_and_none_is_between(
    timetable: Timetable, moment: datetime
) -> None:
    first = timetable.after(moment)
    assert first > moment
    assert timetable.after(first) > first
    assert timetable.after(first - timedelta(seconds=1)) == first
    halfway = moment + (first - moment) / 2
    assert timetable.after(halfway) == first


@given(daily, moments)
def test_a_time_of_day_is_due_once_a_day(timetable: Timetable, moment: datetime) -> None:
    zone = ZoneInfo(timetable.timezone)
    slots = []
    while len(slots) < 9:
        moment = timetable.after(moment)
        slots.append(moment)
    local = [slot.astimezone(zone).replace(tzinfo=None) for slot in slots]
    assert len(set(local)) == len(local), "an hour that comes twice starts one run"
    per_day = [sum(one.date() == day for one in local) for day in {one.date() for one in local}]
    # A day that a zone leaves out altogether puts its slots on the first instant of the next.
    assert max(per_day) <= len(set(timetable.times)) + 1
    at = {(one.hour, one.minute) for one in local}
    wanted = {(one.hour, one.minute) for one in timetable.times}
    odd = [one for one in local if (one.hour, one.minute) not in wanted]
    assert len(odd) <= 1, "only a gap puts a slot elsewhere"
    assert at & wanted or len(slots) < 2


@given(moments, st.sampled_from(ZONES), st.times())
def test_a_local_time_that_exists_is_that_time(
    moment: datetime, zone: str, time_of_day: time
) -> None:
    found = instant(moment.date(), time_of_day.replace(microsecond=0), zone)
    back = found.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    asked = datetime.combine(moment.date(), time_of_day.replace(microsecond=0))
    assert back >= asked
    assert back - asked <= timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "time_of_day", "zone", "due"),
    [
        # Berlin's 2 o'clock becomes 3, and in autumn 3 becomes 2.
        (date(2026, 3, 29), time(1, 59), "Europe/Berlin", "2026-03-29T00:59"),
        (date(2026, 3, 29), time(2, 0), "Europe/Berlin", "2026-03-29T01:00"),
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", "2026-03-29T01:00"),
        (date(2026, 3, 29), time(3, 0), "Europe/Berlin", "2026-03-29T01:00"),
        (date(2026, 3, 29), time(3, 1), "Europe/Berlin", "2026-03-29T01:01"),
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", "2026-10-25T00:30"),
        (date(2026, 10, 25), time(3, 0), "Europe/Berlin", "2026-10-25T02:00"),
        # New York, a day whose midnight does not exist, half an hour, and a day left out.
        (date(2026, 3, 8), time(2, 30), "America/New_York", "2026-03-08T07:00"),
        (date(2018, 11, 4), time(0, 0), "America/Sao_Paulo", "2018-11-04T03:00"),
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", "2026-10-03T15:30"),
        (date(2011, 12, 30), time(6, 30), "Pacific/Apia", "2011-12-30T10:00"),
    ],
)
def test_changes_of_clocks(day: date, time_of_day: time, zone: str, due: str) -> None:
    assert instant(day, time_of_day, zone) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_times_that_a_gap_puts_on_one_instant_are_one_slot() -> None:
    timetable = Timetable(None, (time(2, 10), time(2, 50), time(3, 0)), "Europe/Berlin", "")
    evening = datetime(2026, 3, 28, 20, tzinfo=UTC)
    change = timetable.after(evening)
    assert change == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert timetable.after(change) == datetime(2026, 3, 30, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "specs"),
    [
        ("", {}),
        ("schedule: {every: 15m}", {"sync": "every 15m"}),
        (
            'schedule: {daily_at: ["18:00", 06:30], full_at: 02:00}',
            {
                "sync": "daily at 06:30, 18:00 Europe/Berlin",
                "full": "daily at 02:00 Europe/Berlin",
            },
        ),
        (
            "schedule: {full_at: 02:00, fast: {streams: [trials]}}",
            {"full": "daily at 02:00 Europe/Berlin", "fast": "every 1m: trials"},
        ),
    ],
)
def test_a_mappings_timetables_by_job(schedule: str, specs: dict[str, str]) -> None:
    mapping = load(MAPPING.format(schedule), "acme.yaml").mapping
    assert mapping is not None
    assert {job: one.spec for job, one in timetables(mapping).items()} == specs


def test_an_interval_has_begun_and_a_time_of_day_has_not() -> None:
    moment = datetime(2026, 11, 21, 6, 7, tzinfo=UTC)
    quarter = Timetable(timedelta(minutes=15), (), "UTC", "")
    assert quarter.begun(moment) == datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
    assert quarter.begun(quarter.after(moment)) == quarter.after(moment)
    assert Timetable(None, (time(6),), "UTC", "").begun(moment) is None
