"""The time now: the one place that reads it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)  # noqa: TID251 - here and nowhere else
