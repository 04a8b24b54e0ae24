"""What a portal may set about journey; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JourneySettings:
    """Which steps a customer goes through, and what tells them."""
