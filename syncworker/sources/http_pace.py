"""Asks an API no more often than it allows: requests are spaced evenly."""

from __future__ import annotations

from collections.abc import Callable

from syncworker.mapping.source_http import RateLimit


class Pace:
    """The time between two requests of one process.

    Args:
        limit: How often may be asked; None: as often as one likes.
        now: A clock in seconds that only goes forward.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self, limit: RateLimit | None, now: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        minute = limit.per_minute if limit else None
        hour = limit.per_hour if limit else None
        self._gap = max(60 / minute if minute else 0.0, 3600 / hour if hour else 0.0)
        self._now = now
        self._sleep = sleep
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next request may be sent."""
        now = self._now()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap
