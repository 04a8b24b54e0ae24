"""What a portal may set about health; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """How the health score is kept steady and by which profile an account is scored."""
