from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.hubspot.budget import BURST, LocalBudget
from syncworker.mapping.portal import Tier


class Clock:
    """A clock that only moves when somebody sleeps on it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """What time it is."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        assert seconds > 0
        self.now += seconds


def budget(clock: Clock, tier: Tier = "professional") -> LocalBudget:
    return LocalBudget(tier, clock=clock, sleep=clock.sleep)


def most_in(times: list[float], window: float) -> int:
    return max(sum(1 for t in times if start <= t < start + window) for start in times)


@pytest.mark.parametrize("tier", ["free", "starter", "professional", "enterprise"])
def test_no_ten_seconds_ever_see_more_than_the_tier_allows(tier: Tier) -> None:
    clock = Clock()
    asked = budget(clock, tier)
    times = []
    for _ in range(3 * BURST[tier]):
        asked.acquire()
        times.append(clock.now)
    assert most_in(times, 10.0) == BURST[tier]
    assert clock.now < 10.3 * 2, "no slower than the limit demands"


def test_at_most_five_searches_a_second_while_other_requests_go_on() -> None:
    clock = Clock()
    asked = budget(clock)
    times = []
    for _ in range(23):
        asked.acquire(search=True)
        times.append(clock.now)
    assert most_in(times, 1.0) == 5
    before = clock.now
    asked.acquire()
    assert clock.now == before


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=400))
@settings(deadline=None, max_examples=50)
def test_whatever_the_rhythm_both_limits_are_kept(rhythm: list[tuple[float, bool]]) -> None:
    clock = Clock()
    asked = budget(clock, "free")
    all_times, searches = [], []
    for pause, search in rhythm:
        clock.now += pause if pause > 2.5 else 0
        asked.acquire(search=search)
        all_times.append(clock.now)
        searches += [clock.now] if search else []
    assert not all_times or most_in(all_times, 10.0) <= 100
    assert not searches or most_in(searches, 1.0) <= 5


def test_the_limit_and_window_that_hubspot_states_are_taken_over() -> None:
    clock = Clock()
    asked = budget(clock)
    asked.learn(
        {"x-hubspot-ratelimit-max": "3", "x-hubspot-ratelimit-interval-milliseconds": "2000"}
    )
    times = []
    for _ in range(10):
        asked.acquire()
        times.append(clock.now)
    assert asked.limit == 3
    assert most_in(times, 2.0) == 3


@pytest.mark.parametrize("nonsense", ["", "0", "-4", "many", "1.5"])
def test_headers_that_are_no_numbers_change_nothing(nonsense: str) -> None:
    asked = budget(Clock())
    asked.learn(
        {
            "x-hubspot-ratelimit-max": nonsense,
            "x-hubspot-ratelimit-interval-milliseconds": nonsense,
        }
    )
    assert asked.limit == 190


def test_after_a_429_nothing_is_sent_for_its_time_and_less_until_it_is_won_back() -> None:
    clock = Clock()
    asked = budget(clock)
    asked.slow_down(10)
    times = []
    for _ in range(1000):
        asked.acquire()
        times.append(clock.now)
    assert times[0] == 10
    assert times.count(times[0]) == 142, "three quarters of 190"
    assert most_in(times, 10.0) == 190, "won back in the end"


def test_many_429s_never_stop_the_portal_for_good() -> None:
    clock = Clock()
    asked = budget(clock, "free")
    for _ in range(50):
        asked.slow_down(1)
    for _ in range(11):
        asked.acquire()
    assert clock.now <= 12


def test_threads_share_one_allowance() -> None:
    clock = Clock()
    asked = LocalBudget("free", clock=clock, sleep=lambda _: pytest.fail("over the limit"))
    threads = [
        threading.Thread(target=lambda: [asked.acquire() for _ in range(25)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(pytest.fail.Exception, match="over the limit"):
        asked.acquire()
