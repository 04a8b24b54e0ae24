"""Faults by percentage: which part of all requests goes wrong, and how.

The n-th request after the rates were set has the same fate for the same seed, whatever it asks.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from syncworker.sandbox.answers import ApiError, Json, correlation_id

TIMEOUT, RESET, REFUSED_ROW, TRUNCATED, HTML = "timeout", "reset", "207", "truncated", "html"
WORDS = (TIMEOUT, RESET, REFUSED_ROW, TRUNCATED, HTML)
_ENTRY = re.compile(r"\s*(\w+)\s*:\s*(\d+(?:\.\d+)?)\s*%\s*")
_STATUSES = range(400, 600)


class BadRates(ValueError):
    """Rates that cannot be read; its text says what is wrong and how they are written."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one request.

    Attributes:
        kind: A status, or one of `WORDS`.
        done: Whether the request is carried out although its answer is lost.
        place: From 0 to 1: which input of a batch is refused.
    """

    kind: str
    done: bool
    place: float


class Rates:
    """Shares of requests by what goes wrong with them.

    Args:
        shares: From 0 to 1, by kind of fault.
        seed: Requests have the same fates for the same seed.
        pause: Seconds a request that times out is held before its connection is cut.
    """

    def __init__(
        self, shares: dict[str, float] | None = None, *, seed: int = 7, pause: float = 60.0
    ) -> None:
        self.shares = shares or {}
        self.seed = seed
        self.pause = pause
        self._random = random.Random(seed)

    @classmethod
    def parse(cls, text: str, *, seed: int = 7, pause: float = 60.0) -> Rates:
        """Read rates as `429:5%,timeout:1%`.

        Raises:
            BadRates: They are not written like this, or are more than 100 % together.
        """
        shares: dict[str, float] = {}
        for entry in filter(str.strip, text.split(",")):
            found = _ENTRY.fullmatch(entry)
            kind = found.group(1).lower() if found else ""
            status = kind.isdecimal() and int(kind) in _STATUSES
            if found is None or not (status or kind in WORDS):
                raise BadRates(
                    f'"{entry.strip()}" is no fault: write FAULT:PERCENT%, where FAULT is a status '
                    f"from 400 to 599 or one of {', '.join(WORDS)}, such as 429:5%,timeout:1%"
                )
            if kind in shares:
                raise BadRates(f"{kind} is there twice: give each fault one percentage")
            shares[kind] = float(found.group(2)) / 100
        if sum(shares.values()) > 1 + 1e-9:
            raise BadRates("the percentages are more than 100 % together")
        return cls(shares, seed=seed, pause=pause)

    def next(self) -> Fate | None:
        """The fate of the next request, or None when nothing happens to it."""
        # Always three draws, so that a request's fate depends on its number alone.
        drawn, done, place = (self._random.random() for _ in range(3))
        for kind, share in self.shares.items():
            if drawn < share:
                return Fate(kind, done < 0.5, place)  # noqa: PLR2004 - half of them
            drawn -= share
        return None

    def as_json(self) -> Json:
        """For the control API."""
        text = ",".join(f"{kind}:{share * 100:g}%" for kind, share in self.shares.items())
        return {"faults": text, "seed": self.seed, "pause": self.pause}


def refused_row(trace_id: str) -> Json:
    """The entry in `errors` for an input that HubSpot could not write this time."""
    message = f"There was a problem with the request (id {correlation_id()})."
    return ApiError(500, "INTERNAL_ERROR", message).row(objectWriteTraceId=[trace_id])
