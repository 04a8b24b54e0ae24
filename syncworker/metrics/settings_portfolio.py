"""What a portal may set about portfolio; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortfolioSettings:
    """Margins, benchmarks and how many records a rate needs."""
