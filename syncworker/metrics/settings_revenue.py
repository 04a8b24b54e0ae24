"""What a portal may set about revenue; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RevenueSettings:
    """How MRR is counted, beside the switches of `metrics:` itself."""
