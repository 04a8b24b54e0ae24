"""Durations as a mapping writes them: `30s`, `15m`, `6h`, `1d`."""

from __future__ import annotations

from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """A checked mapping's `overlap` or `every` as a time span; a day is 24 hours."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
