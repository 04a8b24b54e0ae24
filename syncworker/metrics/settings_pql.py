"""What a portal may set about pql; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PqlSettings:
    """What makes a user or an account product-qualified."""
