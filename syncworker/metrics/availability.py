"""Which metrics must be held because what they are computed from is missing, empty or stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.metric import Metric
from syncworker.metrics.settings import MetricSettings

GROWING = frozenset({"events", "usage_daily"})
"""Streams in which silence is suspicious: their newest row counts, not the last read."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """What is known about a stream that a source of the mapping provides.

    Attributes:
        rows: Staged rows.
        newest: The newest event time of its rows; None for a state stream or without rows.
        read_at: When it was last read successfully; None: never.
        problem: Why it could not be read this time; empty: it could, or nobody tried.
    """

    rows: int
    newest: datetime | None
    read_at: datetime | None
    problem: str = ""


def unavailable(
    configured: Mapping[str, StreamState], as_of: datetime, settings: MetricSettings
) -> dict[str, str]:
    """The metrics that must be held, each with the reason.

    A metric is held where nobody provides what it needs, and where a configured stream it uses
    has no rows or is stale. Held means: never cleared, never zero. A stream that a metric only
    uses if it is there (the metric's `also`) does not hold it by being absent.

    Args:
        configured: By stream name, the streams some source of the mapping provides.
        as_of: The moment the numbers are for.
        settings: `stale_days` is used, and `custom`, whose metrics are held likewise.

    Returns:
        By metric name, the reason in words; an available metric is absent.
    """
    problems = {
        name: problem
        for name, state in configured.items()
        if (problem := _problem(name, state, as_of, settings.stale_days.get(name)))
    }
    catalog = catalog_of(settings)
    reasons = {name: _reason(metric, configured, problems) for name, metric in catalog.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(
    metric: Metric, configured: Mapping[str, StreamState], problems: Mapping[str, str]
) -> str:
    for group in metric.inputs:
        if configured.keys().isdisjoint(group.split("|")):
            return f"no source provides {group.replace('|', ' or ')}"
    used = [stream for group in (*metric.inputs, *metric.also) for stream in group.split("|")]
    return next((problems[stream] for stream in used if stream in problems), "")


def _problem(name: str, state: StreamState, as_of: datetime, days: int | None) -> str:
    if state.problem:
        return f"{name} {state.problem}"
    if not state.rows:
        return f"{name} has no rows"
    seen, what = (state.newest, "newest row") if name in GROWING else (state.read_at, "last read")
    if seen is None:
        return f"{name} has no {what}"
    if days is None or as_of - seen <= timedelta(days=days):
        return ""
    limit = f"{days} day" if days == 1 else f"{days} days"
    return f"{name} is stale: its {what} is of {seen:%Y-%m-%d %H:%M} UTC, more than {limit} ago"
