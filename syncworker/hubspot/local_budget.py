"""The budget of one process: for its threads, and for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from syncworker.engine.account import Day
from syncworker.engine.ports import Quota
from syncworker.hubspot.budget_answers import stated
from syncworker.hubspot.budget_limits import Priority, limits
from syncworker.hubspot.local_state import LocalState
from syncworker.mapping.portal import Tier


class LocalBudget:
    """A budget for the threads of one process.

    Args:
        tier: The portal's HubSpot tier; HubSpot's own headers overrule it.
        priority: Who is served first while several wait.
        state: Shared with the process's other budgets of the same portal and app; None: its own,
            with the tier's limits.
        clock: Seconds, only growing; for a state of its own.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        tier: Tier,
        *,
        priority: Priority = "scheduled",
        state: LocalState | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.waited = 0.0
        self._priority = priority
        self._state = state or LocalState(limits(tier), clock=clock)
        self._sleep = sleep
        self._lock = threading.Lock()
        self._mine = threading.local()

    @property
    def limit(self) -> int:
        """Requests per window, as the tier or HubSpot's headers say."""
        return self._state.limit

    def quota(self) -> Quota:
        """See `Budget.quota`."""
        return self._state.quota()

    def acquire(self, *, search: bool = False) -> None:
        """See `Budget.acquire`."""
        waiter = f"{id(self)}:{threading.get_ident()}"
        began = self._state.clock()
        while True:
            wait, now = self._state.take(waiter, self._priority, search=search)
            if not wait:
                break
            self._sleep(wait)
        self._mine.sent = now
        with self._lock:
            self.waited += now - began

    def learn(self, headers: Mapping[str, str]) -> None:
        """See `Budget.learn`."""
        self._state.learn(self._sent(), stated(headers))

    def refused(self, policy: str, seconds: float) -> None:
        """See `Budget.refused`."""
        self._state.refused(self._sent(), policy, seconds)

    def learn_usage(self, usage: Day) -> None:
        """See `Budget.learn_usage`."""
        self._state.learn_usage(usage)

    def _sent(self) -> float | None:
        sent: float | None = getattr(self._mine, "sent", None)
        return sent
