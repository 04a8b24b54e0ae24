"""What a portal may set about attribution; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """Which channels are paid for, and how visits count."""
