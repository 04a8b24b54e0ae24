"""The budgets of a portal in time that is moved by hand, in this process or on a real Valkey.

The script reads the time from a key instead of the server's clock, so that both are asked the same
at the same moment.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import redis

from syncworker.hubspot import redis_budget
from syncworker.hubspot.budget import Budget, Limits, LocalBudget, Priority, limits
from syncworker.hubspot.local_state import LocalState
from syncworker.hubspot.redis_budget import RedisBudget

MIDNIGHT = datetime(2026, 11, 22, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
SCRIPT = redis_budget._SCRIPT.replace("redis.call('TIME')", "{redis.call('GET', 'now'), 0}")
assert SCRIPT != redis_budget._SCRIPT


class World:
    """A moment, and the budgets of one portal in it.

    Args:
        client: Where the state is; None: in this process.
        allowed: The portal's limits.
    """

    def __init__(self, client: redis.Redis | None, allowed: Limits | None = None) -> None:
        self.client = client
        self.now = MIDNIGHT + 3600
        self.allowed = allowed or limits("professional", time_zone="Europe/Berlin")
        self._key = uuid4().hex
        self._state = LocalState(self.allowed, clock=self.clock, wall=self.clock)

    def clock(self) -> float:
        """What time it is."""
        return self.now

    def go_on(self, seconds: float) -> None:
        """Let time pass."""
        assert seconds > 0
        self.at(self.now + seconds)

    def at(self, now: float) -> None:
        """Set the time."""
        self.now = now
        self.tell()

    def tell(self) -> None:
        """Let the script see the time."""
        if self.client is not None:
            self.client.set("now", f"{self.now:.6f}")

    def budget(self, priority: Priority = "interactive") -> Budget:
        """One more budget of the portal."""
        if self.client is None:
            return LocalBudget("free", priority=priority, state=self._state, sleep=self.go_on)
        self.tell()
        budget = RedisBudget(
            self.client,
            self._key,
            "free",
            priority=priority,
            allowed=self.allowed,
            sleep=self.go_on,
        )
        budget._script = self.client.register_script(SCRIPT)
        return budget

    def other(self, allowed: Limits) -> World:
        """Another portal with other limits."""
        return World(self.client, allowed)


def most_in(times: list[float], window: float) -> int:
    return max(sum(1 for t in times if start <= t < start + window) for start in times)


def headers(limit: int, used: int) -> dict[str, str]:
    return {
        "x-hubspot-ratelimit-max": str(limit),
        "x-hubspot-ratelimit-remaining": str(limit - used),
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
    }
