"""What a portal may set about trials; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrialSettings:
    """How trials and demos are told apart."""
