"""The rules of the budget, on the twin of one process and a clock that is moved by hand."""

from __future__ import annotations

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.hubspot.budget import LocalBudget, Priority, limits
from syncworker.hubspot.local_state import LocalState
from syncworker.mapping.portal import Tier

MIDNIGHT = datetime(2026, 11, 22, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


class Clock:
    """A clock that only moves when somebody sleeps on it."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """What time it is."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        assert seconds > 0
        self.now += seconds


def budget(
    clock: Clock,
    tier: Tier = "professional",
    *,
    priority: Priority = "interactive",
    state: LocalState | None = None,
) -> LocalBudget:
    return LocalBudget(tier, priority=priority, state=state, clock=clock, sleep=clock.sleep)


def most_in(times: list[float], window: float) -> int:
    return max(sum(1 for t in times if start <= t < start + window) for start in times)


def headers(limit: int, used: int, window: float = 10.0) -> dict[str, str]:
    return {
        "x-hubspot-ratelimit-max": str(limit),
        "x-hubspot-ratelimit-remaining": str(limit - used),
        "x-hubspot-ratelimit-interval-milliseconds": str(int(window * 1000)),
    }


@given(
    st.lists(
        st.tuples(
            st.floats(0, 3),
            st.booleans(),
            st.sampled_from(["interactive", "scheduled", "backfill"]),
        ),
        max_size=400,
    )
)
@settings(deadline=None, max_examples=50)
def test_whatever_the_rhythm_and_the_priority_both_limits_are_kept(
    rhythm: list[tuple[float, bool, Priority]],
) -> None:
    clock = Clock()
    state = LocalState(limits("free"), clock=clock)
    several = {p: budget(clock, "free", priority=p, state=state) for _, _, p in rhythm}
    all_times, searches = [], []
    for pause, search, priority in rhythm:
        clock.now += pause if pause > 2.5 else 0
        several[priority].acquire(search=search)
        all_times.append(clock.now)
        searches += [clock.now] if search else []
    assert not all_times or most_in(all_times, 10.0) <= 100
    assert not searches or most_in(searches, 1.0) <= 5


@given(
    foreign=st.lists(st.integers(0, 30), min_size=50, max_size=80),
    first=st.integers(0, 1000),
)
@settings(deadline=None, max_examples=20)
def test_whatever_others_use_our_requests_keep_to_the_limit_and_go_on(
    foreign: list[int], first: int
) -> None:
    clock = Clock(float(first))
    asked = budget(clock, priority="backfill")
    times: list[float] = []
    for used in foreign:
        for _ in range(20):
            asked.acquire()
            times.append(clock.now)
        ours = sum(1 for t in times if t > clock.now - 10)
        asked.learn(headers(190, min(190, ours + used)))
    assert most_in(times, 10.0) <= 190
    assert clock.now - times[0] < 20 * len(foreign) / 13, "30 others still leave most of it"


def test_threads_share_one_allowance() -> None:
    clock = Clock()
    asked = LocalBudget(
        "free",
        priority="interactive",
        clock=clock,
        sleep=lambda _: pytest.fail("more than half at once"),
    )
    threads = [
        threading.Thread(target=lambda: [asked.acquire() for _ in range(17)]) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(pytest.fail.Exception, match="half at once"):
        asked.acquire()


@pytest.mark.parametrize("nonsense", ["", "0", "-4", "many", "1.5", "²"])
def test_headers_that_are_no_numbers_change_nothing(nonsense: str) -> None:
    asked = budget(Clock())
    asked.learn(
        {
            "x-hubspot-ratelimit-max": nonsense,
            "x-hubspot-ratelimit-interval-milliseconds": nonsense,
            "x-hubspot-ratelimit-daily": nonsense,
            "x-hubspot-ratelimit-daily-remaining": nonsense,
        }
    )
    assert asked.limit == 190
    asked.acquire()
