"""The rules of the budget, on the twin of one process and on a real Valkey alike.

test_shared_budget.py has the real clock, test_shared_budget_day.py the daily limit.
"""

from __future__ import annotations

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.budget_world import World, headers, most_in

from syncworker.hubspot.budget import Budget, Limits, LocalBudget, Priority, limits
from syncworker.hubspot.budget_limits import BURST
from syncworker.hubspot.budget_rules import PRIORITIES
from syncworker.hubspot.redis_budget import RedisBudget
from syncworker.mapping.portal import Tier


@pytest.mark.parametrize("tier", ["free", "starter", "professional", "enterprise"])
def test_no_ten_seconds_ever_see_more_than_the_tier_allows(world: World, tier: Tier) -> None:
    world = world.other(limits(tier))
    asked = world.budget()
    times = []
    for _ in range(3 * BURST[tier]):
        asked.acquire()
        times.append(world.now)
    assert most_in(times, 10.0) == BURST[tier]
    assert world.now - times[0] <= 10.2 * 3, "no slower than the limit demands"


@pytest.mark.parametrize(
    ("allowed", "burst"),
    [
        (limits("professional"), 190),
        (limits("professional", burst=250), 250),
        (limits("enterprise", app="oauth"), 110),
    ],
)
def test_the_app_and_the_limit_increase_decide_the_burst(
    world: World, allowed: Limits, burst: int
) -> None:
    world = world.other(allowed)
    asked = world.budget()
    began = world.now
    for _ in range(burst // 2):
        asked.acquire()
    assert world.now == began, "half of it at once"
    for _ in range(burst - burst // 2):
        asked.acquire()
    assert world.now - began < 5.2, "the rest spread over half the window"
    asked.acquire()
    assert world.now - began == pytest.approx(10.2, abs=1e-4)


def test_at_most_five_searches_a_second_while_other_requests_go_on(world: World) -> None:
    asked = world.budget()
    times = []
    for _ in range(23):
        asked.acquire(search=True)
        times.append(world.now)
    assert most_in(times, 1.0) == 5
    before = world.now
    asked.acquire()
    assert world.now == before


def test_the_searches_per_second_can_be_set(world: World) -> None:
    world = world.other(limits("free", searches=2))
    asked = world.budget()
    times = []
    for _ in range(9):
        asked.acquire(search=True)
        times.append(world.now)
    assert most_in(times, 1.0) == 2


def test_the_limit_and_window_that_hubspot_states_are_taken_over(world: World) -> None:
    asked = world.budget()
    asked.learn(
        {"x-hubspot-ratelimit-max": "3", "x-hubspot-ratelimit-interval-milliseconds": "2000"}
    )
    times = []
    for _ in range(10):
        asked.acquire()
        times.append(world.now)
    assert most_in(times, 2.0) == 3


def test_what_others_use_is_left_to_them_and_won_back_when_they_stop(world: World) -> None:
    asked = world.budget("scheduled")
    times: list[float] = []

    def go_on(seconds: float, foreign: int) -> int:
        until = world.now + seconds
        sent = 0
        while world.now < until:
            asked.acquire()
            times.append(world.now)
            ours = sum(1 for t in times if t > world.now - 10)
            asked.learn(headers(190, min(190, ours + foreign)))
            sent += 1
        return sent

    go_on(20, 0)
    go_on(20, 57)
    beside = [go_on(10, 57) for _ in range(3)]
    last = sum(1 for t in times if t > world.now - 10)
    assert max(beside) + 57 <= 190
    assert min(beside) > 0.85 * (190 - 57), "nothing is given away"
    assert most_in(times[-last:], 1.0) <= 17, "spread over the window"
    go_on(30, 0)
    assert go_on(10.2, 0) >= 188, "won back"


def test_a_little_more_than_ours_is_a_measuring_error_and_costs_nothing(world: World) -> None:
    asked = world.budget()
    began = world.now
    for place in range(190):
        asked.acquire()
        asked.learn(headers(190, min(190, place + 4)))
    assert world.now - began < 5.2


class HubSpot:
    """Takes 190 requests in any ten seconds, from us and from a stranger."""

    def __init__(self, world: World, *, bursts: bool) -> None:
        self.world = world
        self.began = world.now
        self.log: list[float] = []
        self.theirs = [0, 0]
        self.ours = [0, 0]
        self._length = 1.0 if bursts else 10.0
        self._number = 0

    def answer(self, asked: Budget) -> None:
        """Take one of ours after what the stranger sent until now."""
        while (due := self._due()) <= self.world.now:
            self.theirs[self._take(due)] += 1
            self._number += 1
        taken = self._take(self.world.now)
        self.ours[taken] += 1
        used = sum(1 for at in self.log if at > self.world.now - 10)
        asked.learn(headers(190, used))
        if not taken:
            asked.refused("TEN_SECONDLY_ROLLING", 0)

    def _due(self) -> float:
        window, place = divmod(self._number, 57)
        return self.began + 33 + window * 10 + place * self._length / 57

    def _take(self, now: float) -> bool:
        self.log = [at for at in self.log if at > now - 10]
        if len(self.log) >= 190:
            return False
        self.log.append(now)
        return True


@pytest.mark.parametrize("bursts", [False, True])
def test_a_stranger_takes_30_percent_and_fewer_than_1_percent_of_our_answers_are_429(
    world: World, *, bursts: bool
) -> None:
    hubspot = HubSpot(world, bursts=bursts)
    asked = world.budget("scheduled")
    marks = []
    for end in (30, 70, 130):
        while world.now < hubspot.began + end:
            asked.acquire()
            hubspot.answer(asked)
        marks.append((hubspot.ours[1], *hubspot.theirs))
    assert hubspot.ours[0] < 0.01 * sum(hubspot.ours)
    ours, missed, theirs = (after - before for after, before in zip(*marks[:0:-1], strict=True))
    assert theirs > 20 * missed, "the stranger is not starved"
    assert ours > 0.85 * (6 * 190 - theirs), "and little is given away"


def test_a_429_that_others_explain_leaves_room_to_them(world: World) -> None:
    asked = world.budget()
    began = world.now
    for _ in range(100):
        asked.acquire()
    asked.refused("TEN_SECONDLY_ROLLING", 0)
    asked.acquire()
    assert world.now > began + 10, "91 requests were somebody else's: the rest has to age"


def test_a_429_that_nobody_explains_lengthens_the_window_for_a_while(world: World) -> None:
    world = world.other(limits("free"))
    asked = world.budget()
    asked.learn({"x-hubspot-ratelimit-max": "90"})
    for _ in range(90):
        asked.acquire()
    asked.learn({"x-hubspot-ratelimit-max": "80"})  # 90 in the window are 10 too many
    asked.refused("TEN_SECONDLY_ROLLING", 0)
    for _ in range(20):
        asked.refused("", 0)

    def seconds_of_a_window() -> float:
        world.go_on(50)
        began = world.now
        for _ in range(81):
            asked.acquire()
        return world.now - began

    first = seconds_of_a_window()
    assert 10.9 < first < 11.2, "lengthened by a tenth at most"
    for _ in range(20):
        seconds_of_a_window()
    assert seconds_of_a_window() == pytest.approx(10.2, abs=1e-4), "and back again"


@pytest.mark.parametrize(("named", "slept"), [(0, 0.5), (10, 10), (3, 3), (600, 60)])
def test_a_429_stops_everybody_for_what_hubspot_names_within_reason(
    world: World, named: float, slept: float
) -> None:
    began = world.now
    world.budget().refused("TEN_SECONDLY_ROLLING", named)
    world.budget().acquire()
    assert world.now - began == pytest.approx(slept, abs=1e-4)


def test_a_429_of_the_searches_stops_only_searches(world: World) -> None:
    asked = world.budget()
    began = world.now
    asked.refused("SECONDLY", 0)
    asked.acquire()
    assert world.now == began
    asked.acquire(search=True)
    assert world.now - began == pytest.approx(1, abs=1e-4)


def test_many_429s_never_stop_the_portal_for_good(world: World) -> None:
    world = world.other(limits("free"))
    asked = world.budget()
    began = world.now
    for _ in range(50):
        asked.refused("TEN_SECONDLY_ROLLING", 1)
    for _ in range(5):
        asked.acquire()
    assert world.now <= began + 12


class MustWait(Exception):
    pass


def must_wait(asked: Budget) -> bool:
    """Whether there is no room now; whoever asked is known to wait."""

    def wait(_seconds: float) -> None:
        raise MustWait

    assert isinstance(asked, LocalBudget | RedisBudget)
    asked._sleep = wait
    try:
        asked.acquire()
    except MustWait:
        return True
    return False


def nearly_full(world: World) -> World:
    """A portal that takes two requests in ten seconds and will have room for one in a second."""
    world = world.other(Limits(burst=2))
    backfill = world.budget("backfill")
    backfill.acquire()
    world.go_on(3)
    backfill.acquire()
    world.go_on(6.2)
    return world


def test_room_is_kept_for_a_higher_priority_that_waits(world: World) -> None:
    world = nearly_full(world)
    person, backfill = world.budget("interactive"), world.budget("backfill")
    assert must_wait(person)
    world.go_on(1.05)
    assert must_wait(backfill)
    assert not must_wait(person)


def test_room_is_not_kept_for_somebody_who_never_came_back(world: World) -> None:
    world = nearly_full(world)
    assert must_wait(world.budget("interactive"))
    world.go_on(1.2)
    assert not must_wait(world.budget("backfill"))


def test_a_lower_priority_whose_turn_it_is_comes_before_a_higher_one(world: World) -> None:
    world = nearly_full(world)
    person, scheduled = world.budget("interactive"), world.budget("scheduled")
    assert must_wait(scheduled)
    world.go_on(1.05)
    assert must_wait(person)
    assert not must_wait(scheduled), "it had none for long"
    world.go_on(2)
    assert must_wait(scheduled)
    assert must_wait(person)
    world.go_on(1.0)
    assert must_wait(scheduled), "not its turn again so soon"
    assert not must_wait(person)


@given(
    st.lists(
        st.tuples(st.floats(0, 4), st.booleans(), st.sampled_from(PRIORITIES)),
        min_size=50,
        max_size=250,
    )
)
@settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_asked_the_twin_and_the_script_say_the_same(
    plain: redis.Redis, punctual: None, rhythm: list[tuple[float, bool, Priority]]
) -> None:
    times = []
    for one in (World(None, limits("free")), World(plain, limits("free"))):
        several = {priority: one.budget(priority) for priority in PRIORITIES}
        begun = one.now
        taken: list[float] = []
        for place, (pause, search, priority) in enumerate(rhythm):
            if pause > 3.5:
                one.go_on(pause)
            several[priority].acquire(search=search)
            taken.append(one.now - begun)
            if place % 10 == 9:
                used = sum(t > taken[-1] - 10 for t in taken) + 20 * (place % 3)
                several[priority].learn(headers(100, min(100, used)))
            if place % 70 == 69:
                several[priority].refused("TEN_SECONDLY_ROLLING", 0)
        times.append(taken)
    assert times[0] == pytest.approx(times[1], abs=0.01)
    assert most_in(times[1], 10.0) <= 100
