"""What a portal may set about usage; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UsageSettings:
    """How usage is judged over time."""
