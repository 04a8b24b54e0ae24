"""The day's requests, on the twin of one process and on a real Valkey alike."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from support.budget_world import MIDNIGHT, World, headers

from syncworker.engine.account import Day
from syncworker.engine.ports import Quota
from syncworker.errors import RateLimited
from syncworker.hubspot.budget import Budget, limits


def day(world: World, daily: int, zone: str | None = "Europe/Berlin") -> World:
    """A portal at one o'clock that allows so many requests a day."""
    world = world.other(limits("free", time_zone=zone))
    world.budget("scheduled").learn_usage(Day(daily, 0))
    return world


def spend(asked: Budget) -> int:
    sent = 0
    while True:
        try:
            asked.acquire()
        except RateLimited:
            return sent
        sent += 1


def test_a_tenth_of_the_day_is_left_to_other_apps_and_half_of_it_to_people_who_wait(
    world: World,
) -> None:
    world = day(world, 100)
    assert spend(world.budget("backfill")) == 90
    assert spend(world.budget("scheduled")) == 0
    assert spend(world.budget("interactive")) == 5
    world.at(MIDNIGHT + 24 * 3600)
    assert spend(world.budget("scheduled")) == 90


def test_a_used_up_day_is_said_at_once_with_when_it_goes_on_in_the_accounts_own_time(
    world: World,
) -> None:
    world = day(world, 10)
    spend(world.budget("scheduled"))
    before = world.now
    with pytest.raises(RateLimited) as raised:
        world.budget("scheduled").acquire()
    assert world.now == before, "nobody sleeps for it"
    assert (raised.value.policy, raised.value.retry_after) == ("DAILY", 23 * 3600)
    assert raised.value.message == (
        "our share of the day's HubSpot requests is used up: all apps together sent 9 of 10, and "
        "the rest is kept for the others; it goes on at 2026-11-23 00:00 Europe/Berlin"
    )


def test_the_day_counts_what_other_apps_used_as_headers_and_usage_tell(world: World) -> None:
    world = day(world, 1000)
    asked = world.budget("scheduled")
    told = {"x-hubspot-ratelimit-daily": "1000", "x-hubspot-ratelimit-daily-remaining": "103"}
    asked.learn(told)
    assert spend(asked) == 3
    asked.learn_usage(Day(limit=2000, used=1795))
    assert spend(asked) == 5


def test_without_a_time_zone_the_day_ends_when_hubspot_says_and_a_day_later_again(
    world: World,
) -> None:
    world = day(world, 10, None)
    asked = world.budget("scheduled")
    spend(asked)
    with pytest.raises(RateLimited, match="2026-11-23 00:00 UTC"):
        asked.acquire()
    end = datetime.fromtimestamp(world.now + 1800, UTC)
    asked.learn_usage(Day(limit=10, used=9, resets_at=end))
    with pytest.raises(RateLimited) as raised:
        asked.acquire()
    assert raised.value.retry_after == 1800
    world.go_on(1800)
    assert spend(asked) == 9
    with pytest.raises(RateLimited) as raised:
        asked.acquire()
    assert raised.value.retry_after == 24 * 3600


def test_a_reset_in_the_past_is_no_news(world: World) -> None:
    world = day(world, 10)
    asked = world.budget("scheduled")
    asked.learn_usage(Day(limit=10, used=9, resets_at=datetime(2020, 1, 1, tzinfo=UTC)))
    with pytest.raises(RateLimited) as raised:
        asked.acquire()
    assert raised.value.retry_after == 23 * 3600


@pytest.mark.parametrize(("zone", "seconds"), [("Europe/Berlin", 23 * 3600), (None, 3600)])
def test_a_daily_429_ends_the_day_or_an_hour_where_its_end_is_not_known(
    world: World, zone: str | None, seconds: float
) -> None:
    world = day(world, 1000, zone)
    asked = world.budget("interactive")
    asked.acquire()
    asked.refused("DAILY", 3600)
    with pytest.raises(RateLimited) as raised:
        asked.acquire()
    assert raised.value.retry_after == seconds
    world.go_on(seconds)
    asked.acquire()


def test_the_day_of_a_clock_change_ends_at_its_own_midnight(world: World) -> None:
    world = day(world, 10)
    world.at(datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
    asked = world.budget("scheduled")
    spend(asked)
    with pytest.raises(RateLimited) as raised:
        asked.acquire()
    assert raised.value.retry_after == 25 * 3600


def test_an_oauth_app_has_no_daily_limit(world: World) -> None:
    world = world.other(limits("free", app="oauth"))
    asked = world.budget()
    for _ in range(1000):
        asked.acquire()
    asked.refused("DAILY", 60)
    with pytest.raises(RateLimited, match=r"requests are used up; it goes on at"):
        asked.acquire()


def test_what_is_left_of_the_day_is_told_once_hubspot_has_said_it(world: World) -> None:
    world = world.other(limits("free", time_zone="Europe/Berlin"))
    asked = world.budget("interactive")
    assert asked.quota() == Quota(100, 10.0, 250_000, None)
    asked.learn(headers(90, 1))
    asked.acquire()
    assert asked.quota() == Quota(90, 10.0, 250_000, None)
    asked.learn_usage(Day(limit=1000, used=300))
    asked.acquire()
    assert asked.quota() == Quota(90, 10.0, 1000, 301)
    world.at(MIDNIGHT + 24 * 3600)
    assert asked.quota() == Quota(90, 10.0, 1000, 0)
