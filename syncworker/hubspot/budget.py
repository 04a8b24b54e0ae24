"""Waiting for one's turn to send a request to a portal.

HubSpot counts requests per app and portal over a rolling window of ten seconds, searches per
second besides, and all private apps of an account together per day of the account's own time zone.
Asking a budget before each request keeps below all three, so that a 429 is an exception.

`LocalBudget` serves the threads of one process, `RedisBudget` all processes and hosts of a portal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from syncworker.engine.account import Day
from syncworker.engine.ports import Quota
from syncworker.hubspot.budget_limits import App, Limits, Priority, limits
from syncworker.hubspot.local_budget import LocalBudget

__all__ = ["App", "Budget", "Limits", "LocalBudget", "Priority", "limits"]


class Budget(Protocol):
    """What a portal allows; all budgets of a portal and app share one state."""

    @property
    def waited(self) -> float:
        """Seconds for which the callers of this object have waited so far."""
        ...

    def quota(self) -> Quota:
        """What the portal allows, as far as it is known; nothing is asked."""
        ...

    def acquire(self, *, search: bool = False) -> None:
        """Wait until one more request may be sent.

        Raises:
            RateLimited: The day's share is used up; said at once, with the seconds until the
                account's next day.
        """
        ...

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over what an answer's headers say (names in lower case).

        For every answer but a search's, 429 included, in the thread that acquired its request.
        """
        ...

    def refused(self, policy: str, seconds: float) -> None:
        """HubSpot answered 429.

        Args:
            policy: TEN_SECONDLY_ROLLING, SECONDLY, DAILY or empty.
            seconds: How long it asks to wait; 0 where it does not say.
        """
        ...

    def learn_usage(self, usage: Day) -> None:
        """Take over what HubSpot says about the day."""
        ...
