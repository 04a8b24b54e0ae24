"""What a portal may set about fit; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Which accounts and people are aimed at, and which are not."""
