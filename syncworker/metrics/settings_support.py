"""What a portal may set about support; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SupportSettings:
    """How tickets and surveys are counted."""
