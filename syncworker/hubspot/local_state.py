"""What the budgets of one process share: the requests of the last window, and who waits.

The same rules as budget.lua, which shares them between processes; tests hold both to one contract.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from syncworker.engine.account import Day
from syncworker.engine.ports import Quota
from syncworker.hubspot.budget_answers import Stated
from syncworker.hubspot.budget_day import day_end, day_used_up
from syncworker.hubspot.budget_limits import Limits, Priority
from syncworker.hubspot.budget_rules import PRIORITIES, RULES


class LocalState:
    """The state of one portal and app within a process.

    Args:
        limits: What the portal allows until HubSpot says otherwise.
        clock: Seconds, only growing.
        wall: Seconds since 1970, for the day.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,  # noqa: TID251 - a budget waits in real time
    ) -> None:
        self.clock = clock
        self.limit = limits.burst
        self._wall = wall
        self._limits = limits
        self._window = limits.window
        self._lock = threading.Lock()
        self._sent: deque[float] = deque()
        self._searched: deque[float] = deque()
        self._closed = self._search_closed = self._next = float("-inf")
        # From when on a priority is served although higher ones wait.
        self._turns: dict[Priority, float] = dict.fromkeys(PRIORITIES, float("-inf"))
        self._turns["interactive"] = float("inf")
        self._waiting: dict[Priority, dict[str, float]] = {p: {} for p in PRIORITIES}
        self._foreign = [0, 0, 0]
        self._foreign_window = 0
        self._guessed, self._guessed_until = 0, float("-inf")
        self._stretch = 0.0
        self._stretched_at = 0.0
        self._daily = limits.daily
        self._used = 0
        self._told = False
        self._day_end: float | None = None
        self._day_known = limits.time_zone is not None
        self._day_closed = float("-inf")

    def quota(self) -> Quota:
        """What is allowed, and how much of the day is used where HubSpot has told."""
        with self._lock:
            over = self._day_end is not None and self._wall() >= self._day_end
            used = (0 if over else self._used) if self._told else None
            return Quota(self.limit, self._window, self._daily, used)

    def take(self, waiter: str, priority: Priority, *, search: bool) -> tuple[float, float]:
        """Take one request if there is room.

        Returns:
            Seconds to wait before asking again, 0 when it was taken; and the time by the clock.

        Raises:
            RateLimited: The day's share is used up.
        """
        with self._lock:
            now = self.clock()
            self._check_day(priority)
            foreign = self._others(now)
            allowed = self._allowed(foreign)
            length = self._window * (1 + RULES["stretch"] + self._stretched(now))
            gap = length / allowed
            due = now >= self._turns[priority]
            ahead = 0 if due else self._ahead(priority, now)
            crowded = foreign > 0 or (
                _room(self._sent, max(1, int(allowed * RULES["at_once"])), length) > now
            )
            paced = foreign > 0 or (crowded and not due)

            at = max(self._closed, _room(self._sent, allowed, length))
            if paced:
                at = max(at, self._next)
            if ahead:
                own_turn = max(at, self._turns[priority])
                at = max(at, _room(self._sent, allowed - ahead, length))
                if paced:
                    at = max(at, self._next + ahead * gap)
                at = min(at, own_turn)
            until = at
            if search:
                second = 1 + RULES["search_stretch"]
                searches = _room(self._searched, self._limits.searches, second)
                until = max(at, self._search_closed, searches)

            if until > now:
                if at > now:
                    self._waiting[priority][waiter] = at + RULES["grace"]
                return until - now, now
            self._waiting[priority].pop(waiter, None)
            self._count(now, search=search)
            if priority != "interactive":
                self._turns[priority] = now + length / (RULES[f"share_{priority}"] * allowed)
            late = RULES["catch_up"] * gap
            self._next = min(max(self._next, now - late) + gap, now + late) if crowded else now
            return 0.0, now

    def learn(self, sent: float | None, said: Stated) -> None:
        """Take over an answer's headers.

        Args:
            sent: When its request was taken, by the clock.
            said: The headers.
        """
        with self._lock:
            now = self.clock()
            self.limit = said.limit or self.limit
            self._window = said.window or self._window
            if said.limit and said.remaining is not None:
                others = said.limit - said.remaining - self._ours(sent or now)
                if others > RULES["noise"] * self.limit:
                    self._saw_others(now, others)
                # What HubSpot counts is better than what a refusal let us guess.
                self._guessed_until = float("-inf")
            if said.daily and said.daily_remaining is not None:
                self._daily = said.daily
                self._used = said.daily - said.daily_remaining
                self._told = True

    def refused(self, sent: float | None, policy: str, seconds: float) -> None:
        """Heed a 429: send nothing for a while, and ask for less where that is called for."""
        with self._lock:
            now = self.clock()
            if policy == "DAILY":
                wall = self._wall()
                known = self._day_known and self._day_end is not None and self._day_end > wall
                self._day_closed = self._day_end or 0 if known else wall + (seconds or 3600)
                return
            if policy == "SECONDLY":
                pause = min(seconds or 1, RULES["longest_pause"])
                self._search_closed = max(self._search_closed, now + pause)
                return
            pause = min(seconds or self._window * RULES["pause"], RULES["longest_pause"])
            self._closed = max(self._closed, now + pause)
            # HubSpot's window is full, and the refused request is not in it.
            others = self.limit - self._ours(sent or now) + 1
            if others > 0:
                self._guessed, self._guessed_until = others, now + 3 * self._window
            else:
                step = self._stretched(now) + RULES["stretch_step"]
                self._stretch = min(RULES["stretch_most"], step)
                self._stretched_at = now

    def learn_usage(self, usage: Day) -> None:
        """Take over what HubSpot says about the day."""
        with self._lock:
            self._daily, self._used, self._told = usage.limit, usage.used, True
            if usage.resets_at is not None and usage.resets_at.timestamp() > self._wall():
                self._day_end, self._day_known = usage.resets_at.timestamp(), True

    def _check_day(self, priority: Priority) -> None:
        wall = self._wall()
        if self._day_end is None or wall >= self._day_end:
            self._used = 0 if self._day_end is not None else self._used
            self._day_end = day_end(wall, self._day_end, self._limits.time_zone)
        zone = self._limits.time_zone
        if wall < self._day_closed:
            raise day_used_up(wall, self._day_closed, zone)
        share = self._limits.share_of_day(priority)
        if self._daily is not None and self._used >= self._daily * share:
            raise day_used_up(wall, self._day_end, zone, (self._used, self._daily))

    def _count(self, now: float, *, search: bool) -> None:
        self._used += 1
        for log in (self._sent, self._searched) if search else (self._sent,):
            log.append(now)
            while len(log) > 2 * self.limit:
                log.popleft()

    def _ahead(self, priority: Priority, now: float) -> int:
        """How many requests that wait come before one of this priority."""
        ahead = 0
        higher = True
        for other in PRIORITIES:
            waiting = self._waiting[other]
            for gone in [waiter for waiter, until in waiting.items() if until <= now]:
                del waiting[gone]
            if other == priority:
                higher = False
            elif waiting and higher:
                ahead += len(waiting)
            elif waiting and now >= self._turns[other]:
                ahead += 1
        return ahead

    def _allowed(self, foreign: int) -> int:
        margin = RULES["margin"] * self.limit if foreign else 0
        return max(1, int(RULES["least"] * self.limit), int(self.limit - foreign - margin))

    def _ours(self, sent: float) -> int:
        """Our requests that HubSpot may have counted when it answered the one taken at `sent`."""
        first = sent - self._window - RULES["slack"]
        last = sent + RULES["slack"]
        # Searches are counted apart by HubSpot.
        return _between(self._sent, first, last) - _between(self._searched, first, last)

    def _others(self, now: float) -> int:
        """What others on the same token used at most in one of the last windows."""
        index = int(now // self._window)
        moved = max(0, min(3, index - self._foreign_window))
        self._foreign = [0] * moved + self._foreign[: 3 - moved]
        self._foreign_window = index
        guessed = self._guessed if now < self._guessed_until else 0
        return max(*self._foreign, guessed)

    def _saw_others(self, now: float, used: int) -> None:
        self._others(now)
        self._foreign[0] = max(self._foreign[0], used)

    def _stretched(self, now: float) -> float:
        windows = (now - self._stretched_at) // self._window
        return max(0.0, self._stretch - windows * RULES["stretch_decay"])


def _room(log: deque[float], allowed: int, length: float) -> float:
    """When there is room for one more after at most `allowed` - 1 in any `length` seconds."""
    place = max(1, allowed)
    return log[-place] + length if len(log) >= place else float("-inf")


def _between(log: Iterable[float], first: float, last: float) -> int:
    return sum(first < at <= last for at in log)
