"""What HubSpot says about its limits in an answer's headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stated:
    """An answer's rate headers; None: absent, or not a number that makes sense.

    Attributes:
        limit: Requests per window.
        window: Seconds.
        remaining: Requests left in the window that ends now.
        daily: Requests a day.
        daily_remaining: Requests left today.
    """

    limit: int | None
    window: float | None
    remaining: int | None
    daily: int | None
    daily_remaining: int | None


def stated(headers: Mapping[str, str]) -> Stated:
    """Read an answer's rate headers (names in lower case)."""

    def number(name: str) -> int | None:
        value = headers.get(f"x-hubspot-ratelimit-{name}", "")
        return int(value) if value.isascii() and value.isdecimal() else None

    interval = number("interval-milliseconds")
    return Stated(
        limit=number("max") or None,
        window=interval / 1000 if interval else None,
        remaining=number("remaining"),
        daily=number("daily") or None,
        daily_remaining=number("daily-remaining"),
    )
