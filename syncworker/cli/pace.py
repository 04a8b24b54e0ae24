"""A rate smoothed over the last half minute, and the time left by it."""

from __future__ import annotations

from dataclasses import dataclass

_HALF_LIFE = 30.0  # seconds after which a measurement counts half


@dataclass(slots=True)
class Pace:
    """Measures how fast something is done.

    Attributes:
        rate: Done per second; 0 until it was measured.
    """

    rate: float = 0.0
    _at: float | None = None
    _done: int = 0

    def measure(self, seconds: float, done: int) -> None:
        """Note that at `seconds` of a clock that only goes forward `done` were done.

        A step back starts the measuring anew: another step of a run has begun.
        """
        if self._at is None or done < self._done:
            self.rate, self._at, self._done = 0.0, seconds, done
            return
        passed = seconds - self._at
        if passed <= 0 or done == self._done:
            return
        rate = (done - self._done) / passed
        weight = 1 - 0.5 ** (passed / _HALF_LIFE)
        self.rate = rate if not self.rate else self.rate + weight * (rate - self.rate)
        self._at, self._done = seconds, done

    def left(self, rest: int) -> float | None:
        """Seconds until `rest` more are done; None: it cannot be told yet."""
        return rest / self.rate if self.rate else None


def spoken(seconds: float) -> str:
    """A time span in words: `40 s`, `3 min`, `2 h 10 min`."""
    if seconds < 100:  # noqa: PLR2004 - two places
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:  # noqa: PLR2004 - likewise
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
