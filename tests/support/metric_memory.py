"""Metrics with memory, evaluated at one local midnight after the other."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from syncworker.metrics.memory import SNAPSHOT, Memory

Step = Callable[[datetime, Memory], pl.LazyFrame]
"""The accounts at a moment, continued from a memory."""


def midnights(timezone: str, first: date, days: int) -> list[datetime]:
    """The first instants of so many local days, in UTC."""
    zone = ZoneInfo(timezone)
    dates = [first + timedelta(days=n) for n in range(days)]
    return [datetime(d.year, d.month, d.day, tzinfo=zone).astimezone(UTC) for d in dates]


def fold(
    step: Step, moments: Iterable[datetime], kept: dict[datetime, pl.DataFrame] | None = None
) -> dict[datetime, dict[str, dict[str, Any]]]:
    """The accounts at each midnight, by account, each continued from the midnight before.

    Args:
        step: How one midnight is computed.
        moments: The midnights in order.
        kept: Snapshots so far, by midnight; those made here are added.
    """
    snapshots = {} if kept is None else kept
    seen = {}
    for at in moments:
        frame = step(at, memory_at(at, snapshots)).collect()
        snapshots[at] = frame.select("account_id", *(n for n in SNAPSHOT if n in frame.columns))
        seen[at] = {row["account_id"]: row for row in frame.iter_rows(named=True)}
    return seen


def memory_at(at: datetime, snapshots: dict[datetime, pl.DataFrame]) -> Memory:
    """What a computation at a moment continues from."""
    last = max((moment for moment in snapshots if moment < at), default=None)
    month = next((m for m in snapshots if abs(at - m - timedelta(days=30)) < DAY / 2), None)
    return Memory(
        last=None if last is None else snapshots[last].lazy(),
        month_ago=None if month is None else snapshots[month].lazy(),
    )


DAY = timedelta(days=1)
