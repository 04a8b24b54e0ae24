"""How many requests a portal allows, and waiting for one's turn.

HubSpot counts requests per app and portal over a rolling window of ten seconds, and searches per
second besides. Asking here before each request keeps below both, so that a 429 is an exception.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from syncworker.mapping.portal import Tier

BURST: dict[Tier, int] = {"free": 100, "starter": 100, "professional": 190, "enterprise": 190}
BURST_WINDOW = 10.0
SEARCHES = 5
SEARCH_WINDOW = 1.0
# Requests do not arrive as evenly as they were sent: a window this much longer than HubSpot's
# keeps more than the limit from falling into one of HubSpot's windows.
JITTER = 1.02
# After a 429 somebody else uses the same allowance: take less of it, then win it back.
SLOWER = 0.75
LEAST_SHARE = 0.1
REGAINED = 0.1


class Budget(Protocol):
    """What a portal allows; one per portal, shared by all that call it."""

    def acquire(self, *, search: bool = False) -> None:
        """Wait until one more request may be sent."""
        ...

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over the limit that HubSpot states in an answer's headers (names in lower case)."""
        ...

    def slow_down(self, seconds: float) -> None:
        """HubSpot answered 429: send nothing for so long, and less for a while after it."""
        ...


class _Window:
    """The times of the last requests; not thread-safe by itself."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._sent: deque[float] = deque()

    def wait(self, now: float, share: float) -> float:
        """Seconds until one more request fits."""
        length = self.seconds * JITTER
        while self._sent and self._sent[0] <= now - length:
            self._sent.popleft()
        allowed = max(1, int(self.limit * share))
        if len(self._sent) < allowed:
            return 0.0
        return self._sent[len(self._sent) - allowed] + length - now

    def add(self, now: float) -> None:
        """Count a request."""
        self._sent.append(now)


class LocalBudget:
    """A budget for the threads of one process.

    Args:
        tier: The portal's HubSpot tier; HubSpot's own headers overrule it.
        clock: Seconds, only growing.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        tier: Tier,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._burst = _Window(BURST[tier], BURST_WINDOW)
        self._search = _Window(SEARCHES, SEARCH_WINDOW)
        self._share = 1.0
        self._share_since = 0.0
        self._closed_until = float("-inf")

    @property
    def limit(self) -> int:
        """Requests per window, as the tier or HubSpot's headers say."""
        return self._burst.limit

    def acquire(self, *, search: bool = False) -> None:
        """Wait until one more request may be sent; a search counts in both windows."""
        while True:
            with self._lock:
                now = self._clock()
                wait = self._wait(now, search=search)
                if wait <= 0:
                    self._burst.add(now)
                    if search:
                        self._search.add(now)
                    return
            self._sleep(wait)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over HubSpot's limit and window; headers that are no numbers are passed over."""
        limit = headers.get("x-hubspot-ratelimit-max", "")
        interval = headers.get("x-hubspot-ratelimit-interval-milliseconds", "")
        with self._lock:
            if limit.isdecimal() and int(limit) > 0:
                self._burst.limit = int(limit)
            if interval.isdecimal() and int(interval) > 0:
                self._burst.seconds = int(interval) / 1000

    def slow_down(self, seconds: float) -> None:
        """Send nothing for `seconds`, then a smaller share that grows back window by window."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock() + seconds)
            self._share = max(LEAST_SHARE, self._share * SLOWER)
            self._share_since = self._closed_until

    def _wait(self, now: float, *, search: bool) -> float:
        windows = int((now - self._share_since) // self._burst.seconds)
        if self._share < 1 and windows > 0:
            self._share = min(1.0, self._share + REGAINED * windows)
            self._share_since += windows * self._burst.seconds
        waits = [self._closed_until - now, self._burst.wait(now, self._share)]
        if search:
            waits.append(self._search.wait(now, 1.0))
        return max(waits)
